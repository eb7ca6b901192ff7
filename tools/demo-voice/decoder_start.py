# SPDX-License-Identifier: Apache-2.0
"""Analytic start of the speech decoder: its front begins as the exact linear map from codes to envelopes and to
the wave of the fundamental."""
import torch
import torch.nn as nn

import pitch
from linear import principal_axes, ridge, with_one
from mel_codes import BANDS, MEL_FRAMES, MELS
from pitch import PITCH_GROUP

GATE = 0.3  # initial weight of the ConvNeXt branches of the wave part
SMALL_GATE = 0.02
CONSTANT = 6.0  # of the hidden channels that keep the norm steady
LATENTS = 4  # of a codec frame, 20 ms each
STEPS = 24  # samples of the fundamental in 20 ms
SIZE = 96  # of the vectors in the codebooks, half of codebook_dim; those of the envelope fill the first part of them
PITCH_LATENT, PITCH_HALF = 40, 56  # channels for the fundamental at 50 Hz and at 25 Hz
RARE = 0.1  # how much the pitches that do not occur count, all together


def decoder_config(codebook=512, groups=10):
    return {
        "codebook_size": codebook, "codebook_dim": 2 * SIZE, "hidden_size": 128, "latent_dim": 128,
        "max_position_embeddings": 8000, "rope_theta": 10000, "num_attention_heads": 4, "num_key_value_heads": 4,
        "head_dim": 32, "attention_bias": False, "sliding_window": 32, "intermediate_size": 384,
        "hidden_act": "silu", "layer_scale_initial_scale": 0.3, "rms_norm_eps": 1e-5, "num_hidden_layers": 2,
        "num_quantizers": groups, "num_semantic_quantizers": 1, "upsample_rates": [8, 5, 4, 3],
        "upsampling_ratios": [2, 2], "decoder_dim": 256, "attention_dropout": 0.0,
    }


def codebooks(decoder):
    quantizer = decoder.quantizer
    layers = list(quantizer.rvq_first.vq.layers) + list(quantizer.rvq_rest.vq.layers)
    return [layer._codebook for layer in layers]


def fundamental(cycles):
    """cycles [..., n] -> [..., 2 n], a wave in two quadratures."""
    angle = 2 * torch.pi * cycles
    return torch.cat([angle.cos(), angle.sin()], -1)


def pitch_parts():
    """The fundamental that each pitch code stands for, if the pitch before was the same:
    [codes, LATENTS, 2 * STEPS]."""
    codes = torch.arange(pitch.COUNTS * pitch.PHASES)
    counts = pitch.counts_of(codes).double()
    time = torch.arange(LATENTS * STEPS).double() / (LATENTS * STEPS)
    cycles = (codes[:, None] % pitch.PHASES + counts[:, None] * time) / pitch.PHASES
    return fundamental(cycles.view(-1, LATENTS, STEPS)).float()


class LinearFront:
    """Linear maps from points to halves of a frame and on to quarters. A point is [envelope, pitch] of a frame."""

    def __init__(self, encoder, points, latent):
        """points [n, d] are examples of the envelope."""
        size, usage = encoder.basis.shape[1], encoder.pitch_usage
        parts = pitch_parts()
        weights = (usage + RARE / len(usage)).repeat_interleave(pitch.PHASES)
        whole = principal_axes(parts.flatten(1), SIZE - size, weights)
        vectors = parts.flatten(1) @ whole
        loudness = float((vectors.pow(2).sum(1) * weights).sum() / weights.sum()) / (SIZE - size)
        self.pitch_vectors = vectors / loudness ** 0.5
        basis = encoder.basis.view(BANDS, MEL_FRAMES, size) * encoder.scale
        envelope = [basis[:, 2 * k:2 * k + 2].permute(1, 0, 2).reshape(2 * BANDS, size) for k in range(LATENTS)]
        waves = [wave * loudness ** 0.5 for wave in whole.view(LATENTS, 2 * STEPS, -1)]
        self.halves, self.quarters = self.compose(envelope, points, latent - PITCH_HALF, latent - PITCH_LATENT)
        pitch_weights = weights * len(points) / weights.sum()
        halves, quarters = self.compose(waves, self.pitch_vectors, PITCH_HALF, PITCH_LATENT, pitch_weights)
        self.halves = [torch.block_diag(a, b) for a, b in zip(self.halves, halves)]
        self.quarters = [torch.block_diag(a, b) for a, b in zip(self.quarters, quarters)]

    @staticmethod
    def compose(maps, points, half_size, quarter_size, weights=None):
        """maps [e, d] of the quarters -> maps of the halves [half_size, d] and from a half to its quarters
        [quarter_size, half_size], both in principal axes."""
        weights = torch.ones(len(points)) if weights is None else weights
        both = [torch.cat(maps[2 * half:2 * half + 2]) for half in range(2)]
        half_axes = principal_axes(torch.cat([points @ m.t() for m in both]), half_size, weights.repeat(2))
        quarter_axes = principal_axes(torch.cat([points @ m.t() for m in maps]), quarter_size, weights.repeat(LATENTS))
        halves = [half_axes.t() @ m for m in both]
        quarters = [quarter_axes.t() @ part for part in half_axes.chunk(2)]
        made = torch.cat([points @ (q @ h).t() for h in halves for q in quarters])
        power = (made.pow(2).sum(1) * weights.repeat(LATENTS)).sum() / weights.sum() / LATENTS / quarter_size
        return halves, [q / float(power) ** 0.5 for q in quarters]


