#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Which sounds cost a decoder words: the weak ones or the loud ones?

Cells of decoded speech (a mel band, 5 ms) are given the magnitude that the original has there, either those that are
weak in the original or all others. What the recogniser then understands tells where the decoder is at fault. How far
the log power of the cells is off is printed for every decade of the original's power.
"""
import argparse
from pathlib import Path

import numpy as np
import torch

from corpus import SAMPLE_RATE
from evaluate import Codec, Teacher
from recognise import Recogniser, Score
from voices import VOICES
from wave_losses import CepstralLoss

HOP = 120
TINY = 2e-7  # power below which nothing is compared
DECADES = range(-6, 0)  # powers of ten


class Cells:
    """Mel bands of the cepstral loss, every 5 ms."""

    def __init__(self):
        measure = CepstralLoss()
        self.bank, self.window, self.n_fft = measure.bank, measure.window, measure.N_FFT
        self.share = (self.bank / (self.bank.sum(0) + 1e-8)).t()  # of every band in a frequency

    def spectrum(self, samples):
        return torch.stft(samples, self.n_fft, HOP, len(self.window), self.window, return_complex=True)

    def power(self, spectrum):
        return self.bank @ spectrum.abs().square() + TINY

    def corrected(self, made, wanted, chosen):
        """The samples that were made, with the wanted magnitudes in the chosen cells ([bands, n], boolean)."""
        spectrum = self.spectrum(made)
        gain = (self.power(self.spectrum(wanted)) / self.power(spectrum)).log() / 2
        spectrum = spectrum * (self.share @ (gain * chosen)).exp()
        return torch.istft(spectrum, self.n_fft, HOP, len(self.window), self.window, length=len(made))

    def misses(self, made, wanted):
        """Power of the wanted cells, and how far the logarithm of what was made is off."""
        x, y = self.power(self.spectrum(made)).flatten(), self.power(self.spectrum(wanted)).flatten()
        return y, (x.log() - y.log()).abs()


def examine(voice, sentences, codec, teacher, recogniser, floor):
    cells, scores, misses = Cells(), {"plain": Score(), "weak": Score(), "loud": Score()}, []
    for text, made, wanted in zip(sentences, codec(voice, sentences), teacher(voice, sentences)):
        n = min(len(made), len(wanted))
        made, wanted = torch.from_numpy(made[:n].copy()), torch.from_numpy(wanted[:n].astype(np.float32))
        weak = cells.power(cells.spectrum(wanted)) < floor
        versions = {"plain": made, "weak": cells.corrected(made, wanted, weak),
                    "loud": cells.corrected(made, wanted, ~weak)}
        for name, samples in versions.items():
            scores[name].add(text, recogniser(samples.numpy()), n / SAMPLE_RATE, n / SAMPLE_RATE)
        misses.append(cells.misses(made, wanted))
    return scores, *(torch.cat(parts) for parts in zip(*misses))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--test", type=Path, required=True, help="corpus of the test sentences in every voice")
    parser.add_argument("--sentences", type=Path, default=Path(__file__).with_name("test_sentences.txt"))
    parser.add_argument("--encoder", type=Path, required=True)
    parser.add_argument("--decoder", type=Path, required=True)
    parser.add_argument("--floor", type=float, default=1e-3, help="power below which a cell is weak")
    parser.add_argument("--voices", nargs="*", default=[voice.name for voice in VOICES])
    args = parser.parse_args()
    torch.set_num_threads(1)
    sentences = args.sentences.read_text(encoding="utf8").split("\n")[:-1]
    codec, teacher, recogniser = Codec(args), Teacher(args), Recogniser(sentences)
    for voice in args.voices:
        scores, power, missed = examine(voice, sentences, codec, teacher, recogniser, args.floor)
        rates = ", ".join(f"{name} {100 * score.errors / score.words:.1f} %" for name, score in scores.items())
        print(f"{voice}: words lost, plain and with one kind of cells put right: {rates}; "
              f"{100 * float((power < args.floor).float().mean()):.0f} % of the cells are weak")
        for decade in DECADES:
            inside = (power >= 10.0 ** decade) & (power < 10.0 ** (decade + 1))
            if inside.any():
                print(f"  power 1e{decade}: {100 * float(inside.float().mean()):.0f} % of the cells, "
                      f"mean log error {float(missed[inside].mean()):.2f}", flush=True)


if __name__ == "__main__":
    main()
