"""test-text-file.py: a long text is spoken sentence by sentence, in order and without gaps

SPDX-License-Identifier: Apache-2.0
"""

import json

import cli

SENTENCES = ('The first sentence is long enough to stand alone.',
             'The second one follows it in the same paragraph.',
             'After a line of its own comes the third sentence.')
TEXT = f'{SENTENCES[0]} {SENTENCES[1]}\n\n{SENTENCES[2]}\n'
FRAMES, SAMPLES_PER_FRAME, RATE = 4, 1920, 24000
MODEL = ('--model-path', cli.FIXTURES / 'tiny-b', '--precision', 'f32', '--max-codes', FRAMES,
         '--seed', 11)


class TextFile(cli.Case):
    def setUp(self):
        super().setUp()
        self.path('text.txt').write_text(TEXT, encoding='utf-8')

    def speak(self, *arguments):
        """Returns the samples and the rows of codes."""
        self.succeed(*MODEL, '--output', 'sound.wav', '--codes-out', 'codes.json', *arguments)
        codes = json.loads(self.path('codes.json').read_text())
        self.assertEqual(codes['frames'], len(codes['codes']))
        return cli.Wav(self.path('sound.wav'), self).samples, codes['codes']

    def test_order_and_pauses(self):
        """sentences follow each other with the pauses asked for, threefold between paragraphs"""
        samples, codes = self.speak('--text-file', 'text.txt', '--pause', 0.1)
        self.assertEqual(len(codes), 3 * FRAMES)

        part = FRAMES * SAMPLES_PER_FRAME
        at = 0
        for i, (sentence, pause) in enumerate(zip(SENTENCES, (0.1, 0.3, 0))):
            alone, its_codes = self.speak('--text', sentence, '--seed', 11 + 1000 * i)
            self.assertEqual(codes[i * FRAMES:(i + 1) * FRAMES], its_codes)
            self.assertEqual(samples[at:at + part], alone)
            silence = round(pause * RATE)
            self.assertFalse(any(samples[at + part:at + part + silence]))
            at += part + silence
        self.assertEqual(at, len(samples))

    def test_batch(self):
        """the number of sentences made together does not change them"""
        one = self.speak('--text-file', 'text.txt', '--batch', 1)
        for batch in (2, 3, 0):
            with self.subTest(batch=batch):
                self.assertEqual(self.speak('--text-file', 'text.txt', '--batch', batch), one)

    def test_standard_input(self):
        """- reads the text from standard input, also with a byte order mark"""
        from_file = self.speak('--text-file', 'text.txt')
        self.succeed(*MODEL, '--text-file', '-', '--output', 'other.wav',
                     stdin=b'\xef\xbb\xbf' + TEXT.encode())
        self.assertEqual(cli.Wav(self.path('other.wav'), self).samples, from_file[0])

    def test_stream(self):
        """the pauses are in the raw stream too"""
        samples, _ = self.speak('--text-file', 'text.txt')
        raw = self.succeed(*MODEL, '--text-file', 'text.txt', '--output', '-')
        self.assertEqual(raw, samples.tobytes())

    def test_report(self):
        """a sentence that was cut is named, and the statistics count it"""
        self.path('text.txt').write_text(TEXT, encoding='utf-8')
        code, _, errors = self.run_program(*MODEL, '--text-file', 'text.txt', '--stats',
                                           'stats.json')
        self.assertEqual(code, 0)
        self.assertIn('sentence 2', errors)
        self.assertIn('--max-codes', errors)
        stats = json.loads(self.path('stats.json').read_text())
        self.assertEqual((stats['sentences'], stats['limited']), (3, 3))


if __name__ == '__main__':
    cli.main()
