#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Step decoder: train the speech decoder (official class) to turn the codes of the corpus back into sound.

Losses on short crops: log-mel and multi-resolution spectrograms, mel cepstra and how they move, and what a phone
recogniser hears (listener.py).
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

import pitch
from corpus import FRAME, SAMPLE_RATE, Chunk
from decoder_start import LATENTS, STEPS, FrontHead, decoder_config, front, pass_through
from fast_wave import wave
from listener import load_listener
from mel_codes import MELS, QUIET, Encoder, LogMel
from official import build_decoder
from training import Budget, ConvMuon, Log, save_atomically
from wave_losses import CepstralLoss, SpectralLoss
from widen import widen
from workers import Workers

WARMUP, SAVE_EVERY, LOG_EVERY = 50, 120, 50
CONTEXT = 3  # frames before the scored crop that warm the causal wave part up
OPENINGS = 0.4  # share of the batches that are scored from the first frame of their utterances, without any context
EMA = 0.998
CLIP = 5.0
TEACH_RATE = 1.5e-3  # highest learning rate of the front
FIRST_LOOK = 12  # batches that its linear map is found from
HEARD = 1.6  # share of what the listener hears in the gradient of the sound, relative to the spectral losses
CEPSTRA = 1.2  # and that of the cepstra
BALANCE = 0.99  # smoothing of the gradients' sizes
RESCAN = 200  # batches between two looks for new chunks


class Crops:
    """Random crops of the encoded corpus; every voice is drawn equally often, favourites as often as all others
    together. A batch is samples [batch, frames * FRAME] that have the phase of their pitch codes, codes
    [batch, groups, frames], the cycles of the fundamental [batch, frames * LATENTS * STEPS + 1], and whether all of its
    crops are where utterances begin."""

    def __init__(self, folder, frames, batch, favourites, seed):
        self.folder, self.frames, self.batch = Path(folder), frames, batch
        self.favourites, self.rng = favourites, random.Random(seed)
        self.known, self.by_voice = set(), {}
        self.queue = Queue(6)
        threading.Thread(target=self.produce, daemon=True).start()

    def refresh(self):
        for path in sorted(self.folder.glob("*.codes.pt")):
            if path in self.known:
                continue
            self.known.add(path)
            chunk = Chunk(self.folder, path.name.removesuffix(".codes.pt"))
            for item, encoded in zip(chunk.items, torch.load(path)):
                if item["frames"] >= self.frames // 2:
                    entry = chunk, item, encoded["codes"], encoded["shift"]
                    self.by_voice.setdefault(item["voice"], []).append(entry)

    def produce(self):
        count = 0
        while True:
            if count % RESCAN == 0:
                self.refresh()
            count += 1
            opening = self.rng.random() < OPENINGS
            parts = zip(*(self.crop(opening) for _ in range(self.batch)))
            self.queue.put((*(torch.from_numpy(np.stack(part)) for part in parts), opening))

    def crop(self, opening):
        favour = self.favourites and self.rng.random() < 0.5
        voice = self.rng.choice(self.favourites if favour else sorted(self.by_voice))
        chunk, item, codes, shift = self.rng.choice(self.by_voice[voice])
        codes = codes.numpy().astype(np.int64)
        missing = self.frames - item["frames"]
        if missing > 0:  # the last frame, silent, again
            codes = np.pad(codes, ((0, missing), (0, 0)), mode="edge")
        first = 0 if opening else self.rng.randrange(0, max(1, -missing + 1))
        cycles = pitch.trajectory(codes[:, pitch.PITCH_GROUP], LATENTS * STEPS)
        samples = pitch.follow(chunk.audio(item), shift.numpy().astype(np.float64), first * FRAME,
                               (first + self.frames) * FRAME)
        samples[max(0, (item["frames"] - first) * FRAME):] = 0
        inside = slice(first * LATENTS * STEPS, (first + self.frames) * LATENTS * STEPS + 1)
        return samples, codes[first:first + self.frames].T, cycles[inside]

    def __next__(self):
        return self.queue.get()


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


