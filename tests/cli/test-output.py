"""test-output.py: the sound arrives whole, in its place and in the right form, whatever happens

SPDX-License-Identifier: Apache-2.0
"""

import os
import pty
import resource
import signal
import stat
import time

import cli

MODEL = ('--model-path', cli.FIXTURES / 'tiny-b', '--precision', 'f32')
SHORT = (*MODEL, '--max-codes', 5)
# Greedy, this model speaks on and on.
ENDLESS = (*MODEL, '--greedy', '--max-codes', 20000)


class Files(cli.Case):
    def test_default_name(self):
        """without --output the sound is in output.wav"""
        self.succeed(*SHORT)
        self.assert_nothing_left('output.wav')
        self.assertEqual(len(cli.Wav(self.path('output.wav'), self).samples), 5 * 1920)

    def test_replaces(self):
        """an older file is replaced, its symbolic link stays one"""
        self.path('real.wav').write_bytes(b'older')
        self.path('link.wav').symlink_to('real.wav')
        self.succeed(*SHORT, '--output', 'link.wav')
        self.assertTrue(self.path('link.wav').is_symlink())
        cli.Wav(self.path('real.wav'), self)
        self.assert_nothing_left('link.wav', 'real.wav')

    def test_mode(self):
        """a new file has the permissions of any other"""
        self.succeed(*SHORT, preexec_fn=lambda: os.umask(0o027))
        mode = stat.S_IMODE(self.path('output.wav').stat().st_mode)
        self.assertEqual(mode, 0o640)

    def test_impossible_places(self):
        """a path that cannot be written is named, and nothing is left behind"""
        self.fail_with(1, ['none/sound.wav'], *SHORT, '--output', 'none/sound.wav')
        self.fail_with(1, [str(self.folder)], *SHORT, '--output', self.folder)
        self.fail_with(1, ['/dev/full', 'space'], *SHORT, '--output', '/dev/full')
        self.fail_with(1, ['/dev/full'], *SHORT, '--output', 'sound.wav', '--stats', '/dev/full')
        self.path('sound.wav').unlink()
        self.fail_with(1, ['none/codes.json'], *SHORT, '--codes-out', 'none/codes.json')
        self.assert_nothing_left('output.wav')

    def test_full_disk(self):
        """when the disk is full, that is said, and an older file stays as it was"""
        def limit_file_size():
            resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))

        self.path('output.wav').write_bytes(b'older')
        # Without restoring signals, writing past the limit is an error and does not kill.
        self.fail_with(1, ['output.wav'], *SHORT, restore_signals=False,
                       preexec_fn=limit_file_size)
        self.assertEqual(self.path('output.wav').read_bytes(), b'older')
        self.assert_nothing_left('output.wav')


class StandardOutput(cli.Case):
    def test_raw(self):
        """--output - writes the samples of the WAV file and nothing else"""
        self.succeed(*SHORT, '--output', 'sound.wav')
        raw = self.succeed(*SHORT, '--output', '-')
        self.assertEqual(raw, cli.Wav(self.path('sound.wav'), self).raw)
        self.assert_nothing_left('sound.wav')

    def test_streams(self):
        """sound comes out of the pipe before the speech is finished"""
        process = self.start(*ENDLESS, '--output', '-')
        first = process.stdout.read(2 * 1920)
        self.assertIsNone(process.poll())
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
        process.stdout.close()
        process.stderr.close()
        self.assertEqual(len(first), 2 * 1920)
        self.assertEqual(len(rest) % (2 * 1920), 0)
        self.assertEqual(process.wait(), 130)

    def test_reader_leaves(self):
        """when the reader of the pipe leaves, the program ends and says why"""
        process = self.start(*ENDLESS, '--output', '-')
        process.stdout.read(100)
        process.stdout.close()
        errors = process.stderr.read().decode()
        process.stderr.close()
        self.assertEqual(process.wait(), 1)
        self.assertIn('standard output', errors)

    def test_terminal(self):
        """raw samples are not poured over a terminal"""
        leader, terminal = pty.openpty()
        self.addCleanup(os.close, leader)
        self.fail_with(2, ['terminal'], *SHORT, '--output', '-', stdout=terminal)
        os.close(terminal)

    def test_full(self):
        """an answer that cannot be written is an error"""
        with open('/dev/full', 'wb') as full:
            self.fail_with(1, ['standard output'], *MODEL, '--info', stdout=full)


class Interrupted(cli.Case):
    def start_and_wait_for_sound(self, *arguments):
        process = self.start(*ENDLESS, *arguments)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.stdout.close)
        while not any(entry.stat().st_size > 44 for entry in self.folder.glob('.sound.wav.*')):
            self.assertIsNone(process.poll(), 'ended before it was interrupted')
            time.sleep(0.01)
        return process

    def test_interrupt(self):
        """Ctrl+C keeps what was made as a valid WAV file and exits with 130"""
        process = self.start_and_wait_for_sound('--output', 'sound.wav',
                                                '--codes-out', 'codes.json', '--stats', 'stats.json')
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(), 130)
        wav = cli.Wav(self.path('sound.wav'), self)
        self.assertGreater(len(wav.samples), 0)
        self.assertEqual(len(wav.samples) % 1920, 0)
        self.assertLess(len(wav.samples), 20000 * 1920)
        self.assert_nothing_left('codes.json', 'sound.wav', 'stats.json')

    def test_terminate(self):
        """a polite request to end does the same, with its own exit code"""
        process = self.start_and_wait_for_sound('--output', 'sound.wav')
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(), 128 + signal.SIGTERM)
        self.assertGreater(len(cli.Wav(self.path('sound.wav'), self).samples), 0)


class Messages(cli.Case):
    def test_quiet(self):
        """--quiet says nothing"""
        _, _, errors = self.run_program(*SHORT, '--quiet')
        self.assertEqual(errors, '')

    def test_no_bar_in_a_pipe(self):
        """without a terminal there are whole lines only, the last tells what became of it"""
        _, _, errors = self.run_program(*SHORT, '--output', 'sound.wav')
        self.assertNotIn('\r', errors)
        self.assertTrue(errors.endswith('\n'))
        self.assertIn('sound.wav: 0.40 s', errors.splitlines()[-1])

    def test_bar(self):
        """a terminal sees frames, seconds of speech, speed and time left"""
        leader, terminal = pty.openpty()
        process = self.start(*ENDLESS[:-1], 400, stderr=terminal)
        os.close(terminal)
        seen = b''
        while True:
            try:
                piece = os.read(leader, 4096)
            except OSError:  # the program closed its side
                break
            if not piece:
                break
            seen += piece
        os.close(leader)
        process.stdout.close()
        self.assertEqual(process.wait(), 0)
        for part in (b'\r', b'frames', b's of speech', b'real time', b'left'):
            self.assertIn(part, seen)


if __name__ == '__main__':
    cli.main()
