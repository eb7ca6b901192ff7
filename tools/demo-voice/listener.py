#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Step listener: train the listener, a small network that hears which phone is spoken.

It is used in training only: what it hears in the sound of the speech decoder is compared with what it hears in the
original (a perceptual loss, after Johnson et al., 2016), layer by layer.
"""
import argparse
import random
from pathlib import Path

import torch
import torch.nn as nn
import torch.nn.functional as F

from corpus import FRAME, PHONES, Chunk, chunk_names, phone_labels
from mel_codes import QUIET, LogMel
from training import save_atomically

N_FFT, HOP, BANDS, TOP = 512, 120, 64, 7600.0  # windows of 21 ms, 200 a second
WIDTH = 128
CROP, BATCH = 12, 16  # frames, crops
LOG_EVERY = 200


class Listener(nn.Module):
    def __init__(self):
        super().__init__()
        self.mel = LogMel(N_FFT, HOP, BANDS, TOP, QUIET)
        self.layers = nn.ModuleList([
            nn.Conv1d(BANDS, WIDTH, 5, padding=2),
            nn.Conv1d(WIDTH, WIDTH, 5, padding=2, stride=2),
            nn.Conv1d(WIDTH, WIDTH, 5, padding=4, dilation=2),
            nn.Conv1d(WIDTH, WIDTH, 5, padding=8, dilation=4),
        ])
        self.phones = nn.Conv1d(WIDTH, len(PHONES), 1)

    def forward(self, samples):
        """[batch, n] -> activations of every layer, the last of them phone log-odds [batch, phones, n / 240]"""
        x, heard = self.mel(samples) / 3.0 + 1.0, []
        for layer in self.layers:
            x = F.leaky_relu(layer(x), 0.1)
            heard.append(x)
        return heard + [self.phones(x)]

    def difference(self, made, wanted):
        """How differently two sounds [batch, n] are heard: relative differences of all layers and of the phones."""
        with torch.no_grad():
            *layers, phones = self(wanted)
        *made_layers, made_phones = self(made)
        far = [F.l1_loss(a, b) / b.abs().mean() for a, b in zip(made_layers, layers)]
        divergence = F.kl_div(F.log_softmax(made_phones, 1), F.log_softmax(phones, 1), log_target=True,
                              reduction="none").sum(1).mean()
        return sum(far) / len(far) + divergence


def load_listener(path):
    listener = Listener()
    listener.load_state_dict(torch.load(path))
    return listener.eval().requires_grad_(False)


class Lessons:
    """Random crops of the corpus with the phones that are spoken in them; every voice equally often."""

    def __init__(self, folder, seed):
        self.rng, self.by_voice = random.Random(seed), {}
        for name in chunk_names(folder):
            chunk = Chunk(folder, name)
            for item in chunk.items:
                if item["frames"] >= CROP:
                    self.by_voice.setdefault(item["voice"], []).append((chunk, item))

    def crop(self):
        chunk, item = self.rng.choice(self.by_voice[self.rng.choice(sorted(self.by_voice))])
        first = self.rng.randrange(0, item["frames"] - CROP + 1)
        samples = torch.from_numpy(chunk.audio(item, first, CROP)) * self.rng.uniform(0.5, 1.5)
        noise = torch.randn(CROP * FRAME) * 10 ** self.rng.uniform(-6, -3)
        return samples + noise, torch.from_numpy(phone_labels(item)[first:first + CROP]).flatten()

    def batch(self):
        samples, phones = zip(*(self.crop() for _ in range(BATCH)))
        return torch.stack(samples), torch.stack(phones)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    lessons, listener = Lessons(args.corpus, args.seed), Listener()
    optimizer = torch.optim.AdamW(listener.parameters(), lr=args.rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, args.rate, args.steps)
    right = total = 0
    for step in range(1, args.steps + 1):
        samples, phones = lessons.batch()
        heard = listener(samples)[-1]
        phones = phones.repeat_interleave(heard.shape[2] // phones.shape[1], 1)
        loss = F.cross_entropy(heard, phones)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        right, total = right + int((heard.argmax(1) == phones).sum()), total + phones.numel()
        if step % LOG_EVERY == 0:
            print(f"step {step}, loss {float(loss.detach()):.3f}, {100 * right / total:.1f} % of the time right", flush=True)
            right = total = 0
    save_atomically(listener.state_dict(), args.out)


if __name__ == "__main__":
    main()
