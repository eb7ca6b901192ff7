# SPDX-License-Identifier: Apache-2.0
"""What both trainings share: the time budget with its learning rate, a log, and checkpoints that survive a stop."""
import os
import time
from datetime import datetime, timedelta
from pathlib import Path

import torch


class Budget:
    """How much of the training is done, between 0 and 1, measured in CPU time or by a deadline.

    The learning rate warms up, stays, and falls to zero over the last part (a trapezoid), so that a training can be
    prolonged from any checkpoint taken before the fall.
    """

    def __init__(self, minutes, finish_at=None, decay_from=0.5, spent=0.0):
        self.seconds, self.decay_from = minutes * 60, decay_from
        self.earlier, self.process_start = spent, time.process_time()
        self.started = time.time()
        self.deadline = next_time_of_day(finish_at) if finish_at else None

    def spent(self):
        """CPU seconds, of earlier runs too."""
        return self.earlier + time.process_time() - self.process_start

    def progress(self):
        if self.deadline:
            return min(1.0, (time.time() - self.started) / max(1.0, self.deadline - self.started))
        return min(1.0, self.spent() / self.seconds)

    def rate(self, step, warmup, progress=None):
        """Share of the highest learning rate, at the progress of now or another one."""
        progress = self.progress() if progress is None else progress
        rise = min(1.0, (step + 1) / warmup)
        fall = min(1.0, (1.0 - progress) / (1.0 - self.decay_from))
        return rise * fall


def next_time_of_day(text):
    hour, minute = map(int, text.split(":"))
    now = datetime.now()
    then = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return (then if then > now else then + timedelta(days=1)).timestamp()


def orthogonal(matrix, rounds=5):
    """The nearest matrix with equal singular values, roughly: a quintic Newton-Schulz iteration."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = matrix.bfloat16()
    wide = x.shape[0] <= x.shape[1]
    x = x if wide else x.t()
    x = x / (x.norm() + 1e-7)
    for _ in range(rounds):
        square = x @ x.t()
        x = a * x + (b * square + c * square @ square) @ x
    return (x if wide else x.t()).to(matrix.dtype)


class ConvMuon(torch.optim.Optimizer):
    """Muon (Jordan, 2024) for the weights of convolutions, as matrices of one row for each first index; steps are as
    large as AdamW's."""

    def __init__(self, parameters, lr=1e-3, momentum=0.95):
        super().__init__(parameters, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is None:
                    continue
                state = self.state[parameter]
                if not state:
                    state["momentum"] = torch.zeros_like(parameter)
                state["momentum"].lerp_(parameter.grad, 1 - group["momentum"])
                change = parameter.grad.lerp(state["momentum"], group["momentum"]).flatten(1)
                scale = 0.2 * max(change.shape) ** 0.5
                parameter.add_(orthogonal(change).view_as(parameter), alpha=-group["lr"] * scale)


class Log:
    def __init__(self, folder, quiet=False):
        self.file, self.quiet = (Path(folder) / "log.txt").open("a", encoding="utf8"), quiet

    def __call__(self, text):
        if self.quiet:
            return
        line = f"{time.strftime('%H:%M:%S')} {text}"
        print(line, flush=True)
        self.file.write(line + "\n")
        self.file.flush()


def save_atomically(state, path):
    """A stop in the middle of writing leaves the earlier checkpoint whole."""
    partial = path.with_suffix(".tmp")
    torch.save(state, partial)
    os.replace(partial, path)
