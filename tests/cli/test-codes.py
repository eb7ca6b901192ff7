"""test-codes.py: the program's codes and samples are those of the official implementation

SPDX-License-Identifier: Apache-2.0
"""

import json

import cli


def prompt_arguments(prompt):
    arguments = ['--text', prompt['text'], '--language', prompt.get('language') or 'auto']
    for key in ('speaker', 'instruct'):
        if prompt.get(key):
            arguments += [f'--{key}', prompt[key]]
    if prompt.get('non_streaming_mode') is False:
        arguments += ['--text-mode', 'streaming']
    return arguments


class GreedyCodes(cli.Case):
    def check_model(self, model, run_name):
        tensors = cli.Tensors(model)
        for prompt in cli.fixture(model)['prompts']:
            # The program refuses what the official one would babble about.
            if prompt['text'] == '':
                continue
            run = prompt['runs'][run_name]
            with self.subTest(model=model, prompt=prompt['index'], run=run_name):
                self.succeed('--model-path', cli.FIXTURES / model, *prompt_arguments(prompt),
                             '--greedy', '--precision', 'f32',
                             '--repetition-penalty', run['repetition_penalty'],
                             '--max-codes', run['max_new_tokens'] - 1,
                             '--codes-out', 'codes.json')
                codes = tensors.rows(f'p{prompt["index"]}.codes.{run_name}')
                self.assertEqual(json.loads(self.path('codes.json').read_text()),
                                 cli.expected_codes(codes))

    def test_with_penalty(self):
        """greedy codes with repetition penalty are the official ones"""
        for model in cli.TINY_MODELS:
            self.check_model(model, 'rep1.05')

    def test_without_penalty(self):
        """greedy codes without repetition penalty are the official ones"""
        for model in cli.TINY_MODELS:
            self.check_model(model, 'rep1.0')


class Samples(cli.Case):
    TOLERANCE = 5e-4 + 1 / 32767  # of the fixtures, and of 16 bits

    def check_wav(self, name, expected):
        """Every sample of the file against the recorded floats."""
        wav = cli.Wav(self.path(name), self)
        self.assertEqual(len(wav.samples), len(expected))
        worst = max(abs(made / 32767 - right) for made, right in zip(wav.samples, expected))
        self.assertLessEqual(worst, self.TOLERANCE)

    def decode(self, model, codes):
        self.path('codes.json').write_text(json.dumps(cli.expected_codes(codes)))
        self.succeed('--model-path', cli.FIXTURES / model, '--precision', 'f32',
                     '--codes-in', 'codes.json', '--output', 'sound.wav')

    def test_decode(self):
        """codes become the official samples"""
        for model in cli.TINY_MODELS:
            tensors = cli.Tensors(model)
            for case, expected in (('dec', 'dec.wav'), ('chunk', 'chunk.full')):
                with self.subTest(model=model, case=case):
                    self.decode(model, tensors.rows(f'{case}.codes'))
                    self.check_wav('sound.wav', tensors.flat(expected))

    def test_decode_beyond_window(self):
        """codes beyond the decoder's attention window become the official samples"""
        for model in cli.TINY_MODELS:
            tensors = cli.Tensors(model)
            frames = cli.fixture(model)['long']['wav_frames']
            recorded = tensors.rows('long.wav_frames')
            with self.subTest(model=model):
                self.decode(model, tensors.rows('long.codes'))
                samples = cli.Wav(self.path('sound.wav'), self).samples
                for frame, expected in zip(frames, recorded):
                    made = samples[frame * len(expected):(frame + 1) * len(expected)]
                    worst = max(abs(a / 32767 - b) for a, b in zip(made, expected))
                    self.assertLessEqual(worst, self.TOLERANCE, f'frame {frame}')

    def test_speech(self):
        """a text becomes the official samples"""
        for model in cli.TINY_MODELS:
            tensors = cli.Tensors(model)
            prompt = cli.fixture(model)['prompts'][0]
            run = prompt['runs']['rep1.05']
            with self.subTest(model=model):
                self.succeed('--model-path', cli.FIXTURES / model, *prompt_arguments(prompt),
                             '--greedy', '--precision', 'f32', '--output', 'sound.wav',
                             '--repetition-penalty', 1.05,
                             '--max-codes', run['max_new_tokens'] - 1)
                self.check_wav('sound.wav', tensors.flat('p0.wav'))

    def test_round_trip(self):
        """--codes-out followed by --codes-in gives the same sound"""
        model = ['--model-path', cli.FIXTURES / 'tiny-a', '--seed', 5, '--max-codes', 9]
        self.succeed(*model, '--codes-out', 'codes.json', '--output', 'spoken.wav')
        self.succeed(*model, '--codes-in', 'codes.json', '--output', 'decoded.wav')
        self.assertEqual(cli.Wav(self.path('spoken.wav'), self).raw,
                         cli.Wav(self.path('decoded.wav'), self).raw)


class Seeds(cli.Case):
    def codes(self, *arguments):
        self.succeed('--model-path', cli.FIXTURES / 'tiny-b', '--max-codes', 6,
                     '--codes-out', 'codes.json', *arguments)
        return self.path('codes.json').read_bytes()

    def test_seed(self):
        """the same seed gives the same codes, another seed other codes"""
        first = self.codes('--seed', 18446744073709551615)
        self.assertEqual(self.codes('--seed', 18446744073709551615), first)
        self.assertNotEqual(self.codes('--seed', 7), first)

    def test_names(self):
        """speakers and languages are found whatever their case, spaces and underscores"""
        spelled = self.codes('--speaker', 'uncle_fu', '--language', 'english')
        self.assertEqual(self.codes('--speaker', 'Uncle Fu', '--language', 'ENGLISH'), spelled)
        self.assertNotEqual(self.codes('--speaker', 'ryan', '--language', 'english'), spelled)


if __name__ == '__main__':
    cli.main()
