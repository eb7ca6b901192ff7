#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Step talker: train the talker and the code predictor on the encoded corpus.

Reads new chunks at every pass over the corpus, saves every two minutes, and goes on from its checkpoint.
"""
import argparse
import json
import random
import time
from collections import deque
from contextlib import nullcontext
from pathlib import Path

import torch
import torch.nn as nn

from corpus import PHONE_IDS, PHONES_PER_FRAME
from packed import PackedWeights
from pitch import PITCH_GROUP, begin_at_zero
from talker_model import TtsModel, fuse_layers, model_config
from training import Budget, Log, save_atomically

WARMUP = 100
SAVE_EVERY, VALIDATE_EVERY, LOG_EVERY = 120, 600, 100
EMA_EVERY = 4
LOSS_WEIGHTS = {"first": 1.0, "predictor": 2.0, "guide": 0.5, "phone": 0.3}
PREDICTOR_SHARE = 0.6  # of the frames train the code predictor
HELD_OUT = 6  # utterances of each voice's first chunk
PASSAGES = 0.2  # share of the utterances that open a passage of several sentences
LONGEST_PASSAGE = 270  # frames; some 300 characters
PAUSE = 3  # frames between two sentences, besides the silence that they bring along


class Utterances:
    """The encoded corpus; refresh() adds the chunks that have appeared since."""

    def __init__(self, folder):
        self.folder, self.known = Path(folder), set()
        self.training, self.held_out = [], []

    def refresh(self):
        for path in sorted(self.folder.glob("*.codes.pt")):
            if path.name in self.known:
                continue
            self.known.add(path.name)
            chunk = [spoken_from_zero(utterance) for utterance in torch.load(path)]
            if path.name.endswith("-000.codes.pt"):
                random.Random(path.name).shuffle(chunk)
                self.held_out += chunk[:HELD_OUT]
                chunk = chunk[HELD_OUT:]
            self.training += chunk

    def batches(self, tokens, rng):
        """Endless batches of utterances of similar length, at most `tokens` positions each."""
        while True:
            self.refresh()
            order = self.training[:]
            rng.shuffle(order)
            order = passages(order, rng)
            ready = []
            for first in range(0, len(order), 1024):
                ready += pack(sorted(order[first:first + 1024], key=length), tokens)
                rng.shuffle(ready)
                while len(ready) > 3:
                    yield ready.pop()


def spoken_from_zero(utterance):
    """What the talker learns of an encoded utterance; its pitch begins at phase 0, so that every phase is known."""
    utterance = {key: value for key, value in utterance.items() if key != "shift"}
    utterance["codes"][:, PITCH_GROUP] = begin_at_zero(utterance["codes"][:, PITCH_GROUP])
    return utterance


def passages(utterances, rng):
    """The same speech, but part of it as passages of several sentences of one voice."""
    out, open_passages = [], {}
    for utterance in utterances:
        voice = utterance["voice"]
        if voice in open_passages:
            passage, wanted = open_passages[voice]
            if sum(len(part["codes"]) + PAUSE for part in passage) + len(utterance["codes"]) <= LONGEST_PASSAGE:
                passage.append(utterance)
            else:
                wanted = 0
                out.append(utterance)
            if len(passage) >= wanted:
                out.append(join(passage))
                del open_passages[voice]
        elif rng.random() < PASSAGES:
            open_passages[voice] = [utterance], rng.randrange(2, 9)
        else:
            out.append(utterance)
    return out + [join(passage) for passage, _ in open_passages.values()]


def join(passage):
    """One utterance of several: the texts follow each other after a space, the sound after a pause."""
    ids, spoken, codes, phones = [], [], [], []
    for number, part in enumerate(passage):
        prefix = "later_" if number else ""
        spoken.append(part[prefix + "spoken"].long() + sum(map(len, ids)))
        ids.append(part[prefix + "ids"])
        codes.append(part["codes"])
        phones.append(part["phones"])
        if number < len(passage) - 1:
            spoken.append(spoken[-1][-1:].repeat(PAUSE))
            codes.append(part["codes"][-1:].repeat(PAUSE, 1))
            phones.append(torch.full((PAUSE, PHONES_PER_FRAME), PHONE_IDS["pau"]))
    return spoken_from_zero({"voice": passage[0]["voice"], "ids": torch.cat(ids), "spoken": torch.cat(spoken),
                             "codes": torch.cat(codes), "phones": torch.cat(phones)})


def length(utterance):
    return len(utterance["codes"]) + len(utterance["ids"]) + 14


def pack(utterances, tokens):
    batches, batch = [], []
    for utterance in utterances:
        if batch and length(utterance) * (len(batch) + 1) > tokens:
            batches.append(batch)
            batch = []
        batch.append(utterance)
    return batches + [batch] if batch else batches


def read_vocabulary(folder):
    """Size of the text vocabulary, ids of the special tokens and of the line feed."""
    vocabulary = json.loads((folder / "vocab.json").read_text(encoding="utf8"))
    added = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf8"))["added_tokens_decoder"]
    special = {entry["content"]: int(number) for number, entry in added.items()}
    size = len(vocabulary) + len(special)
    special["assistant"] = vocabulary["assistant"]
    return size, special, vocabulary["\u010a"]  # how byte-level BPE writes a line feed


def make_optimizers(model):
    """Muon for the matrices of the layers, AdamW for everything else."""
    inner, outer = [], []
    for name, parameter in model.named_parameters():
        (inner if ".layers." in name and parameter.dim() == 2 else outer).append(parameter)
    return [
        torch.optim.Muon(inner, weight_decay=0.02, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(outer, betas=(0.9, 0.98), weight_decay=0.0),
    ]


class Trainer:
    def __init__(self, args):
        self.args, self.out, self.log = args, args.out, Log(args.out)
        size, special, newline = read_vocabulary(args.tokenizer)
        self.data = Utterances(args.corpus)
        self.data.refresh()
        groups = self.data.training[0]["codes"].shape[1]
        self.model = TtsModel(model_config(size, special, groups=groups), newline)
        self.step, self.seen, spent = 0, 0, 0.0
        checkpoint = self.out / "last.pt"
        state = torch.load(checkpoint) if checkpoint.exists() else None
        if state is None and args.warm_start:
            self.model.load_state_dict(torch.load(args.warm_start)["model"])
        if state:
            self.model.load_state_dict(state["model"])
            self.step, self.seen, spent = state["step"], state["seen"], state["spent"]
        self.packed = PackedWeights(self.model) if args.packed else nullcontext()
        self.optimizers = make_optimizers(self.model)
        self.average = {name: p.detach().clone() for name, p in self.model.named_parameters()}
        if state:
            self.average.update(state["average"])
            for optimizer, saved in zip(self.optimizers, state["optimizers"]):
                optimizer.load_state_dict(saved)
        self.budget = Budget(args.minutes, args.finish_at, args.decay_from, spent)
        hours = sum(len(u["codes"]) for u in self.data.training) * 0.08 / 3600
        self.log(f"step {self.step}, {len(self.data.training)} utterances, {hours:.1f} h, "
                 f"{sum(p.numel() for p in self.model.parameters())} parameters, {vars(args)}")

    def save(self):
        save_atomically({
            "config": self.model.config, "newline": self.model.newline_id, "model": self.model.state_dict(),
            "average": self.average, "optimizers": [o.state_dict() for o in self.optimizers], "step": self.step,
            "seen": self.seen, "spent": self.budget.spent(),
        }, self.out / "last.pt")

    def update(self, batch):
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = self.args.rate * self.budget.rate(self.step, WARMUP)
            optimizer.zero_grad()
        with self.packed:
            with torch.autocast("cpu", torch.bfloat16):
                losses, _ = self.model.losses(batch, noise=self.args.noise, predictor_share=PREDICTOR_SHARE)
                total = sum(LOSS_WEIGHTS[name] * loss for name, loss in losses.items())
            total.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
        self.step += 1
        self.seen += len(batch)
        if self.step % EMA_EVERY == 0:
            keep = min(0.998, (self.step + 1) / (self.step + 20)) ** EMA_EVERY
            with torch.no_grad():
                torch._foreach_lerp_(list(self.average.values()), [p.detach() for p in self.model.parameters()],
                                     1 - keep)
        return {name: float(loss.detach()) for name, loss in losses.items()}

    @torch.no_grad()
    def validate(self):
        current = {name: p.detach().clone() for name, p in self.model.named_parameters()}
        self.model.load_state_dict(self.average)
        state = random.getstate(), torch.get_rng_state()
        random.seed(5)
        sums, groups = {}, 0
        parts = [self.data.held_out[i:i + 18] for i in range(0, len(self.data.held_out), 18)]
        with self.packed, torch.autocast("cpu", torch.bfloat16):
            for part in parts:
                losses, by_group = self.model.losses(part, streaming=0.0, noise=0.0, predictor_share=1.0)
                groups = groups + by_group / len(parts)
                for name, loss in losses.items():
                    sums[name] = sums.get(name, 0.0) + float(loss) / len(parts)
        random.setstate(state[0])
        torch.set_rng_state(state[1])
        self.model.load_state_dict(current)
        self.log("held out: " + report(sums) + " groups " + " ".join(f"{x:.2f}" for x in groups.tolist()))

    def run(self):
        batches = self.data.batches(self.args.tokens, random.Random(self.args.seed + self.step))
        recent = deque(maxlen=LOG_EVERY)
        saved = validated = time.time()
        while self.budget.progress() < 1.0:
            recent.append(self.update(next(batches)))
            if self.step % LOG_EVERY == 0:
                means = {name: sum(r[name] for r in recent) / len(recent) for name in recent[0]}
                self.log(f"step {self.step} cpu {self.budget.spent() / 60:.1f} min, {100 * self.budget.progress():.0f} %, "
                         f"{self.seen} utterances, rate {self.optimizers[0].param_groups[0]['lr']:.1e}, {report(means)}")
            if time.time() - saved > SAVE_EVERY:
                self.save()
                saved = time.time()
            if time.time() - validated > VALIDATE_EVERY:
                self.validate()
                validated = time.time()
        self.validate()
        self.save()


def report(losses):
    return " ".join(f"{name} {loss:.3f}" for name, loss in losses.items())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--warm-start", type=Path, help="checkpoint whose weights to begin with")
    parser.add_argument("--minutes", type=float, default=240, help="CPU time")
    parser.add_argument("--finish-at", help="HH:MM; finish by the clock instead")
    parser.add_argument("--decay-from", type=float, default=0.5, help="progress at which the learning rate begins to fall")
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--tokens", type=int, default=2200, help="positions of a batch")
    parser.add_argument("--noise", type=float, default=0.1, help="share of wrong codes in the history")
    parser.add_argument("--packed", action="store_true", help="learn to do with the weights of a Q4 file")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    random.seed(args.seed)
    fuse_layers()
    Trainer(args).run()


if __name__ == "__main__":
    main()
