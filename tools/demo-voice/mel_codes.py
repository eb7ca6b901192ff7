# SPDX-License-Identifier: Apache-2.0
"""Log-mel spectrogram, and the closed-form encoder that turns sound into codec codes.

An 80 ms patch (8 log-mel envelopes of 80 bands, and how periodic the sound is) becomes 10 codes: the first is the
nearest centroid of a linear phone prediction from the patch and its neighbours, the second is the pitch (pitch.py),
the others are a residual vector quantization of the patch in PCA space.
"""
import math
import os

import librosa
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

import pitch
from corpus import SAMPLE_RATE
from pitch import PITCH_GROUP

MELS = 80
HOP = 240  # 100 mel frames a second
MEL_FRAMES = 8  # of one codec frame
BANDS = MELS + 1  # of a patch, with the periodicity
PERIODICITY_SCALE = 6.0  # in units of log magnitude
TOP = 9500.0  # Hz, the highest band
QUIET = 1e-4  # mel magnitude that losses hear down to; the codes stop at ten times as much
PERIODS = 3  # of the voice in the window that its envelope is measured in


class LogMel(nn.Module):
    def __init__(self, n_fft=1024, hop=HOP, mels=MELS, top=TOP, floor=1e-3):
        super().__init__()
        self.n_fft, self.hop, self.floor = n_fft, hop, floor
        bank = librosa.filters.mel(sr=SAMPLE_RATE, n_fft=n_fft, n_mels=mels, fmin=0, fmax=top)
        self.register_buffer("bank", torch.tensor(bank), persistent=False)
        self.register_buffer("window", torch.hann_window(n_fft), persistent=False)

    def spectrum(self, samples):
        """[batch, samples] -> complex [batch, n_fft / 2 + 1, samples / hop]"""
        left = (self.n_fft - self.hop) // 2
        samples = F.pad(samples, (left, self.n_fft - self.hop - left))
        return torch.stft(samples, self.n_fft, self.hop, window=self.window, center=False, return_complex=True)

    def reshape(self, samples, change):
        """samples [n] with the envelope of its spectrum changed by log-mel `change` [mels, n / hop], all else kept."""
        share = self.bank / (self.bank.sum(0, keepdim=True) + 1e-8)
        spectrum = self.spectrum(samples[None])[0] * torch.exp((share.t() @ change).clamp(-6, 6))
        frames = torch.fft.irfft(spectrum, n=self.n_fft, dim=0) * self.window[:, None]
        squares = (self.window ** 2)[:, None].expand_as(frames)
        length = (frames.shape[1] - 1) * self.hop + self.n_fft
        out, weight = (F.fold(part[None].contiguous(), (1, length), (1, self.n_fft), stride=(1, self.hop))[0, 0, 0]
                       for part in (frames, squares))
        left = (self.n_fft - self.hop) // 2
        return (out / weight.clamp(min=1e-3))[left:left + len(samples)]

    def envelope(self, samples, f0):
        """The same as forward(), but without the harmonics of a voice of pitch f0 [batch, samples / hop]: a window of
        three periods, and a spectrum smoothed over one (after Morise's CheapTrick, 2015)."""
        left = (self.n_fft - self.hop) // 2
        frames = F.pad(samples, (left, self.n_fft - self.hop - left)).unfold(1, self.n_fft, self.hop)
        period = SAMPLE_RATE / f0[..., None]
        offset = torch.arange(self.n_fft) - self.n_fft // 2 + 0.5
        window = 0.5 + 0.5 * torch.cos(2 * math.pi * (offset / (PERIODS * period)).clamp(-0.5, 0.5))
        window = window * window.pow(2).sum(-1, keepdim=True).rsqrt() * self.window.pow(2).sum().sqrt()
        power = torch.view_as_real(torch.fft.rfft(frames * window)).pow(2).sum(-1)
        width = self.n_fft / SAMPLE_RATE * f0[..., None]  # bins between two harmonics
        magnitude = self.smoothed(power, width).clamp(min=1e-9).sqrt()
        return torch.log((magnitude @ self.bank.t()).clamp(min=self.floor)).transpose(1, 2)

    def smoothed(self, power, width):
        """Mean of power [..., bins] over a band of `width` [..., 1] bins around every bin."""
        margin = self.n_fft // 32
        mirrored = torch.cat([power[..., 1:margin + 1].flip(-1), power, power[..., -margin - 1:-1].flip(-1)], -1)
        total = F.pad(mirrored.cumsum(-1, dtype=torch.float64), (1, 0)).float()
        edge = torch.arange(power.shape[-1]) + margin + 0.5

        def up_to(position):
            whole = position.floor().long()
            low, high = total.gather(-1, whole), total.gather(-1, whole + 1)
            return low + (position - whole) * (high - low)

        return (up_to(edge + width / 2) - up_to(edge - width / 2)) / width

    def forward(self, samples):
        """[batch, samples] -> [batch, mels, samples / hop]"""
        spectrum = self.spectrum(samples)
        magnitude = torch.view_as_real(spectrum).pow(2).sum(-1).add(1e-9).sqrt()
        return torch.log((self.bank @ magnitude).clamp(min=self.floor))


