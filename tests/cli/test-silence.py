"""test-silence.py: marks in the text make exactly the silence that they say

SPDX-License-Identifier: Apache-2.0
"""

import re

import cli

FRAMES, SAMPLES_PER_FRAME = 4, 1920
PART = FRAMES * SAMPLES_PER_FRAME
MODEL = ('--model-path', cli.FIXTURES / 'tiny-b', '--precision', 'f32', '--max-codes', FRAMES,
         '--seed', 11)


class Silence(cli.Case):
    def speak(self, *arguments):
        self.succeed(*MODEL, *arguments)
        return cli.Wav(self.path('output.wav'), self).samples

    def assert_parts(self, samples, texts, gaps):
        """Parts of the texts' sounds, with gaps[i] samples of silence before each and at the end."""
        at = 0
        for i, (text, gap) in enumerate(zip(texts, gaps)):
            self.assertFalse(any(samples[at:at + gap]), i)
            at += gap
            alone = self.speak('--text', text, '--seed', 11 + 1000 * i)
            self.assertEqual(samples[at:at + PART], alone, i)
            at += PART
        self.assertFalse(any(samples[at:at + gaps[-1]]))
        self.assertEqual(len(samples), at + gaps[-1])

    def test_text(self):
        """between, before and after what --text says"""
        samples = self.speak('--text', '{silence 0.25s} One. {silence 500ms}{Silence 0,3 s} Two. '
                                       '{silence 0.1s}')
        self.assert_parts(samples, ('One.', 'Two.'), (6000, 19200, 2400))

    def test_text_file(self):
        """in place of the pauses between sentences and paragraphs"""
        sentences = ('The first sentence is long enough to stand alone.',
                     'The second one follows it in the same paragraph.',
                     'After a line of its own comes the third sentence.')
        self.path('text.txt').write_text(
            f'{sentences[0]}\n\n{{silence 0s}}\n\n{sentences[1]} {{silence 2s}}\n\n{sentences[2]}',
            encoding='utf-8')
        samples = self.speak('--text-file', 'text.txt', '--pause', 0.1)
        self.assert_parts(samples, sentences, (0, 0, 48000, 0))

    def test_subtitles(self):
        """no subtitle is shown in a silence, and none shows a mark"""
        self.speak('--text', 'One. {silence 0.8s} Two.', '--subtitles', 'x.srt')
        srt = self.path('x.srt').read_text(encoding='utf-8')
        self.assertEqual(re.findall('[0-9:,]+ --> [0-9:,]+', srt),
                         ['00:00:00,000 --> 00:00:00,320', '00:00:01,120 --> 00:00:01,440'])
        self.assertNotIn('{', srt)

    def test_bad_marks(self):
        """a mark without a length is read aloud, and the user is told"""
        code, _, errors = self.run_program(*MODEL, '--text', 'One {silence} two.')
        self.assertEqual(code, 0)
        self.assertIn('{silence}', errors)
        self.assertIn('{silence 0.8s}', errors)
        samples = cli.Wav(self.path('output.wav'), self).samples
        self.assertEqual(len(samples), PART)

    def test_nothing_but_silence(self):
        """is nothing to say"""
        self.fail_with(1, ['nothing to say'], *MODEL, '--text', '{silence 1s}')


if __name__ == '__main__':
    cli.main()
