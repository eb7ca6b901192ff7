"""test-demo-voice.py: the demo voice says three sentences, ends by itself and sounds like speech

How well it can be understood is measured elsewhere; here it must be neither silence nor noise.

SPDX-License-Identifier: Apache-2.0
"""

import json
import math

import cli

RATE = 24000
WINDOW = RATE // 50  # samples of one level measurement
LOWEST_PITCH, HIGHEST_PITCH = 60, 400  # Hz


def level(samples):
    return math.sqrt(sum(x * x for x in samples) / len(samples)) / 32768


def levels(samples):
    """The level of each 20 ms."""
    return [level(samples[at:at + WINDOW])
            for at in range(0, len(samples) - WINDOW, WINDOW)]


def difference_ratio(samples):
    """Energy of the first difference over the energy: 2 for white noise, small where the low
    frequencies carry the sound as in speech."""
    difference = sum((a - b) ** 2 for a, b in zip(samples, samples[1:]))
    return difference / sum(x * x for x in samples)


def periodicity(samples):
    """Largest normalised autocorrelation at the period of a voice: 0 for noise, 1 for a tone."""
    energy = sum(x * x for x in samples) + 1
    return max(sum(a * b for a, b in zip(samples, samples[lag:])) / energy
               for lag in range(RATE // HIGHEST_PITCH, RATE // LOWEST_PITCH, 4))


class DemoVoice(cli.Case):
    def check(self, text, speaker, shortest, longest):
        self.succeed('--text', text, '--speaker', speaker, '--stats', 'stats.json')
        stats = json.loads(self.path('stats.json').read_text())
        self.assertEqual((stats['limited'], stats['runaways']), (0, 0), 'did not end by itself')

        wav = cli.Wav(self.path('output.wav'), self)
        self.assertGreater(wav.seconds, shortest)
        self.assertLess(wav.seconds, longest)

        over_time = sorted(levels(wav.samples))
        loud, quiet = over_time[len(over_time) * 9 // 10], over_time[len(over_time) // 10]
        self.assertGreater(loud, 0.01, 'silence')
        self.assertGreater(loud, 4 * quiet, 'as loud everywhere as a hum or noise')
        self.assertLess(difference_ratio(wav.samples), 0.7, 'the spectrum of noise')

        middle = levels(wav.samples)
        loudest = middle.index(max(middle)) * WINDOW
        start = max(0, loudest - WINDOW)
        voiced = wav.samples[start:start + 4 * WINDOW]
        self.assertGreater(periodicity(voiced), 0.3, 'no voice in the loudest part')

    def test_greeting(self):
        """the greeting, spoken by ryan"""
        self.check('Hello, how are you today?', 'ryan', 1, 4)

    def test_pangram(self):
        """a pangram, spoken by serena"""
        self.check('The quick brown fox jumps over the lazy dog.', 'serena', 1.5, 6)

    def test_quantum_computing(self):
        """a sentence on quantum computing, spoken by vivian"""
        self.check('Quantum computing uses the laws of physics to solve hard problems.', 'vivian',
                   2, 9)


if __name__ == '__main__':
    cli.main()
