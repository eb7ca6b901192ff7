"""test-runaway.py: speech that does not come to an end is stopped, tried again and reported

SPDX-License-Identifier: Apache-2.0
"""

import json

import cli

# Random weights that hardly ever end by themselves.
ENDLESS = ('--model-path', cli.FIXTURES / 'tiny-b', '--precision', 'f32', '--max-codes', 600)
WORD = ('--text', 'Huh?')
SAMPLES_PER_FRAME = 1920


class Runaway(cli.Case):
    def speak(self, *arguments):
        """Returns the statistics, the kept codes and what was said."""
        code, output, errors = self.run_program(*ENDLESS, '--stats', 'stats.json',
                                                '--codes-out', 'codes.json', *arguments)
        self.assertEqual(code, 0, errors)
        stats = json.loads(self.path('stats.json').read_text())
        return stats, json.loads(self.path('codes.json').read_text()), output, errors

    def test_stopped_after_a_second_try(self):
        """a word that will not end is tried twice, stopped and reported; only one try is kept"""
        stats, codes, _, errors = self.speak(*WORD)
        self.assertEqual((stats['retries'], stats['runaways'], stats['limited']), (1, 1, 0))
        self.assertIn('stopped', errors)
        self.assertIn('--seed', errors)
        self.assertLess(codes['frames'], 600)
        self.assertGreater(stats['frames'], codes['frames'])
        self.assertEqual(len(cli.Wav(self.path('output.wav'), self).samples),
                         codes['frames'] * SAMPLES_PER_FRAME)

    def test_a_pipe_cannot_be_taken_back(self):
        """what went into a pipe is not tried again"""
        stats, codes, output, _ = self.speak(*WORD, '--output', '-')
        self.assertEqual((stats['retries'], stats['runaways']), (0, 1))
        self.assertEqual(len(output), 2 * codes['frames'] * SAMPLES_PER_FRAME)

    def test_others_go_on(self):
        """after a sentence that was stopped, the next one follows"""
        self.path('text.txt').write_text('Huh? ' * 12 + '\n\nThe other paragraph.')
        stats, _, _, errors = self.speak('--text-file', 'text.txt')
        self.assertEqual(stats['sentences'], 2)
        self.assertIn('sentence 2', errors)

    def test_without_guard(self):
        """--no-runaway-guard and --greedy leave the end to the model and --max-codes"""
        _, guarded, _, _ = self.speak(*WORD)
        for option in ('--no-runaway-guard', '--greedy'):
            with self.subTest(option=option):
                stats, codes, _, _ = self.speak(*WORD, option)
                self.assertEqual((stats['retries'], stats['runaways']), (0, 0))
                self.assertGreater(codes['frames'], guarded['frames'])


if __name__ == '__main__':
    cli.main()
