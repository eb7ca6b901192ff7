#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Step decoder: train the speech decoder (official class) to turn the codes of the corpus back into sound.

Losses on short crops: log-mel and multi-resolution spectrograms, and what a phone recogniser hears (listener.py).
Saves every two minutes and goes on from its checkpoint.
"""
import argparse
import random
import threading
import time
from collections import deque
from pathlib import Path
from queue import Queue

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

from corpus import FRAME, Chunk, chunk_names
from decoder_start import MelHead, codebooks, decoder_config, front, install_codebooks, pass_through
from listener import load_listener
from mel_codes import LogMel, MelEncoder
from official import build_decoder, tokenizer_modeling
from training import Budget, Log, save_atomically

WARMUP, SAVE_EVERY, LOG_EVERY = 50, 120, 50
CONTEXT = 2  # frames before the scored crop that warm the causal wave part up
FRONT_RATE = 0.3  # learning rate of the front, relative to the wave part's
EMA = 0.998
LATENT_PER_FRAME = 4
FRONT_WEIGHT = 0.5
WAVE_WEIGHTS = {"sound": 1.0, "heard": 0.8}  # shares in the gradient of the sound
BALANCE = 0.99  # smoothing of the gradients' sizes
RESCAN = 200  # batches between two looks for new chunks


class Crops:
    """Random crops of the corpus; every voice is drawn equally often, favourites as often as all others together.
    A batch is samples [batch, frames * FRAME]."""

    def __init__(self, folder, frames, batch, favourites, seed):
        self.folder, self.frames, self.batch = Path(folder), frames, batch
        self.favourites, self.rng = favourites, random.Random(seed)
        self.known, self.by_voice = set(), {}
        self.queue = Queue(6)
        threading.Thread(target=self.produce, daemon=True).start()

    def refresh(self):
        for name in chunk_names(self.folder):
            if name in self.known:
                continue
            self.known.add(name)
            chunk = Chunk(self.folder, name)
            for item in chunk.items:
                if item["frames"] >= self.frames // 2:
                    self.by_voice.setdefault(item["voice"], []).append((chunk, item))

    def produce(self):
        count = 0
        while True:
            if count % RESCAN == 0:
                self.refresh()
            count += 1
            self.queue.put(torch.from_numpy(np.stack([self.crop() for _ in range(self.batch)])))

    def crop(self):
        favour = self.favourites and self.rng.random() < 0.5
        voice = self.rng.choice(self.favourites if favour else sorted(self.by_voice))
        chunk, item = self.rng.choice(self.by_voice[voice])
        first = self.rng.randrange(0, max(1, item["frames"] - self.frames + 1))
        samples = chunk.audio(item, first, min(self.frames, item["frames"]))
        samples = np.pad(samples, (0, self.frames * FRAME - len(samples)))
        return samples * np.float32(self.rng.uniform(0.7, 1.25))

    def __next__(self):
        return self.queue.get()


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


def fuse_activation():
    """Compile the decoder's activation, which is most of the time of the wave part when it is not."""
    compiled = torch.compile(
        lambda x, a, b: x + (1.0 / (b.exp() + 1e-9))[None, :, None] * torch.sin(x * a.exp()[None, :, None]).square(),
        dynamic=True)
    tokenizer_modeling.SnakeBeta.forward = lambda self, x: compiled(x, self.alpha, self.beta)


class Balance:
    """One gradient of the sound out of several losses, in which each has a share that does not depend on its scale
    (Défossez et al., 2022)."""

    def __init__(self, weights):
        self.weights, self.sizes = weights, {}

    def gradient(self, losses, made):
        total = 0.0
        for name, loss in losses.items():
            part, = torch.autograd.grad(loss, made, retain_graph=True)
            size = float(part.norm())
            self.sizes[name] = BALANCE * self.sizes.get(name, size) + (1 - BALANCE) * size
            total = total + part * (self.weights[name] * self.sizes["sound"] / (self.sizes[name] + 1e-12))
        return total


