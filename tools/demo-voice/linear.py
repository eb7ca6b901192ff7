# SPDX-License-Identifier: Apache-2.0
"""Linear fits that several steps make."""
import torch

RIDGE = 1e-3


def principal_axes(points, count, weights=None):
    """[d, count], the widest first; around zero."""
    weights = torch.ones(len(points)) if weights is None else weights
    _, vectors = torch.linalg.eigh(points.t() @ (points * weights[:, None]) / weights.sum())
    return vectors[:, -count:].flip(1)


def ridge(inputs, outputs):
    """[d, e]: the linear map from inputs [..., d] to outputs [..., e], by ridge regression."""
    inputs, outputs = inputs.flatten(0, -2), outputs.flatten(0, -2)
    square = inputs.t() @ inputs + RIDGE * len(inputs) * torch.eye(inputs.shape[1])
    return torch.linalg.solve(square, inputs.t() @ outputs)


def with_one(points):
    """[..., d] -> [..., d + 1], for a map with an offset."""
    return torch.cat([points, torch.ones_like(points[..., :1])], -1)
