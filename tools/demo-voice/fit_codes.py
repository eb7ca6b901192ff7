#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Step 4: find the codes in closed form, without gradients: PCA, ridge regression and k-means on log-mel patches.

The first codebook is k-means on a linear phone prediction, so that code 0 says what is spoken. The others are
residual k-means of the patch, after the mean of its code 0.
"""
import argparse
import random
from pathlib import Path

import torch
import torch.nn.functional as F

from corpus import PHONES, PHONES_PER_FRAME, Chunk, chunk_names, phone_labels
from mel_codes import LogMel, MelEncoder, nearest
from training import save_atomically

POINT_SIZE = 64  # PCA components of a patch; half of the decoder's codebook_dim
PHONE_FEATURES = 32
RIDGE = 30.0


def kmeans(points, count, rounds, generator):
    centroids = points[torch.randperm(len(points), generator=generator)[:count]].clone()
    for _ in range(rounds):
        centroids, sizes = cell_means(points, nearest(points, centroids), count)
        empty = sizes < 1
        if empty.any():
            chosen = torch.randint(0, len(points), (int(empty.sum()),), generator=generator)
            centroids[empty] = points[chosen]
    return centroids


def cell_means(points, cells, count):
    sizes = torch.bincount(cells, minlength=count).float()
    sums = torch.zeros(count, points.shape[1]).index_add_(0, cells, points)
    return sums / sizes.clamp(min=1)[:, None], sizes


def principal_axes(points, count):
    """[d, count], the widest first."""
    centred = points - points.mean(0)
    _, vectors = torch.linalg.eigh(centred.t() @ centred / len(centred))
    return vectors[:, -count:].flip(1)


def examples(corpus, utterances, favourites, rng):
    """(mel, phones) of utterances drawn from the corpus, favourite voices half of the time."""
    chunks = [Chunk(corpus, name) for name in chunk_names(corpus)]
    everything = [(chunk, item) for chunk in chunks for item in chunk.items]
    favoured = [pair for pair in everything if pair[1]["voice"] in favourites] or everything
    mel = LogMel()
    for _ in range(utterances):
        chunk, item = rng.choice(favoured if rng.random() < 0.5 else everything)
        yield mel(torch.from_numpy(chunk.audio(item))[None])[0], torch.from_numpy(phone_labels(item))


def fit(pairs, codebook, groups, rounds, generator):
    mels, phones = zip(*pairs)
    joined, labels = torch.cat(mels, 1), torch.cat(phones)
    encoder = MelEncoder(mel_mean=joined.mean(1), mel_std=float(joined.std()))
    patches = [encoder.patches(mel[None])[0] for mel in mels]
    every_patch = torch.cat(patches)
    encoder.patch_mean = every_patch.mean(0)
    encoder.basis = principal_axes(every_patch, POINT_SIZE)
    variance = float((every_patch - encoder.patch_mean).pow(2).sum(1).mean())

    points = [encoder.project(part) for part in patches]
    context = torch.cat([encoder.with_neighbours(part[None])[0] for part in points])
    points = torch.cat(points)
    wanted = F.one_hot(labels, len(PHONES)).float().flatten(1)
    ridge = RIDGE * torch.eye(context.shape[1])
    encoder.phone_map = torch.linalg.solve(context.t() @ context + ridge, context.t() @ wanted)
    predicted = context @ encoder.phone_map
    right = predicted.view(-1, PHONES_PER_FRAME, len(PHONES)).argmax(-1) == labels
    print(f"linear phone accuracy {float(right.float().mean()):.3f}", flush=True)
    encoder.phone_basis = principal_axes(predicted, PHONE_FEATURES)
    features = encoder.phone_features(context)
    encoder.phone_centroids = kmeans(features, codebook, rounds, generator)

    cells = nearest(features, encoder.phone_centroids)
    encoder.tables = [cell_means(points, cells, codebook)[0]]
    rest = points - encoder.tables[0][cells]
    for group in range(1, groups):
        encoder.tables.append(kmeans(rest, codebook, rounds, generator))
        rest = rest - encoder.tables[-1][nearest(rest, encoder.tables[-1])]
        print(f"{group + 1} codebooks leave {float(rest.pow(2).sum(1).mean()) / variance:.4f} of the variance",
              flush=True)
    return {"encoder": encoder.state(), "scale": float(points.std())}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--utterances", type=int, default=4000)
    parser.add_argument("--favour", nargs="*", default=["ryan", "serena"], help="voices drawn half of the time")
    parser.add_argument("--codebook", type=int, default=512)
    parser.add_argument("--groups", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=12, help="of k-means")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    generator = torch.Generator().manual_seed(args.seed)
    with torch.inference_mode():
        pairs = list(examples(args.corpus, args.utterances, args.favour, random.Random(args.seed)))
        save_atomically(fit(pairs, args.codebook, args.groups, args.rounds, generator), args.out)


if __name__ == "__main__":
    main()
