# SPDX-License-Identifier: Apache-2.0
"""How far the sound that a decoder makes is from the sound that was wanted, to the ear of several measures."""
import librosa
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from scipy.fft import dct

from corpus import SAMPLE_RATE


class SpectralLoss(nn.Module):
    """Spectral convergence and log magnitude at several resolutions (Yamamoto et al., 2020)."""

    def __init__(self, sizes=((2048, 480), (1024, 240), (512, 120), (256, 60))):
        super().__init__()
        self.sizes = sizes
        for size, _ in sizes:
            self.register_buffer(f"window{size}", torch.hann_window(size))

    def magnitude(self, samples, size, hop):
        window = getattr(self, f"window{size}")
        spectrum = torch.stft(samples, size, hop, window=window, return_complex=True)
        return torch.view_as_real(spectrum).pow(2).sum(-1).add(1e-7).sqrt()

    def forward(self, made, wanted):
        total = 0.0
        for size, hop in self.sizes:
            x, y = self.magnitude(made, size, hop), self.magnitude(wanted, size, hop)
            logs = F.l1_loss(x.clamp(min=1e-3).log(), y.clamp(min=1e-3).log())
            total = total + (x - y).norm() / y.norm() + logs
        return total / len(self.sizes)


class CepstralLoss(nn.Module):
    """Distance of mel cepstra, of how they change and of how that changes, each in units of how much it varies: what
    recognisers with Gaussian models hear (Davis and Mermelstein, 1980; Furui, 1986)."""

    N_FFT, WINDOW, HOP, BOTTOM, TOP = 1024, 614, 240, 130, 6800
    FLOOR = 1e-6  # power, of a hiss of 3e-4: weak fricatives and bursts are 40 to 60 dB below vowels, and distinguish words
    FILTERS, CEPSTRA, ACROSS = 25, 13, 4
    LIVELINESS = 2.0  # weight of how much all of them vary within a crop: what is right on average varies too little

    def __init__(self):
        super().__init__()
        bank = librosa.filters.mel(sr=SAMPLE_RATE, n_fft=self.N_FFT, n_mels=self.FILTERS, fmin=self.BOTTOM, fmax=self.TOP)
        self.register_buffer("bank", torch.tensor(bank))
        self.register_buffer("window", torch.hamming_window(self.WINDOW))
        self.register_buffer("cosines", torch.tensor(dct(np.eye(self.FILTERS, dtype=np.float32), norm="ortho").T[:self.CEPSTRA]))

    def features(self, samples):
        """[batch, samples] -> three of [batch, CEPSTRA, n]"""
        spectrum = torch.stft(samples, self.N_FFT, self.HOP, self.WINDOW, self.window, return_complex=True)
        power = torch.view_as_real(spectrum).pow(2).sum(-1)
        cepstra = self.cosines @ torch.log(self.bank @ power + self.FLOOR)
        change = cepstra[..., self.ACROSS:] - cepstra[..., :-self.ACROSS]
        return cepstra, change, change[..., self.ACROSS:] - change[..., :-self.ACROSS]

    def forward(self, made, wanted):
        pairs = list(zip(self.features(made), self.features(wanted)))
        return sum((self.missed(x, y) / y.std((0, 2))).mean() for x, y in pairs) / len(pairs)

    def missed(self, made, wanted):
        """Mean absolute difference of each feature and of its standard deviation (Toda and Tokuda, 2007)."""
        variation = (made.std(2) - wanted.std(2)).abs().mean(0)
        return (made - wanted).abs().mean((0, 2)) + self.LIVELINESS * variation