@torch.no_grad()
def front_targets(mel, samples, cycles):
    """What a FrontHead should read from the latents of a batch of crops."""
    f0 = torch.diff(cycles[:, :: LATENTS * STEPS // pitch.HOPS]) * (SAMPLE_RATE / pitch.HOP)
    return FrontHead.targets(mel.envelope(samples, f0.float()), cycles[:, :-1]).float()


class Trainer:
    def __init__(self, workers, args):
        self.args, self.workers, self.log = args, workers, Log(args.out, quiet=workers.rank > 0)
        encoder, self.mel = Encoder.load(args.encoder), LogMel()
        self.crops = Crops(args.corpus, args.frames, args.batch, args.favour, args.seed + workers.rank)
        checkpoint = args.out / "last.pt"
        state = torch.load(checkpoint) if checkpoint.exists() else None
        start = state or (torch.load(args.warm_start) if args.warm_start else None)
        if args.width and start and start["config"]["decoder_dim"] < args.width:
            start = widen(start, args.width)
        self.config = start["config"] if start else decoder_config(groups=len(encoder.tables) + 1)
        self.decoder = build_decoder(self.config).train()
        if start:
            self.decoder.load_state_dict(start["decoder"])
        if not state and args.front_steps and workers.rank == 0:
            self.teach_front(encoder)
        workers.agree(self.decoder.state_dict().values())
        self.wave_mels = [LogMel(floor=QUIET), LogMel(512, 120, 40, floor=QUIET)]
        self.spectral, self.cepstral = SpectralLoss(), CepstralLoss()
        self.balance = Balance({"sound": 1.0, "heard": HEARD, "cepstra": CEPSTRA})
        self.listener = load_listener(args.listener) if args.listener else None
        self.optimizers = self.make_optimizers()
        self.average = {name: t.detach().clone() for name, t in self.decoder.state_dict().items()}
        self.step, spent = 0, 0.0
        if state:
            for optimizer, saved in zip(self.optimizers, state["optimizers"]):
                optimizer.load_state_dict(saved)
            self.average, self.step, spent = state["average"], state["step"], state["spent"]
        self.budget = Budget(args.minutes, args.finish_at, args.decay_from, spent)
        self.log(f"step {self.step}, {sum(p.numel() for p in self.decoder.parameters())} parameters, {vars(args)}")

    def make_optimizers(self):
        """Muon for the convolutions of the wave part, AdamW for everything else."""
        convolutions = [p for p in self.wave_parameters() if p.dim() == 3 and p.shape[0] > 1]
        rest = [p for p in self.wave_parameters() if p.dim() != 3 or p.shape[0] == 1]
        return [
            ConvMuon([{"params": convolutions}]),
            torch.optim.AdamW([{"params": rest}, {"params": self.front_parameters(), "share": self.args.front_rate}],
                              betas=(0.8, 0.99), weight_decay=1e-4),
        ]

    def front_parameters(self):
        """How often each vector was chosen is a divisor to the codebooks, not something to learn."""
        return [p for name, p in self.decoder.named_parameters()
                if not name.startswith("decoder.") and not name.endswith("cluster_usage")]

    def wave_parameters(self):
        return list(self.decoder.decoder.parameters())

    def trained_parameters(self):
        return self.wave_parameters() + (self.front_parameters() if self.args.front_rate > 0 else [])

    def teach_front(self, encoder):
        """Begin the front as the linear map that it nearly is, and train it alone, which is quick: it has to learn how
        the pitch glides from one frame to the next."""
        samples, codes, cycles = (torch.cat(part) for part in zip(*(next(self.crops)[:3] for _ in range(FIRST_LOOK))))
        pass_through(self.decoder, encoder, codes)
        head = FrontHead(self.config["latent_dim"])
        with torch.no_grad():
            head.fit(front(self.decoder, codes), front_targets(self.mel, samples, cycles))
        taught = self.front_parameters() + list(head.parameters())
        optimizer = torch.optim.AdamW(taught, weight_decay=1e-4)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, TEACH_RATE, self.args.front_steps)
        recent = deque(maxlen=LOG_EVERY)
        for step in range(1, self.args.front_steps + 1):
            samples, codes, cycles, _ = next(self.crops)
            missed = (head(front(self.decoder, codes)) - front_targets(self.mel, samples, cycles)).abs()
            envelope, fundamental = (part.mean() for part in missed.split([2 * MELS, 2 * STEPS], 2))
            optimizer.zero_grad()
            (envelope + fundamental).backward()
            optimizer.step()
            schedule.step()
            recent.append((float(envelope.detach()), float(fundamental.detach())))
            if step % (2 * LOG_EVERY) == 0:
                means = [sum(column) / len(recent) for column in zip(*recent)]
                self.log(f"front step {step}, envelope {means[0]:.4f}, fundamental {means[1]:.4f}")

    def speak(self, samples, codes, opening):
        """Sound made and wanted of crops."""
        with torch.set_grad_enabled(self.args.front_rate > 0):
            latent = front(self.decoder, codes)
        crop = self.args.crop
        start = 0 if opening else random.randrange(CONTEXT, self.args.frames - crop + 1)
        context = min(start, CONTEXT)
        made = wave(self.decoder, latent[:, :, (start - context) * LATENTS:(start + crop) * LATENTS])
        return made[:, context * FRAME:], samples[:, start * FRAME:(start + crop) * FRAME]

    def wave_losses(self, made, wanted):
        mel = sum(F.l1_loss(mel(made), mel(wanted)) for mel in self.wave_mels) / len(self.wave_mels)
        losses = {"sound": 2 * mel + self.spectral(made, wanted), "cepstra": self.cepstral(made, wanted)}
        if self.listener:
            losses["heard"] = self.listener.difference(made, wanted)
        return losses

    def update(self):
        for optimizer in self.optimizers:
            optimizer.zero_grad()
        samples, codes, _, opening = next(self.crops)
        made, wanted = self.speak(samples, codes, opening)
        sound = made.detach().requires_grad_()
        losses = self.wave_losses(sound, wanted)
        made.backward(self.balance.gradient(losses, sound))
        self.progress = self.workers.share(self.trained_parameters(), self.budget.progress())
        nn.utils.clip_grad_norm_(self.trained_parameters(), CLIP)
        rate = self.args.rate * self.budget.rate(self.step, WARMUP, self.progress)
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate * group.get("share", 1.0)
            optimizer.step()
        self.step += 1
        keep = min(EMA, self.step / (self.step + 20))
        with torch.no_grad():
            torch._foreach_lerp_(list(self.average.values()), list(self.decoder.state_dict().values()), 1 - keep)
        return {name: float(loss.detach()) for name, loss in losses.items()}

    def save(self):
        if self.workers.rank > 0:
            return
        save_atomically({
            "config": self.config, "decoder": self.decoder.state_dict(), "average": self.average,
            "optimizers": [o.state_dict() for o in self.optimizers], "step": self.step,
            "spent": self.budget.spent(),
        }, self.args.out / "last.pt")

    def run(self):
        recent, saved = deque(maxlen=LOG_EVERY), time.time()
        self.progress = self.budget.progress()
        while self.progress < 1.0:
            recent.append(self.update())
            if self.step % LOG_EVERY == 0:
                means = " ".join(f"{name} {sum(r[name] for r in recent) / len(recent):.4f}" for name in recent[0])
                self.log(f"step {self.step} cpu {self.budget.spent() / 60:.1f} min, "
                         f"{100 * self.progress:.0f} %, rate {self.optimizers[0].param_groups[0]['lr']:.1e}, {means}")
            if time.time() - saved > SAVE_EVERY:
                self.save()
                saved = time.time()
        self.save()


def train(workers, args):
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    random.seed(args.seed + workers.rank)
    Trainer(workers, args).run()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--encoder", type=Path, required=True, help="output of fit_codes.py")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--warm-start", type=Path, help="checkpoint whose decoder to begin with")
    parser.add_argument("--width", type=int, help="decoder_dim to widen the decoder of --warm-start to")
    parser.add_argument("--listener", type=Path, help="output of listener.py")
    parser.add_argument("--minutes", type=float, default=240, help="CPU time")
    parser.add_argument("--finish-at", help="HH:MM; finish by the clock instead")
    parser.add_argument("--decay-from", type=float, default=0.5, help="progress at which the learning rate begins to fall")
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--front-rate", type=float, default=0.3,
                        help="learning rate of the front, relative to that of the wave part; 0 leaves it as it is")
    parser.add_argument("--front-steps", type=int, default=2400,
                        help="steps that train the front alone, to begin with; 0 keeps the front of --warm-start")
    parser.add_argument("--batch", type=int, default=6, help="crops of every worker")
    parser.add_argument("--frames", type=int, default=18, help="length of a crop, in frames")
    parser.add_argument("--crop", type=int, default=9, help="frames of it that are scored as sound")
    parser.add_argument("--favour", nargs="*", default=[], help="voices to draw as often as all others together")
    parser.add_argument("--workers", type=int, default=1, help="processes, of one core each, that average their gradients")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    Workers.launch(args.workers, args.out, train, args)


if __name__ == "__main__":
    main()
