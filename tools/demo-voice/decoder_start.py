# SPDX-License-Identifier: Apache-2.0
"""Analytic start of the speech decoder: its front begins as the exact linear map from codes to mel features."""
import torch
import torch.nn as nn

from mel_codes import MEL_FRAMES, MELS

GATE = 0.3  # initial weight of the ConvNeXt branches of the wave part
SMALL_GATE = 0.02
CONSTANT = 4.0  # of the hidden channels that keep the norm steady


def decoder_config(codebook=512, groups=10, codebook_dim=128):
    return {
        "codebook_size": codebook, "codebook_dim": codebook_dim, "hidden_size": 128, "latent_dim": 128,
        "max_position_embeddings": 8000, "rope_theta": 10000, "num_attention_heads": 4, "num_key_value_heads": 4,
        "head_dim": 32, "attention_bias": False, "sliding_window": 32, "intermediate_size": 384,
        "hidden_act": "silu", "layer_scale_initial_scale": 0.3, "rms_norm_eps": 1e-5, "num_hidden_layers": 2,
        "num_quantizers": groups, "num_semantic_quantizers": 1, "upsample_rates": [8, 5, 4, 3],
        "upsampling_ratios": [2, 2], "decoder_dim": 192, "attention_dropout": 0.0,
    }


def codebooks(decoder):
    quantizer = decoder.quantizer
    layers = list(quantizer.rvq_first.vq.layers) + list(quantizer.rvq_rest.vq.layers)
    return [layer._codebook for layer in layers]


@torch.no_grad()
def install_codebooks(decoder, tables):
    """tables [codebook, d] of every group; the projections out of the quantizer start as identities."""
    size = tables[0].shape[1]
    one, zero = torch.eye(size), torch.zeros(size, size)
    for book, table in zip(codebooks(decoder), tables):
        book.embedding_sum.copy_(table)
        book.cluster_usage.fill_(1.0)
    decoder.quantizer.rvq_first.output_proj.weight.copy_(torch.cat([one, one])[..., None])
    decoder.quantizer.rvq_rest.output_proj.weight.copy_(torch.cat([one, zero])[..., None])
    for module in decoder.modules():
        if type(module).__name__.endswith("ConvNeXtBlock"):
            module.gamma.fill_(GATE)


@torch.no_grad()
def pass_through(decoder, encoder, scale, codes):
    """Make the latent at 50 Hz a PCA of the two mel frames that it stands for.

    The pre-transformer has no skip connection around its last RMS norm, so half of its channels carry a constant
    that keeps the norm, and with it the scale of the others, nearly fixed. codes [batch, groups, n] are examples.
    """
    size = encoder.basis.shape[1]
    basis = encoder.basis.view(MELS, MEL_FRAMES, size)
    quarters = [basis[:, 2 * k:2 * k + 2].permute(1, 0, 2).reshape(2 * MELS, size) * scale for k in range(4)]
    points = decoder.quantizer.decode(codes)[:, :size].transpose(1, 2).reshape(-1, size)
    features = torch.cat([points @ quarter.t() for quarter in quarters])
    latent = decoder.pre_conv.conv.out_channels
    _, vectors = torch.linalg.eigh(features.t() @ features / len(features))
    vectors = vectors[:, -latent:].flip(1)
    spread = float((features @ vectors).std())
    diagonal = torch.arange(size)

    conv = decoder.pre_conv.conv
    conv.weight.mul_(0.1)
    conv.bias.zero_()
    conv.weight[:, :, -1] += torch.eye(latent)[:, : conv.in_channels]
    conv.weight[:size] = 0
    conv.weight[diagonal, diagonal, -1] = 1.0

    transformer = decoder.pre_transformer
    hidden = transformer.norm.weight.numel()
    transformer.input_proj.weight.zero_()
    transformer.input_proj.bias.zero_()
    transformer.input_proj.weight[:size, :size] = torch.eye(size)
    transformer.input_proj.bias[size:] = CONSTANT
    energy = float(points.pow(2).sum(1).mean()) + (hidden - size) * CONSTANT ** 2
    transformer.output_proj.weight.mul_(0.02)
    transformer.output_proj.bias.zero_()
    transformer.output_proj.weight[:size] = 0
    transformer.output_proj.weight[diagonal, diagonal] = (energy / hidden) ** 0.5

    (first, first_block), (second, second_block) = decoder.upsample
    for layer, block in ((first.conv, first_block), (second.conv, second_block)):
        layer.weight.zero_()
        layer.bias.zero_()
        block.gamma.fill_(SMALL_GATE)
    for half in range(2):
        first.conv.weight[diagonal, diagonal + half * size, half] = 1.0
        for quarter in range(2):
            target = (quarters[2 * half + quarter].t() @ vectors) / spread
            second.conv.weight[half * size:(half + 1) * size, :, quarter] = target


def front(decoder, codes):
    """Codes [batch, groups, n] -> latent [batch, latent, 4 n] at 50 Hz."""
    hidden = decoder.pre_conv(decoder.quantizer.decode(codes)).transpose(1, 2)
    hidden = decoder.pre_transformer(inputs_embeds=hidden).last_hidden_state.permute(0, 2, 1)
    for blocks in decoder.upsample:
        for block in blocks:
            hidden = block(hidden)
    return hidden


class MelHead(nn.Module):
    """Training only: reads two mel frames from every latent, so that the front learns before the wave part does."""

    def __init__(self, latent):
        super().__init__()
        self.linear = nn.Linear(latent, 2 * MELS)

    def forward(self, latent):
        """[batch, latent, n] -> [batch, mels, 2 n]"""
        out = self.linear(latent.transpose(1, 2))
        return out.unflatten(2, (2, MELS)).flatten(1, 2).transpose(1, 2)

    @torch.no_grad()
    def fit(self, latent, mel):
        """Least squares on examples of what forward() takes and should give."""
        inputs = latent.transpose(1, 2).flatten(0, 1)
        inputs = torch.cat([inputs, torch.ones(len(inputs), 1)], 1)
        targets = mel.transpose(1, 2).unflatten(1, (-1, 2)).flatten(2).flatten(0, 1)
        solution = torch.linalg.lstsq(inputs, targets).solution
        self.linear.weight.copy_(solution[:-1].t())
        self.linear.bias.copy_(solution[-1])
