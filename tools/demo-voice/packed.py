# SPDX-License-Identifier: Apache-2.0
"""Weights as a packed file has them: groups of 32 inputs that share a scale, each weight one of 16 levels of it (Q4).

The levels and the search for the scale are those of the engine (src/engine/weights/quantize_group.c).
"""
import torch

GROUP = 32
LEVELS = torch.tensor([-114, -91, -72, -57, -42, -29, -16, -3, 8, 21, 32, 45, 58, 75, 94, 127], dtype=torch.float32)
LEVEL_OF_INTEGER = LEVELS[torch.bucketize(torch.arange(-128, 128), (LEVELS[1:] + LEVELS[:-1]) / 2)]
STRETCHES = 0.92, 0.98, 1.04
SEARCH_EVERY = 20  # steps; the scales change slowly


def is_packed(name):
    """Whether the tensor of a talker has four bits a weight in a Q4 file. The layers of a code predictor as narrow as
    this one keep eight (src/engine/weights/format_policy.c), which is as good as exact."""
    in_layers = ".layers." in name and ".code_predictor." not in name
    return name.endswith(".weight") and "norm" not in name and (in_layers or ".code_predictor.lm_head." in name)


def nearest_levels(groups, scales):
    """groups [n, GROUP], scales [n, 1] -> levels [n, GROUP]"""
    inverses = torch.where(scales != 0, 1 / scales, 0)
    integers = (groups * inverses).add_(128.5).clamp_(0, 255).to(torch.int32)
    return LEVEL_OF_INTEGER.index_select(0, integers.flatten()).view_as(groups)


def find_scales(groups):
    """The scale of every group that leaves the smallest squared error of those tried, [n, 1]."""
    extremes = groups.gather(1, groups.abs().argmax(1, keepdim=True))
    best_gain, best = torch.zeros_like(extremes), torch.zeros_like(extremes)
    tried = [extremes * stretch / end for end in (LEVELS[0], LEVELS[-1]) for stretch in STRETCHES]
    while tried:
        levels = nearest_levels(groups, tried.pop(0))
        product = (groups * levels).sum(1, keepdim=True)
        scale = product / levels.pow(2).sum(1, keepdim=True)
        better = product * scale > best_gain
        best_gain, best = torch.where(better, product * scale, best_gain), torch.where(better, scale, best)
    return best.half().float()


class PackedWeights:
    """Context in which a model has the weights of its packed file, so that it learns to do with them: gradients are
    taken there and change the exact weights, which come back at the end."""

    def __init__(self, model):
        self.parameters = [p for name, p in model.named_parameters() if is_packed(name)]
        self.entered = 0

    @torch.no_grad()
    def __enter__(self):
        self.exact = [parameter.detach().clone() for parameter in self.parameters]
        groups = torch.cat([tensor.view(-1, GROUP) for tensor in self.exact])
        if self.entered % SEARCH_EVERY == 0:
            self.scales = find_scales(groups)
        self.entered += 1
        made = nearest_levels(groups, self.scales) * self.scales
        for parameter, part in zip(self.parameters, made.split([p.numel() // GROUP for p in self.parameters])):
            parameter.copy_(part.view_as(parameter))

    @torch.no_grad()
    def __exit__(self, *_):
        for parameter, tensor in zip(self.parameters, self.exact):
            parameter.copy_(tensor)
