# SPDX-License-Identifier: Apache-2.0
"""Training in several processes."""
import signal

import torch


class Workers:
    """Processes that train one model together, each on crops of its own. They start equal, and because their
    gradients are averaged and their clock is the same they stay so. One alone needs no others."""

    def __init__(self, rank, count, folder):
        self.rank, self.count = rank, count
        if count > 1:
            torch.distributed.init_process_group("gloo", init_method=f"file://{folder}/workers", rank=rank,
                                                 world_size=count)

    @staticmethod
    def launch(count, folder, target, *arguments):
        """Run target(workers, *arguments) in every process; returns when all are done."""
        if count == 1:
            target(Workers(0, 1, folder), *arguments)
            return
        (folder / "workers").unlink(missing_ok=True)
        torch.multiprocessing.spawn(run_worker, (count, folder, target, arguments), count)

    def agree(self, tensors):
        """Let every process have the tensors of the first one."""
        if self.count > 1:
            for tensor in tensors:
                torch.distributed.broadcast(tensor, 0)

    def share(self, parameters, progress):
        """Average the gradients of the parameters, in place, and the progress, which is returned. Which of them have
        none must be the same everywhere."""
        if self.count == 1:
            return progress
        gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
        flat = torch.cat([gradient.flatten() for gradient in gradients] + [torch.tensor([progress])])
        torch.distributed.all_reduce(flat)
        *parts, progress = (flat / self.count).split([gradient.numel() for gradient in gradients] + [1])
        for gradient, part in zip(gradients, parts):
            gradient.copy_(part.view_as(gradient))
        return float(progress)


def run_worker(rank, count, folder, target, arguments):
    # How torch tells it that the first process is gone; a shell lets its background jobs ignore that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    target(Workers(rank, count, folder), *arguments)
