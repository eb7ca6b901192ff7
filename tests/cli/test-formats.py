"""test-formats.py: --output in the formats that GStreamer encodes

What is in the sound itself is tested with the exporter; here it is the right length, tagged, and
appears whole or not at all.

SPDX-License-Identifier: Apache-2.0
"""

import os
import resource
import signal
import struct
import time
from pathlib import Path

import cli

MODEL = ('--model-path', cli.FIXTURES / 'tiny-b', '--precision', 'f32', '--greedy')
SHORT = (*MODEL, '--max-codes', 13, '--text', 'Grüße an alle')
SAMPLES = 13 * 1920
FORMATS = {'flac': b'fLaC', 'opus': b'OggS', 'ogg': b'OggS', 'mp3': b'ID3'}


def flac_samples(content):
    (packed,) = struct.unpack_from('>Q', content, 8 + 10)
    return packed & (1 << 36) - 1


def ogg_samples(content):
    """The granule position of the last page."""
    return struct.unpack_from('<q', content, content.rindex(b'OggS') + 6)[0]


def processor_seconds(pid):
    """What a process has computed: by then it has made some sound, however busy the machine is."""
    fields = Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


class Formats(cli.Case):
    why_missing = {}

    def need(self, ending):
        """Skips the test where this program or system cannot write the format."""
        if ending not in self.why_missing:
            _, _, errors = self.run_program(*SHORT, '--output', 'probe.' + ending)
            self.path('probe.' + ending).unlink(missing_ok=True)
            self.why_missing[ending] = next((line for line in errors.splitlines()
                                             if 'encoder' in line or 'GStreamer' in line), None)
        if self.why_missing[ending] is not None:
            self.skipTest(self.why_missing[ending])

    def content(self, name):
        self.need(name.split('.')[-1].lower())
        self.succeed(*SHORT, '--output', name)
        return self.path(name).read_bytes()

    def check_kind_and_tags(self, ending):
        content = self.content('sound.' + ending)
        self.assertTrue(content.startswith(FORMATS[ending]))
        self.assertIn('Grüße an alle'.encode(), content)
        self.assertIn(b'ryan', content)
        self.assertIn(b'Synthetic speech, made with QORA-TTS', content)
        self.assert_nothing_left('sound.' + ending)

    def test_flac(self):
        """.flac gives FLAC with title, voice and what the sound is"""
        self.check_kind_and_tags('flac')

    def test_opus(self):
        """.opus gives Opus with the same"""
        self.check_kind_and_tags('opus')

    def test_vorbis(self):
        """.ogg gives Vorbis with the same"""
        self.check_kind_and_tags('ogg')

    def test_mp3(self):
        """.mp3 gives MP3 with the same"""
        self.check_kind_and_tags('mp3')

    def test_length(self):
        """no sample is lost on the way"""
        self.assertEqual(flac_samples(self.content('a.FLAC')), SAMPLES)
        self.assertEqual(ogg_samples(self.content('a.ogg')), SAMPLES)
        opus = self.content('a.opus')
        (skip,) = struct.unpack_from('<H', opus, opus.index(b'OpusHead') + 10)
        self.assertEqual(ogg_samples(opus) - skip, 2 * SAMPLES)

    def test_link(self):
        """an older file is replaced, its symbolic link stays one"""
        self.path('real.flac').write_bytes(b'older')
        self.path('link.flac').symlink_to('real.flac')
        self.content('link.flac')
        self.assertTrue(self.path('link.flac').is_symlink())
        self.assertEqual(flac_samples(self.path('real.flac').read_bytes()), SAMPLES)
        self.assert_nothing_left('link.flac', 'real.flac')

    def test_impossible_places(self):
        """a path that cannot be written is named before anything is spoken"""
        self.need('flac')
        self.need('mp3')
        # So long that the test would time out if it were spoken first.
        endless = (*MODEL, '--max-codes', 1000000000)
        self.fail_with(1, ['none/sound.flac'], *endless, '--output', 'none/sound.flac')
        self.path('folder.mp3').mkdir()
        self.fail_with(1, ['folder.mp3'], *endless, '--output', 'folder.mp3')

    def test_full_disk(self):
        """when the disk is full, that is said, and an older file stays as it was"""
        def limit_file_size():
            resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))

        self.need('flac')
        self.path('sound.flac').write_bytes(b'older')
        # Without restoring signals, writing past the limit is an error and does not kill.
        self.fail_with(1, ['sound.flac', 'too large'], *SHORT, '--output', 'sound.flac',
                       restore_signals=False, preexec_fn=limit_file_size)
        self.assertEqual(self.path('sound.flac').read_bytes(), b'older')
        self.assert_nothing_left('sound.flac')

    def test_interrupt(self):
        """an interrupted run keeps what was made"""
        self.need('flac')
        self.path('long.txt').write_text('A sentence that never finds its end.\n\n' * 400)
        process = self.start(*MODEL, '--text-file', 'long.txt', '--max-codes', 600, '--batch', 1,
                             '--output', 'sound.flac')
        while processor_seconds(process.pid) < 1:
            self.assertIsNone(process.poll(), 'ended before it was interrupted')
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate()
        self.assertEqual(process.returncode, 130, errors)
        self.assertGreater(flac_samples(self.path('sound.flac').read_bytes()), 0)

    def test_codes(self):
        """codes too can become any format"""
        self.need('flac')
        self.succeed(*SHORT, '--codes-out', 'codes.json')
        self.succeed(*MODEL, '--codes-in', 'codes.json', '--output', 'sound.flac')
        self.assertEqual(flac_samples(self.path('sound.flac').read_bytes()), SAMPLES)


if __name__ == '__main__':
    cli.main()
