"""test-stats.py: --stats writes what was made and how long each stage took

SPDX-License-Identifier: Apache-2.0
"""

import json
import math

import cli

TIMES = ('load_s', 'prefill_s', 'talker_s', 'predictor_s', 'decoder_s', 'first_audio_s', 'total_s')


class Stats(cli.Case):
    def stats(self, *arguments):
        self.succeed('--model-path', cli.FIXTURES / 'tiny-b', '--threads', 2, '--stats',
                     'stats.json', *arguments)
        return json.loads(self.path('stats.json').read_text())

    def test_speech(self):
        """every figure of a run is there and fits the others"""
        stats = self.stats('--precision', 'q8', '--max-codes', 10)
        self.assertEqual(stats['model'], 'tiny-b')
        self.assertEqual(stats['kind'], 'custom_voice')
        self.assertEqual(stats['precision'], 'q8')
        self.assertEqual(stats['threads'], 2)
        self.assertTrue(stats['cpu'])
        self.assertEqual(stats['frames'], 10)
        self.assertEqual(stats['audio_s'], 0.8)
        self.assertGreater(stats['prompt_tokens'], 10)
        for key in TIMES:
            self.assertGreater(stats[key], 0, key)
        parts = stats['prefill_s'] + stats['talker_s'] + stats['predictor_s']
        self.assertLessEqual(parts, stats['total_s'])
        self.assertLessEqual(stats['first_audio_s'], stats['total_s'])
        self.assertTrue(math.isclose(stats['rtf'], stats['total_s'] / 0.8, abs_tol=1e-3))
        steps = stats['talker_s'] + stats['predictor_s']
        self.assertTrue(math.isclose(stats['codes_per_s'], 10 / steps, rel_tol=0.01))
        self.assertGreater(stats['peak_rss_bytes'], 1 << 20)
        self.assertEqual(stats['limited'], 1)
        self.assertFalse(stats['interrupted'])

    def test_decoding(self):
        """decoding codes has no stages before the decoder"""
        self.path('codes.json').write_text(json.dumps(cli.expected_codes([[1] * 16] * 3)))
        stats = self.stats('--codes-in', 'codes.json')
        self.assertEqual(stats['frames'], 3)
        self.assertEqual(stats['audio_s'], 0.24)
        self.assertEqual(stats['talker_s'], 0)
        self.assertGreater(stats['decoder_s'], 0)
        self.assertIsNone(stats['codes_per_s'])

    def test_standard_output(self):
        """--stats - prints them"""
        printed = self.succeed('--model-path', cli.FIXTURES / 'tiny-b', '--max-codes', 2,
                               '--stats', '-')
        self.assertEqual(json.loads(printed)['frames'], 2)


if __name__ == '__main__':
    cli.main()
