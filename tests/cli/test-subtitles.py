"""test-subtitles.py: --subtitles writes each sentence with the time at which it is heard

SPDX-License-Identifier: Apache-2.0
"""

import re

import cli

MODEL = ('--model-path', cli.FIXTURES / 'tiny-b', '--precision', 'f32', '--greedy')
TEXT = 'First comes this sentence. Then there is another.\n\nA paragraph follows <here>.\n'


def milliseconds(clock):
    hours, minutes, seconds, thousandths = map(int, re.split('[:.,]', clock))
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths


class Subtitles(cli.Case):
    def speak(self, name, *arguments):
        self.path('text.txt').write_text(TEXT, encoding='utf-8')
        self.succeed(*MODEL, '--max-codes', 10, '--text-file', 'text.txt', '--pause', 0.3,
                     '--subtitles', name, *arguments)
        return self.path(name).read_text(encoding='utf-8')

    def test_times(self):
        """the times lie where the sound does, with the pauses between"""
        times = re.findall('(.*) --> (.*)', self.speak('text.srt'))
        spans = [tuple(map(milliseconds, span)) for span in times]
        self.assertGreaterEqual(len(spans), 2)
        self.assertEqual(spans[0][0], 0)
        self.assertEqual({stop - start for start, stop in spans}, {800})
        pauses = [after[0] - before[1] for before, after in zip(spans, spans[1:])]
        # Between paragraphs three times as long.
        self.assertEqual(pauses, [300] * (len(pauses) - 1) + [900])
        sound = cli.Wav(self.path('output.wav'), self)
        self.assertEqual(spans[-1][1], round(sound.seconds * 1000))

    def test_text(self):
        """all of the text is there, as the format wants it"""
        srt = ' '.join(re.findall('^[^0-9\n].*$', self.speak('text.srt'), re.M))
        self.assertEqual(srt.replace('\u2060', ''), ' '.join(TEXT.split()))
        vtt = self.speak('text.VTT')
        self.assertTrue(vtt.startswith('WEBVTT'))
        self.assertIn('&lt;here&gt;', vtt)
        lrc = self.speak('text.lrc')
        self.assertIn('[ar:ryan]\n', lrc)
        self.assertIn('[00:00.00]First', lrc)

    def test_one_text(self):
        """--text is one cue"""
        self.succeed(*MODEL, '--max-codes', 10, '--text', TEXT, '--subtitles', 'one.srt')
        self.assertEqual(self.path('one.srt').read_text(encoding='utf-8').count('-->'), 1)

    def test_refused(self):
        """an unknown ending, codes without a text and an impossible place are named"""
        self.fail_with(2, ['x.txt', '.srt'], *MODEL, '--subtitles', 'x.txt')
        self.fail_with(2, ['--subtitles'], *MODEL, '--codes-in', 'c.json', '--subtitles', 'x.srt')
        self.fail_with(1, ['none/x.srt'], *MODEL, '--max-codes', 2, '--subtitles', 'none/x.srt')


if __name__ == '__main__':
    cli.main()