@torch.no_grad()
def install_codebooks(decoder, tables, pitch_vectors):
    """tables [codebook, d] of every group but the pitch; the projections out of the quantizer start as identities."""
    size = tables[0].shape[1]
    vectors = [torch.cat([table, torch.zeros(len(table), SIZE - size)], 1) for table in tables]
    vectors.insert(PITCH_GROUP, torch.cat([torch.zeros(len(pitch_vectors), size), pitch_vectors], 1))
    one, zero = torch.eye(SIZE), torch.zeros(SIZE, SIZE)
    for book, table in zip(codebooks(decoder), vectors):
        book.embedding_sum.copy_(table)
        book.cluster_usage.fill_(1.0)
    decoder.quantizer.rvq_first.output_proj.weight.copy_(torch.cat([one, one])[..., None])
    decoder.quantizer.rvq_rest.output_proj.weight.copy_(torch.cat([one, zero])[..., None])
    for module in decoder.modules():
        if type(module).__name__.endswith("ConvNeXtBlock"):
            module.gamma.fill_(GATE)


@torch.no_grad()
def pass_through(decoder, encoder, codes):
    """Make the latent at 50 Hz a PCA of the two envelopes and of the 20 ms of the fundamental that it stands for.

    The pre-transformer has no skip connection around its last RMS norm, so the channels that are left carry a constant
    that keeps the norm, and with it the scale of the others, nearly fixed. codes [batch, groups, n] are examples.
    """
    tables = [table / encoder.scale for table in encoder.tables]
    groups = [group for group in range(codes.shape[1]) if group != PITCH_GROUP]
    points = sum(table[codes[:, group].flatten()] for group, table in zip(groups, tables))
    latent = decoder.pre_conv.conv.out_channels
    linear = LinearFront(encoder, points, latent)
    install_codebooks(decoder, tables, linear.pitch_vectors)
    diagonal = torch.arange(SIZE)

    conv = decoder.pre_conv.conv
    conv.weight.mul_(0.1)
    conv.bias.zero_()
    conv.weight[:, :, -1] += torch.eye(latent, conv.in_channels)
    conv.weight[:SIZE] = 0
    conv.weight[diagonal, diagonal, -1] = 1.0

    transformer = decoder.pre_transformer
    hidden = transformer.norm.weight.numel()
    transformer.input_proj.weight.zero_()
    transformer.input_proj.bias.zero_()
    transformer.input_proj.weight[:SIZE, :SIZE] = torch.eye(SIZE)
    transformer.input_proj.bias[SIZE:] = CONSTANT
    energy = float(points.pow(2).sum(1).mean()) + SIZE - points.shape[1] + (hidden - SIZE) * CONSTANT ** 2
    transformer.output_proj.weight.mul_(0.02)
    transformer.output_proj.bias.zero_()
    transformer.output_proj.weight[:SIZE] = 0
    transformer.output_proj.weight[diagonal, diagonal] = (energy / hidden) ** 0.5

    (first, first_block), (second, second_block) = decoder.upsample
    for layer, block, maps in ((first.conv, first_block, linear.halves), (second.conv, second_block, linear.quarters)):
        layer.weight.zero_()
        layer.bias.zero_()
        block.gamma.fill_(SMALL_GATE)
        for part, matrix in enumerate(maps):
            layer.weight[: matrix.shape[1], :, part] = matrix.t()


def front(decoder, codes):
    """Codes [batch, groups, n] -> latent [batch, latent, 4 n] at 50 Hz."""
    hidden = decoder.pre_conv(decoder.quantizer.decode(codes)).transpose(1, 2)
    hidden = decoder.pre_transformer(inputs_embeds=hidden).last_hidden_state.permute(0, 2, 1)
    for blocks in decoder.upsample:
        for block in blocks:
            hidden = block(hidden)
    return hidden


class FrontHead(nn.Module):
    """Training only: reads two envelopes and the fundamental from every latent, so that the front learns before the
    wave part does."""

    def __init__(self, latent):
        super().__init__()
        self.linear = nn.Linear(latent, 2 * MELS + 2 * STEPS)

    @staticmethod
    def targets(envelope, cycles):
        """envelope [batch, mels, 2 n], cycles [batch, n * STEPS] -> [batch, n, 2 * MELS + 2 * STEPS]"""
        pairs = envelope.transpose(1, 2).unflatten(1, (-1, 2)).flatten(2)
        return torch.cat([pairs, fundamental(cycles.unflatten(1, (-1, STEPS)))], 2)

    def forward(self, latent):
        """[batch, latent, n] -> what targets() gives"""
        return self.linear(latent.transpose(1, 2))

    @torch.no_grad()
    def fit(self, latent, targets):
        """Ridge regression on examples of what forward() takes and should give."""
        solution = ridge(with_one(latent.transpose(1, 2)), targets)
        self.linear.weight.copy_(solution[:-1].t())
        self.linear.bias.copy_(solution[-1])
