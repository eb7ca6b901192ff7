# SPDX-License-Identifier: Apache-2.0
"""Log-mel spectrogram, and the closed-form encoder that turns it into codec codes.

An 80 ms patch (8 mel frames of 80 bands) becomes 10 codes: the first is the nearest centroid of a linear phone
prediction from the patch and its neighbours, the others are a residual vector quantization of the patch in PCA space.
"""
import librosa
import torch
import torch.nn as nn
import torch.nn.functional as F

from corpus import SAMPLE_RATE

MELS = 80
HOP = 240  # 100 mel frames a second
MEL_FRAMES = 8  # of one codec frame
TOP = 9500.0  # Hz, the highest band


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

    def forward(self, samples):
        """[batch, samples] -> [batch, mels, samples / hop]"""
        spectrum = self.spectrum(samples)
        magnitude = torch.view_as_real(spectrum).pow(2).sum(-1).add(1e-9).sqrt()
        return torch.log((self.bank @ magnitude).clamp(min=self.floor))


def nearest(points, centroids):
    """Index of the nearest centroid of every point."""
    half = centroids.pow(2).sum(1)
    return torch.cat([torch.argmin(half - 2 * part @ centroids.t(), 1) for part in points.split(8192)])


class MelEncoder:
    """mel -> codes with fixed linear maps; its tensors are found by fit_codes.py."""

    FIELDS = ("mel_mean", "mel_std", "patch_mean", "basis", "phone_map", "phone_basis", "phone_centroids", "tables")

    def __init__(self, **tensors):
        for field, value in tensors.items():
            setattr(self, field, value)

    def state(self):
        return {field: getattr(self, field) for field in self.FIELDS}

    def patches(self, mel):
        """[batch, mels, 8 n] -> normalised patches [batch, n, mels * 8]"""
        batch, bands, length = mel.shape
        normal = (mel - self.mel_mean[None, :, None]) / self.mel_std
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
    def encode(self, mel):
        """[batch, mels, 8 n] -> codes [batch, n, groups]"""
        points = self.project(self.patches(mel))
        batch, length, size = points.shape
        features = self.phone_features(self.with_neighbours(points)).reshape(batch * length, -1)
        codes = [nearest(features, self.phone_centroids)]
        rest = points.reshape(batch * length, size) - self.tables[0][codes[0]]
        for table in self.tables[1:]:
            codes.append(nearest(rest, table))
            rest = rest - table[codes[-1]]
        return torch.stack(codes, 1).view(batch, length, -1)

    def decode(self, codes):
        """codes [n, groups] -> log-mel [mels, 8 n], what a perfect decoder could know"""
        points = sum(table[codes[:, group]] for group, table in enumerate(self.tables))
        patches = (points @ self.basis.t() + self.patch_mean).view(-1, len(self.mel_mean), MEL_FRAMES)
        flat = patches.permute(1, 0, 2).reshape(len(self.mel_mean), -1)
        return flat * self.mel_std + self.mel_mean[:, None]
