"""test-save.py: a model saved as .qora-tts speaks exactly as the checkpoint it was made from

SPDX-License-Identifier: Apache-2.0
"""

import cli

PRECISIONS = ('q4', 'q8', 'f16', 'bf16', 'f32')
SENTENCE = ('--text', 'Hello world, this is a test.', '--max-codes', 8, '--seed', 3)


class Save(cli.Case):
    def speak(self, name, *model):
        """Returns the codes and the samples."""
        self.succeed(*model, *SENTENCE, '--output', f'{name}.wav', '--codes-out', f'{name}.json')
        samples = cli.Wav(self.path(f'{name}.wav'), self).samples
        return self.path(f'{name}.json').read_text(), samples

    def test_round_trip(self):
        """for every precision, the saved file gives the codes and sound of the checkpoint"""
        for model in cli.TINY_MODELS:
            for precision in PRECISIONS:
                with self.subTest(model=model, precision=precision):
                    checkpoint = ('--model-path', cli.FIXTURES / model, '--precision', precision)
                    self.succeed(*checkpoint, '--save', 'voice.qora-tts')
                    codes, samples = self.speak('direct', *checkpoint)
                    same_codes, same_samples = self.speak('loaded', '--load', 'voice.qora-tts')
                    self.assertEqual(codes, same_codes)
                    # Sums of floats may be taken in another order from packed weights.
                    self.assertEqual(len(samples), len(same_samples))
                    self.assertLessEqual(
                        max(abs(a - b) for a, b in zip(samples, same_samples)), 1)

    def test_compact(self):
        """--compact makes a smaller file that says the same codes"""
        checkpoint = ('--model-path', cli.FIXTURES / 'tiny-b', '--precision', 'q8')
        self.succeed(*checkpoint, '--save', 'whole.qora-tts')
        self.succeed(*checkpoint, '--save', 'voice.qora-tts', '--compact')
        self.assertLess(self.path('voice.qora-tts').stat().st_size,
                        0.95 * self.path('whole.qora-tts').stat().st_size)
        codes, samples = self.speak('direct', *checkpoint)
        same_codes, similar_samples = self.speak('loaded', '--load', 'voice.qora-tts')
        self.assertEqual(codes, same_codes)
        self.assertEqual(len(samples), len(similar_samples))
        self.fail_with(2, ['--compact', '--save'], *checkpoint, '--compact', *SENTENCE)

    def test_only_saves(self):
        """without a text, --save writes that one file"""
        self.succeed('--model-path', cli.FIXTURES / 'tiny-b', '--save', 'voice.qora-tts')
        self.assert_nothing_left('voice.qora-tts')

    def test_keeps_everything(self):
        """what the model knows of itself survives, and its stored precision wins"""
        checkpoint = ('--model-path', cli.FIXTURES / 'tiny-a', '--f16')
        self.succeed(*checkpoint, '--save', 'voice.qora-tts')
        about = self.succeed(*checkpoint, '--info').splitlines()
        saved = self.succeed('--load', 'voice.qora-tts', '--info').splitlines()
        self.assertEqual(saved[1:], about[1:])
        self.assertIn(b'Precision: f16', saved)
        _, _, errors = self.run_program('--load', 'voice.qora-tts', '--precision', 'q8', '--info')
        self.assertIn('f16', errors)

    def test_save_and_speak(self):
        """with a text, --save also speaks"""
        self.succeed('--model-path', cli.FIXTURES / 'tiny-b', '--save', 'voice.qora-tts', *SENTENCE)
        cli.Wav(self.path('output.wav'), self)
        self.assert_nothing_left('output.wav', 'voice.qora-tts')

    def test_impossible_places(self):
        """a path that cannot be written is named, and nothing is left behind"""
        self.fail_with(1, ['none/voice.qora-tts'], '--model-path', cli.FIXTURES / 'tiny-b',
                       '--save', 'none/voice.qora-tts')
        self.assert_nothing_left()

    def test_truncated(self):
        """a file that was cut short is refused by name"""
        self.succeed('--model-path', cli.FIXTURES / 'tiny-b', '--save', 'voice.qora-tts')
        whole = self.path('voice.qora-tts').read_bytes()
        for length in (0, 5, 100, len(whole) // 2, len(whole) - 100):
            with self.subTest(length=length):
                self.path('voice.qora-tts').write_bytes(whole[:length])
                self.fail_with(1, ['voice.qora-tts'], '--load', 'voice.qora-tts', '--info')


if __name__ == '__main__':
    cli.main()
