#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Step speech: speak the sentences with flite, change the timbre with sox, and cut the result into utterances.

A chunk of sentences is spoken once by its flite voice and then heard with every demo voice built on it. Chunks of
all flite voices are made in turn, so that training can begin on the first ones. Chunks that exist are skipped.
"""
import argparse
import json
import math
import os
import random
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from corpus import FRAME, SAMPLE_RATE
from voices import BASE_SHARES, VOICES

LEAD, TAIL = 0.10, 0.14  # seconds of silence kept around the speech
LONGEST = 110  # frames
LOUDNESS = 0.09  # root mean square of the voiced parts


def speak(flite, base, lines, path):
    """Raw 16 kHz audio and phone index of the sentences, as flite says them."""
    sentences = path.with_suffix(".txt")
    sentences.write_text("\n".join(lines) + "\n", encoding="utf8")
    audio, index = path.with_suffix(".raw"), path.with_suffix(".tsv")
    subprocess.run([flite, base, sentences, audio, index], check=True)
    sentences.unlink()
    return audio, index


def change_timbre(voice, source, target):
    effects = ["speed", str(voice.speed)] if voice.speed != 1 else []
    effects += ["tempo", "-s", str(voice.tempo)] if voice.tempo != 1 else []
    raw = ["-t", "raw", "-e", "signed", "-b", "16"]
    command = ["sox", *raw, "-r", "16000", "-c", "1", source, *raw, target, "gain", "-4", *effects, "rate",
               str(SAMPLE_RATE)]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)


def parse_index(path):
    for row in path.read_text(encoding="utf8").splitlines():
        line, offset, _, rate, segments = row.rstrip("\n").split("\t")
        parsed = [(name, float(end), int(word)) for name, end, word in
                  (segment.rsplit(":", 2) for segment in segments.split())]
        yield int(line), int(offset) / int(rate), parsed


def cut(voice, lines, index, samples):
    """Utterances of one voice: where they start, how long they last and which phone is spoken when."""
    stretch = 1.0 / (voice.speed * voice.tempo)
    for number, offset, segments in parse_index(index):
        ends = [end * stretch for _, end, _ in segments]
        begins = [0.0] + ends[:-1]
        voiced = [i for i, segment in enumerate(segments) if segment[0] != "pau"]
        if not voiced:
            continue
        first = max(0.0, begins[voiced[0]] - LEAD)
        frames = max(3, math.ceil((ends[voiced[-1]] + TAIL - first) * SAMPLE_RATE / FRAME))
        start = int((offset * stretch + first) * SAMPLE_RATE)
        if frames > LONGEST or start >= len(samples):
            continue
        yield {
            "voice": voice.name,
            "text": lines[number],
            "start": start,
            "frames": frames,
            "segments": [
                [segment[0], round(max(0.0, begin - first), 3), round(end - first, 3), segment[2]]
                for segment, begin, end in zip(segments, begins, ends)
                if end > first
            ],
        }


def loudness_gain(samples):
    voiced = samples.astype(np.float32) / 32768
    voiced = voiced[np.abs(voiced) > 0.02]
    return LOUDNESS / (math.sqrt(float((voiced ** 2).mean())) + 1e-9)


def make_chunk(flite, out, base, number, lines, seed, every_voice):
    """All demo voices of one chunk; returns the seconds of speech that it made."""
    wanted = [v for v in VOICES if v.base == base]
    missing = [v for v in wanted if not (out / f"{v.name}-{number:03d}.jsonl").exists()]
    if not missing:
        return 0.0
    audio, index = speak(flite, base, lines, out / f"base-{base}-{number:03d}")
    seconds = 0.0
    for voice in missing:
        rng = random.Random(f"{seed} {voice.name} {number}")
        path = out / f"{voice.name}-{number:03d}"
        change_timbre(voice, audio, path.with_suffix(".s16"))
        samples = np.memmap(path.with_suffix(".s16"), dtype=np.int16, mode="r")
        gain = loudness_gain(samples)
        items = [dict(item, gain=gain) for item in cut(voice, lines, index, samples)
                 if every_voice or rng.random() < voice.share]
        seconds += sum(item["frames"] for item in items) * FRAME / SAMPLE_RATE
        partial = path.with_suffix(".jsonl.tmp")
        partial.write_text("".join(json.dumps(item) + "\n" for item in items), encoding="utf8")
        os.replace(partial, path.with_suffix(".jsonl"))
    audio.unlink()
    index.unlink()
    return seconds


def plan(lines, chunk, every_voice):
    """(base, number, sentences) in an order that keeps the proportions of the flite voices all along."""
    if every_voice:
        return [(base, 0, lines) for base in BASE_SHARES]
    jobs, taken, counts = [], 0, dict.fromkeys(BASE_SHARES, 0)
    while taken < len(lines):
        base = min(BASE_SHARES, key=lambda name: (counts[name] + 0.5) / BASE_SHARES[name])
        jobs.append((base, counts[base], lines[taken:taken + chunk]))
        counts[base] += 1
        taken += chunk
    return jobs


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--text", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="corpus folder")
    parser.add_argument("--flite-batch", type=Path, required=True, help="the built flite_batch.c")
    parser.add_argument("--chunk", type=int, default=400, help="sentences of one chunk")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--bases", nargs="*", default=list(BASE_SHARES), choices=BASE_SHARES,
                        help="flite voices whose chunks to make; those of the others are left for another time")
    parser.add_argument("--every-voice", action="store_true", help="every sentence in every voice (test set)")
    parser.add_argument("--seed", type=int, default=2)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    lines = args.text.read_text(encoding="utf8").split("\n")[:-1]
    jobs = plan(lines, args.chunk, args.every_voice)
    started, total, done = time.time(), 0.0, 0
    with ThreadPoolExecutor(args.workers) as pool:
        futures = [pool.submit(make_chunk, args.flite_batch, args.out, base, number, part, args.seed,
                               args.every_voice) for base, number, part in jobs if base in args.bases]
        for future in futures:
            total += future.result()
            done += 1
            print(f"chunk {done}/{len(futures)}, {total / 3600:.2f} h of speech, {time.time() - started:.0f} s", flush=True)


if __name__ == "__main__":
    main()