class Trainer:
    def __init__(self, args):
        self.args, self.log = args, Log(args.out)
        fitted = torch.load(args.encoder)
        self.encoder, self.mel = MelEncoder(**fitted["encoder"]), LogMel()
        self.crops = Crops(args.corpus, args.frames, args.batch, args.favour, args.seed)
        checkpoint = args.out / "last.pt"
        state = torch.load(checkpoint) if checkpoint.exists() else None
        start = state or (torch.load(args.warm_start) if args.warm_start else None)
        self.config = start["config"] if start else decoder_config(groups=len(self.encoder.tables))
        self.decoder = build_decoder(self.config).train()
        examples = torch.cat([next(self.crops) for _ in range(6)])
        if start:
            self.decoder.load_state_dict(start["decoder"])
        else:
            install_codebooks(self.decoder, [table / fitted["scale"] for table in self.encoder.tables])
            pass_through(self.decoder, self.encoder, fitted["scale"], self.codes(examples))
        for book in codebooks(self.decoder):
            book.cluster_usage.requires_grad_(False)
        self.head = MelHead(self.config["latent_dim"])
        with torch.no_grad():
            self.head.fit(front(self.decoder, self.codes(examples)), self.mel(examples))
        self.wave_mels = [LogMel(), LogMel(512, 120, 40)]
        self.spectral, self.balance = SpectralLoss(), Balance(WAVE_WEIGHTS)
        self.listener = load_listener(args.listener) if args.listener else None
        wave = list(self.decoder.decoder.parameters())
        others = [p for name, p in self.decoder.named_parameters()
                  if p.requires_grad and not name.startswith("decoder.")] + list(self.head.parameters())
        self.parameters = wave + others
        self.optimizer = torch.optim.AdamW(
            [{"params": wave, "factor": 1.0}, {"params": others, "factor": FRONT_RATE}], betas=(0.8, 0.99),
            weight_decay=1e-4)
        self.average = {name: t.detach().clone() for name, t in self.decoder.state_dict().items()}
        self.step, spent = 0, 0.0
        if state:
            self.head.load_state_dict(state["head"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.average, self.step, spent = state["average"], state["step"], state["spent"]
        self.budget = Budget(args.minutes, args.finish_at, args.decay_from, spent)
        self.log(f"step {self.step}, {sum(p.numel() for p in self.decoder.parameters())} parameters, {vars(args)}")

    def codes(self, samples):
        with torch.no_grad():
            return self.encoder.encode(self.mel(samples)).transpose(1, 2)

    def speak(self, samples):
        """Sound made and wanted of a crop [batch, n], and the loss of the front."""
        latent = front(self.decoder, self.codes(samples))
        crop = self.args.crop
        start = random.randrange(CONTEXT, self.args.frames - crop + 1)
        wave = latent[:, :, (start - CONTEXT) * LATENT_PER_FRAME:(start + crop) * LATENT_PER_FRAME]
        for block in self.decoder.decoder:
            wave = block(wave)
        made = wave.squeeze(1)[:, CONTEXT * FRAME:]
        return made, samples[:, start * FRAME:(start + crop) * FRAME], F.l1_loss(self.head(latent), self.mel(samples))

    def wave_losses(self, made, wanted):
        mel = sum(F.l1_loss(mel(made), mel(wanted)) for mel in self.wave_mels) / len(self.wave_mels)
        losses = {"sound": 2 * mel + self.spectral(made, wanted)}
        if self.listener:
            losses["heard"] = self.listener.difference(made, wanted)
        return losses

    def update(self):
        for group in self.optimizer.param_groups:
            group["lr"] = self.args.rate * group["factor"] * self.budget.rate(self.step, WARMUP)
        made, wanted, front_loss = self.speak(next(self.crops))
        sound = made.detach().requires_grad_()
        losses = self.wave_losses(sound, wanted)
        self.optimizer.zero_grad()
        torch.autograd.backward([made, FRONT_WEIGHT * front_loss], [self.balance.gradient(losses, sound), None])
        nn.utils.clip_grad_norm_(self.parameters, 5.0)
        self.optimizer.step()
        self.step += 1
        keep = min(EMA, self.step / (self.step + 20))
        with torch.no_grad():
            torch._foreach_lerp_(list(self.average.values()), list(self.decoder.state_dict().values()), 1 - keep)
        return {name: float(loss.detach()) for name, loss in {**losses, "front": front_loss}.items()}

    def save(self):
        save_atomically({
            "config": self.config, "decoder": self.decoder.state_dict(), "average": self.average,
            "head": self.head.state_dict(), "optimizer": self.optimizer.state_dict(), "step": self.step,
            "spent": self.budget.spent(),
        }, self.args.out / "last.pt")

    def run(self):
        recent, saved = deque(maxlen=LOG_EVERY), time.time()
        while self.budget.progress() < 1.0:
            recent.append(self.update())
            if self.step % LOG_EVERY == 0:
                means = " ".join(f"{name} {sum(r[name] for r in recent) / len(recent):.4f}" for name in recent[0])
                self.log(f"step {self.step} cpu {self.budget.spent() / 60:.1f} min, "
                         f"{100 * self.budget.progress():.0f} %, rate {self.optimizer.param_groups[0]['lr']:.1e}, {means}")
            if time.time() - saved > SAVE_EVERY:
                self.save()
                saved = time.time()
        self.save()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--encoder", type=Path, required=True, help="output of fit_codes.py")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--warm-start", type=Path, help="checkpoint whose decoder to begin with")
    parser.add_argument("--listener", type=Path, help="output of listener.py")
    parser.add_argument("--minutes", type=float, default=240, help="CPU time")
    parser.add_argument("--finish-at", help="HH:MM; finish by the clock instead")
    parser.add_argument("--decay-from", type=float, default=0.5, help="progress at which the learning rate begins to fall")
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--frames", type=int, default=14, help="length of a crop, in frames")
    parser.add_argument("--crop", type=int, default=6, help="frames of it that are scored as sound")
    parser.add_argument("--favour", nargs="*", default=[], help="voices to draw as often as all others together")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    random.seed(args.seed)
    fuse_activation()
    Trainer(args).run()


if __name__ == "__main__":
    main()
