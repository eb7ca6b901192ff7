#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Step codes: find the codes in closed form, without gradients: PCA, ridge regression and k-means on log-mel patches.

The first codebook is k-means on a linear phone prediction, so that code 0 says what is spoken. The second is the
pitch, which needs no fitting. The others are residual k-means of the patch, after the mean of its code 0. The k-means
hears as a listener does: silence counts little, and so do the highest bands. Every voice has the same share, the
favourites a greater one.
"""
import argparse
import random
from pathlib import Path

import librosa
import torch
import torch.nn.functional as F

import pitch
from corpus import PHONES, PHONES_PER_FRAME, Chunk, chunk_names, phone_labels
from linear import principal_axes
from mel_codes import BANDS, MEL_FRAMES, MELS, TOP, Analysis, Encoder, LogMel, nearest

POINT_SIZE = 40  # PCA components of a patch
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
    patches = (points @ encoder.basis.t() + encoder.patch_mean).view(-1, len(encoder.mean), MEL_FRAMES)
    features = patches * encoder.spread + encoder.mean[None, :, None]
    loud = torch.sigmoid((features[:, :SPEECH_BANDS].mean((1, 2)) - LOUD_FROM) / LOUD_WIDTH)
    return QUIETEST_WEIGHT + (1 - QUIETEST_WEIGHT) * loud


def listening_map(encoder):
    """[d, d]: after it, squared distances of points are squared errors of the bands by their weights."""
    weights = torch.ones(BANDS)
    centres = torch.tensor(librosa.mel_frequencies(MELS + 2, fmin=0, fmax=TOP)[1:-1])
    for begin, weight in HIGH_BANDS:
        weights[:MELS][centres > begin] = weight
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
    return torch.stack([table @ back for table in tables])


def examples(corpus, favourites, rng):
    """(analysis, phones) of utterances drawn from the corpus, as many frames of every voice."""
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
            yield Analysis(mel, torch.from_numpy(chunk.audio(item))[None]), torch.from_numpy(phone_labels(item))


def pitch_usage(analyses):
    """How often each number of quarter cycles occurs."""
    codes = torch.cat([analysis.pitch.flatten() for analysis in analyses])
    return torch.bincount(codes // pitch.PHASES, minlength=pitch.COUNTS) / len(codes)


def fit(pairs, args, generator):
    analyses, phones = zip(*pairs)
    joined, labels = torch.cat([analysis.features[0] for analysis in analyses], 1), torch.cat(phones)
    encoder = Encoder(mean=joined.mean(1), spread=joined[:MELS].std())
    patches = [encoder.patches(analysis.features)[0] for analysis in analyses]
    every_patch = torch.cat(patches)
    encoder.patch_mean = every_patch.mean(0)
    encoder.basis = principal_axes(every_patch - encoder.patch_mean, POINT_SIZE)
    points = [encoder.project(part) for part in patches]
    context = torch.cat([encoder.with_neighbours(part[None])[0] for part in points])
    points = torch.cat(points)
    kept = float(points.var(0).sum() / every_patch.var(0).sum())
    wanted = F.one_hot(labels, len(PHONES)).float().flatten(1)
    ridge = RIDGE * torch.eye(context.shape[1])
    encoder.phone_map = torch.linalg.solve(context.t() @ context + ridge, context.t() @ wanted)
    predicted = context @ encoder.phone_map
    right = predicted.view(-1, PHONES_PER_FRAME, len(PHONES)).argmax(-1) == labels
    print(f"{kept:.4f} of the variance kept, linear phone accuracy {float(right.float().mean()):.3f}", flush=True)
    encoder.phone_basis = principal_axes(predicted - predicted.mean(0), PHONE_FEATURES)
    features = encoder.phone_features(context)
    equal = torch.ones(len(features))
    encoder.phone_centroids = kmeans(features, equal, args.codebook, args.rounds, generator)
    cells = nearest(features, encoder.phone_centroids)
    encoder.tables = fit_tables(encoder, points, cells, args.codebook, args.groups - 1, args.rounds, generator)
    encoder.scale, encoder.pitch_usage = points.std(), pitch_usage(analyses)
    return encoder


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--favour", nargs="*", default=["ryan", "serena"], help="voices of which twice as much is used")
    parser.add_argument("--codebook", type=int, default=512)
    parser.add_argument("--groups", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=12, help="of k-means")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    generator, rng = torch.Generator().manual_seed(args.seed), random.Random(args.seed)
    with torch.inference_mode():
        pairs = list(examples(args.corpus, args.favour, rng))
        fit(pairs, args, generator).save(args.out)


if __name__ == "__main__":
    main()
