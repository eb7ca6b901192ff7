#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Carry a model over to new codes, whose codes 0 fit_codes.py --like made to say what its own say.

talker    What is said where, it need not learn again. Embeddings and heads of the other codes begin anew.
decoder   The wave part stays. A new front learns to give it, from the new codes, what the old front gave it for the
          same sound: that is known for the speech of the model itself, and by a linear map from there for the corpus.
          Beside it the front passes on the wave of the fundamental, which the wave part did not have before.
"""
import argparse
import random
from collections import deque
from pathlib import Path

import torch
import torch.nn.functional as F

import pitch
from corpus import Chunk, chunk_names
from decoder_start import PITCH_LATENT, SIZE, SMALL_GATE, STEPS, FrontHead, codebooks, front
from evaluate import PREDICTOR_TEMPERATURE, TEMPERATURE
from import_model import load_models, talker_checkpoint
from linear import principal_axes, ridge, with_one
from mel_codes import MELS, LogMel
from official import build_decoder
from talker_model import TtsModel
from train_decoder import Crops, front_targets
from training import save_atomically

OF_OTHER_CODES = ("talker.code_predictor.model.codec_embedding.", "talker.code_predictor.lm_head.")
PHASE_SIZE = 8.0  # in the embedding of the pitch; a trained talker is louder than a new one

BATCH, BATCHES = 60, 3  # utterances of the old model
CARRIED = 96  # of the latent's channels carry what the old latent did, the others the fundamental
AROUND = 2  # log-mel frames before and after those of a latent, which its old value is guessed from
NEW_INPUT = 0.03  # standard deviation of the wave part's weights for the fundamental
SPARE = 16  # last numbers of the pitch vectors, which the fundamental does not need: they say how high the pitch is
STEPS_OF_FRONT, RATE, LOG_EVERY = 2200, 2e-3, 100


def carry_talker(args):
    state = talker_checkpoint(args.model)
    model = TtsModel(state["config"], state["newline"])
    anew = {name: tensor.clone() for name, tensor in model.state_dict().items() if name.startswith(OF_OTHER_CODES)}
    model.load_state_dict({**state["model"], **anew})
    model.show_phases(PHASE_SIZE)
    save_atomically({**state, "model": model.state_dict()}, args.out)


def surroundings(mel):
    """log-mel [batch, mels, 2 n] -> what a latent is guessed from, [batch, n, d]"""
    parts = F.pad(mel, (AROUND, AROUND), mode="replicate").unfold(2, 2 + 2 * AROUND, 2)
    return with_one(parts.permute(0, 2, 1, 3).flatten(2))


@torch.inference_mode()
def speech_of(model, corpus, mel, rng):
    """Surroundings [n, d] and latents [n, latent] of sentences spoken by an exported model, and its wave part."""
    talker, decoder, tokenizer = load_models(model)
    items = [item for name in chunk_names(corpus) for item in Chunk(corpus, name).items]
    seen, latents = [], []
    for _ in range(BATCHES):
        batch = rng.sample(items, BATCH)
        ids = [tokenizer(item["text"])["input_ids"] for item in batch]
        for codes in talker.generate(ids, [item["voice"] for item in batch], TEMPERATURE, PREDICTOR_TEMPERATURE):
            if len(codes):
                latent = wave = front(decoder, codes.t()[None])
                for block in decoder.decoder:
                    wave = block(wave)
                seen.append(surroundings(mel(wave[:, 0]))[0])
                latents.append(latent[0].t())
    return torch.cat(seen).clone(), torch.cat(latents).clone(), decoder


class OldLatent:
    """The old latent in CARRIED numbers, by how much they matter to the first convolution behind it."""

    def __init__(self, seen, latents, convolution):
        weight = convolution.weight.detach()
        matter = torch.einsum("okc,odc->kd", weight, weight)
        root = torch.linalg.cholesky(matter + 1e-6 * matter.diagonal().mean() * torch.eye(len(matter)))
        mean = latents.mean(0)
        weighed = (latents - mean) @ root
        axes = principal_axes(weighed, CARRIED)
        scale = (weighed @ axes).std()
        back = torch.linalg.inv(root.t()) @ axes * scale
        self.map = ridge(seen, weighed @ axes / scale)
        self.weight = torch.einsum("okc,kz->ozc", weight, back)
        self.bias = convolution.bias.detach() + torch.einsum("okc,k->o", weight, mean)

    def of(self, mel):
        """log-mel [batch, mels, 2 n] -> [batch, n, CARRIED]"""
        return surroundings(mel) @ self.map


@torch.no_grad()
def graft(decoder, old, latent, examples, mel):
    """Wave part of the old decoder behind the front of the new one, whose last map is fitted to what it needs."""
    config = dict(decoder["config"], decoder_dim=old.config.decoder_dim, upsample_rates=list(old.config.upsample_rates))
    grafted = build_decoder(config)
    weights = {name: t for name, t in decoder["decoder"].items() if not name.startswith("decoder.")}
    weights.update({name: t for name, t in old.state_dict().items() if name.startswith("decoder.")})
    first = torch.randn(len(latent.weight), config["latent_dim"], latent.weight.shape[2]) * NEW_INPUT
    first[:, :CARRIED] = latent.weight
    weights.update({"decoder.0.conv.weight": first, "decoder.0.conv.bias": latent.bias})
    grafted.load_state_dict(weights)

    size = config["latent_dim"]
    made = with_one(torch.cat([front(grafted, codes) for _, codes, _ in examples]).transpose(1, 2))
    fitted = ridge(made, torch.cat([latent.of(mel(samples)) for samples, _, _ in examples]))
    change, offset = torch.zeros(size, size), torch.zeros(size)
    change[:, :CARRIED], offset[:CARRIED] = fitted[:-1], fitted[-1]
    pitch_latent = size - CARRIED
    first_of_pitch = size - PITCH_LATENT
    change[first_of_pitch:first_of_pitch + pitch_latent, CARRIED:] = torch.eye(pitch_latent)
    (halves, _), (quarters, last_block) = grafted.upsample
    quarters.conv.bias.copy_(quarters.conv.bias @ change + offset)
    quarters.conv.weight.copy_(torch.einsum("iok,oz->izk", quarters.conv.weight, change))
    last_block.gamma.fill_(SMALL_GATE)

    height = (pitch.counts_of(torch.arange(pitch.COUNTS * pitch.PHASES)) / pitch.FEWEST).log() / 1.5
    waves = torch.cos(torch.pi * torch.arange(1, SPARE + 1) * height.clamp(0, 1)[:, None])
    codebooks(grafted)[pitch.PITCH_GROUP].embedding_sum[:, SIZE - SPARE:] = 0.7 * waves
    halves.conv.weight[SIZE - SPARE:SIZE] = 0
    return grafted, config


def carry_decoder(args):
    mel, rng = LogMel(), random.Random(args.seed)
    seen, latents, old = speech_of(args.model, args.corpus, mel, rng)
    latent = OldLatent(seen, latents, old.decoder[0].conv)
    crops = Crops(args.corpus, 18, 6, [], args.seed)
    examples = [next(crops) for _ in range(16)]
    decoder, config = graft(torch.load(args.decoder), old, latent, examples, mel)
    for book in codebooks(decoder):
        book.cluster_usage.requires_grad_(False)
    head = FrontHead(config["latent_dim"])
    with torch.no_grad():
        head.fit(torch.cat([front(decoder, codes) for _, codes, _ in examples]),
                 torch.cat([front_targets(mel, samples, cycles) for samples, _, cycles in examples]))
    taught = [p for name, p in decoder.named_parameters() if not name.startswith("decoder.") and p.requires_grad]
    taught += list(head.parameters())
    optimizer = torch.optim.AdamW(taught, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, STEPS_OF_FRONT, pct_start=0.2)
    recent = deque(maxlen=LOG_EVERY)
    for step in range(1, STEPS_OF_FRONT + 1):
        samples, codes, cycles = next(crops)
        made = front(decoder, codes)
        carried = (made.transpose(1, 2)[..., :CARRIED] - latent.of(mel(samples))).abs().mean()
        missed = (head(made) - front_targets(mel, samples, cycles)).abs()
        envelope, fundamental = (part.mean() for part in missed.split([2 * MELS, 2 * STEPS], 2))
        optimizer.zero_grad()
        (2 * carried + 0.5 * envelope + fundamental).backward()
        torch.nn.utils.clip_grad_norm_(taught, 5.0)
        optimizer.step()
        schedule.step()
        recent.append([float(loss.detach()) for loss in (carried, envelope, fundamental)])
        if step % LOG_EVERY == 0:
            means = [f"{sum(column) / len(recent):.4f}" for column in zip(*recent)]
            print(f"step {step}, old latent, envelope, fundamental missed by", *means, flush=True)
    save_atomically({"config": config, "decoder": decoder.state_dict()}, args.out)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=["talker", "decoder"])
    parser.add_argument("--model", type=Path, required=True, help="exported folder of the old model")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--corpus", type=Path, help="encoded with the new codes (decoder)")
    parser.add_argument("--decoder", type=Path, help="checkpoint of train_decoder.py with a taught front (decoder)")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    if args.part == "decoder" and not (args.corpus and args.decoder):
        parser.error("the decoder needs --corpus and --decoder")
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    random.seed(args.seed)
    carry_talker(args) if args.part == "talker" else carry_decoder(args)


if __name__ == "__main__":
    main()