def nearest(points, centroids):
    """Index of the nearest centroid of every point."""
    half = centroids.pow(2).sum(1)
    return torch.cat([torch.argmin(half - 2 * part @ centroids.t(), 1) for part in points.split(8192)])


class Analysis:
    """What codes are made from: pitch codes [batch, frames], features [batch, BANDS, frames * 8], and how the samples
    move to have the phase of those pitch codes, shift [batch, frames * 8 + 1]."""

    def __init__(self, mel, samples):
        """samples [batch, frames * FRAME]"""
        f0, periodicity = pitch.track(samples)
        smooth = torch.empty_like(f0)
        codes, shifts = [], []
        for i, (sound, track) in enumerate(zip(samples.numpy(), f0.double().numpy())):
            smooth[i] = torch.from_numpy(pitch.continuous(track))
            cycles = pitch.cycles(sound, track)
            codes.append(pitch.encode(cycles))
            shifts.append(pitch.moved(cycles, codes[-1]))
        self.pitch, self.shift = torch.from_numpy(np.stack(codes)), torch.from_numpy(np.stack(shifts))
        self.features = torch.cat([mel.envelope(samples, smooth), PERIODICITY_SCALE * periodicity[:, None]], 1)


class Encoder:
    """Features -> codes with fixed linear maps; its tensors are found by fit_codes.py. tables [groups - 1, codebook, d]
    are those of all groups but the pitch, scale is the standard deviation of the points that they stand for, and
    pitch_usage says how often each number of quarter cycles occurs."""

    FIELDS = ("mean", "spread", "patch_mean", "basis", "phone_map", "phone_basis", "phone_centroids", "tables", "scale",
              "pitch_usage")

    def __init__(self, **tensors):
        for field, value in tensors.items():
            setattr(self, field, value)

    @classmethod
    def load(cls, path):
        return cls(**load_file(path))

    def save(self, path):
        partial = path.with_suffix(".tmp")
        save_file({field: getattr(self, field).contiguous() for field in self.FIELDS}, partial)
        os.replace(partial, path)

    def patches(self, features):
        """[batch, bands, 8 n] -> normalised patches [batch, n, bands * 8]"""
        batch, bands, length = features.shape
        normal = (features - self.mean[None, :, None]) / self.spread
        parts = normal.view(batch, bands, length // MEL_FRAMES, MEL_FRAMES)
        return parts.permute(0, 2, 1, 3).reshape(batch, length // MEL_FRAMES, bands * MEL_FRAMES)

    def project(self, patches):
        return (patches - self.patch_mean) @ self.basis

    @staticmethod
    def with_neighbours(points):
        """[batch, n, d] -> [batch, n, 3 d + 1]: previous, this and next point, and a constant one"""
        padded = F.pad(points, (0, 0, 1, 1))
        return torch.cat([padded[:, :-2], points, padded[:, 2:], torch.ones_like(points[..., :1])], -1)

    def phone_features(self, context):
        return (context @ self.phone_map) @ self.phone_basis

    @torch.no_grad()
    def encode(self, analysis):
        """codes [batch, n, groups]"""
        points = self.project(self.patches(analysis.features))
        batch, length, size = points.shape
        features = self.phone_features(self.with_neighbours(points)).reshape(batch * length, -1)
        codes = [nearest(features, self.phone_centroids)]
        rest = points.reshape(batch * length, size) - self.tables[0][codes[0]]
        for table in self.tables[1:]:
            codes.append(nearest(rest, table))
            rest = rest - table[codes[-1]]
        codes.insert(PITCH_GROUP, analysis.pitch.flatten())
        return torch.stack(codes, 1).view(batch, length, -1)

    def decode(self, codes):
        """codes [n, groups] -> features [bands, 8 n], what a perfect decoder could know"""
        groups = [group for group in range(codes.shape[1]) if group != PITCH_GROUP]
        points = sum(table[codes[:, group]] for group, table in zip(groups, self.tables))
        patches = (points @ self.basis.t() + self.patch_mean).view(-1, len(self.mean), MEL_FRAMES)
        flat = patches.permute(1, 0, 2).reshape(len(self.mean), -1)
        return flat * self.spread + self.mean[:, None]
