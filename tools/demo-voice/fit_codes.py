#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Step codes: find the codes in closed form, without gradients: PCA, ridge regression and k-means on log-mel patches.

The first codebook is k-means on a linear phone prediction, so that code 0 says what is spoken. The others are
residual k-means of the patch, after the mean of its code 0. The k-means hears as a listener does: silence counts
little, and so do the highest bands. Every voice has the same share, the favourites a greater one.
"""
import argparse
import random
from pathlib import Path

import librosa
import torch
import torch.nn.functional as F

from corpus import PHONES, PHONES_PER_FRAME, Chunk, chunk_names, phone_labels
from mel_codes import MEL_FRAMES, TOP, LogMel, MelEncoder, nearest
from training import save_atomically

POINT_SIZE = 64  # PCA components of a patch; half of the decoder's codebook_dim
PHONE_FEATURES = 32
RIDGE = 30.0
FRAMES_OF_A_VOICE = 9000  # of 80 ms, that the codebooks are fitted on
FAVOURED = 2  # times as many of a favourite
QUIETEST_WEIGHT, LOUD_FROM, LOUD_WIDTH = 0.15, -5.8, 0.4  # weight of silence; mean log magnitude where speech begins
SPEECH_BANDS = 50  # of 80, up to 4 kHz
HIGH_BANDS = ((5500, 0.6), (7000, 0.35))  # Hz, and the weight of the squared error from there on


def kmeans(points, weights, count, rounds, generator):
    centroids = points[torch.multinomial(weights, count, generator=generator)].clone()
    for _ in range(rounds):
        centroids, sizes = cell_means(points, weights, nearest(points, centroids), count)
        empty = sizes <= 0
        if empty.any():
            centroids[empty] = points[torch.multinomial(weights, int(empty.sum()), generator=generator)]
    return centroids


def cell_means(points, weights, cells, count):
    sizes = torch.zeros(count).index_add_(0, cells, weights)
    sums = torch.zeros(count, points.shape[1]).index_add_(0, cells, points * weights[:, None])
    return sums / sizes.clamp(min=1e-9)[:, None], sizes


def loudness_weights(encoder, points):
    patches = (points @ encoder.basis.t() + encoder.patch_mean).view(-1, len(encoder.mel_mean), MEL_FRAMES)
    mel = patches * encoder.mel_std + encoder.mel_mean[None, :, None]
    loud = torch.sigmoid((mel[:, :SPEECH_BANDS].mean((1, 2)) - LOUD_FROM) / LOUD_WIDTH)
    return QUIETEST_WEIGHT + (1 - QUIETEST_WEIGHT) * loud


def listening_map(encoder):
    """[d, d]: after it, squared distances of points are squared errors of the bands by their weights."""
    weights = torch.ones(len(encoder.mel_mean))
    centres = torch.tensor(librosa.mel_frequencies(len(weights) + 2, fmin=0, fmax=TOP)[1:-1])
    for begin, weight in HIGH_BANDS:
        weights[centres > begin] = weight
    weighted = encoder.basis.view(len(weights), MEL_FRAMES, -1) * weights.sqrt()[:, None, None]
    weighted = weighted.flatten(0, 1)
    return torch.linalg.cholesky(weighted.t() @ weighted)


def fit_tables(encoder, points, cells, codebook, groups, rounds, generator):
    """Tables of all groups, given the cell of every point in the first."""
    weights, listening = loudness_weights(encoder, points), listening_map(encoder)
    heard, back = points @ listening, torch.linalg.inv(listening)
    tables = [cell_means(heard, weights, cells, codebook)[0]]
    rest = heard - tables[0][cells]
    everything = float((weights * heard.var(0).sum()).sum())
    for group in range(1, groups):
        tables.append(kmeans(rest, weights, codebook, rounds, generator))
        rest = rest - tables[-1][nearest(rest, tables[-1])]
        left = float((weights * rest.pow(2).sum(1)).sum()) / everything
        print(f"{group + 1} codebooks leave {left:.4f} of the variance, as it is weighted", flush=True)
    return [table @ back for table in tables]


def principal_axes(points, count):
    """[d, count], the widest first."""
    centred = points - points.mean(0)
    _, vectors = torch.linalg.eigh(centred.t() @ centred / len(centred))
    return vectors[:, -count:].flip(1)


def examples(corpus, favourites, rng):
    """(mel, phones) of utterances drawn from the corpus, as many frames of every voice."""
    by_voice, mel = {}, LogMel()
    for chunk in (Chunk(corpus, name) for name in chunk_names(corpus)):
        for item in chunk.items:
            by_voice.setdefault(item["voice"], []).append((chunk, item))
    for voice, pairs in sorted(by_voice.items()):
        rng.shuffle(pairs)
        left = FRAMES_OF_A_VOICE * (FAVOURED if voice in favourites else 1)
        while left > 0 and pairs:
            chunk, item = pairs.pop()
            left -= item["frames"]
            yield mel(torch.from_numpy(chunk.audio(item))[None])[0], torch.from_numpy(phone_labels(item))


def refit(pairs, encoder, codebook, groups, rounds, generator):
    """New tables for an encoder whose points and codes 0 are to stay what they are."""
    points = [encoder.project(encoder.patches(mel[None])) for mel, _ in pairs]
    features = torch.cat([encoder.phone_features(encoder.with_neighbours(part))[0] for part in points])
    points, cells = torch.cat([part[0] for part in points]), nearest(features, encoder.phone_centroids)
    encoder.tables = fit_tables(encoder, points, cells, codebook, groups, rounds, generator)
    return encoder.state()


def fit(pairs, codebook, groups, rounds, generator):
    mels, phones = zip(*pairs)
    joined, labels = torch.cat(mels, 1), torch.cat(phones)
    encoder = MelEncoder(mel_mean=joined.mean(1), mel_std=float(joined.std()))
    patches = [encoder.patches(mel[None])[0] for mel in mels]
    every_patch = torch.cat(patches)
    encoder.patch_mean = every_patch.mean(0)
    encoder.basis = principal_axes(every_patch, POINT_SIZE)
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
    encoder.phone_centroids = kmeans(features, torch.ones(len(features)), codebook, rounds, generator)
    cells = nearest(features, encoder.phone_centroids)
    encoder.tables = fit_tables(encoder, points, cells, codebook, groups, rounds, generator)
    return {"encoder": encoder.state(), "scale": float(points.std())}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--refit", type=Path, help="earlier output, of which all but the tables stays")
    parser.add_argument("--favour", nargs="*", default=["ryan", "serena"], help="voices of which twice as much is used")
    parser.add_argument("--codebook", type=int, default=512)
    parser.add_argument("--groups", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=12, help="of k-means")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    generator = torch.Generator().manual_seed(args.seed)
    with torch.inference_mode():
        pairs = list(examples(args.corpus, args.favour, random.Random(args.seed)))
        if args.refit:
            earlier = torch.load(args.refit)
            earlier["encoder"] = refit(pairs, MelEncoder(**earlier["encoder"]), args.codebook, args.groups, args.rounds,
                                       generator)
            save_atomically(earlier, args.out)
        else:
            save_atomically(fit(pairs, args.codebook, args.groups, args.rounds, generator), args.out)


if __name__ == "__main__":
    main()
