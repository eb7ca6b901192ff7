#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Step encode: turn every utterance of the corpus into codes, text tokens and the labels that guide the training.

Works chunk by chunk and skips those that are encoded, so that it can follow make_speech.py while that is running.
"""
import argparse
import os
import random
from pathlib import Path

import numpy as np
import torch
from transformers import Qwen2TokenizerFast

from corpus import FRAME, SAMPLE_RATE, Chunk, chunk_names, phone_labels, spoken_position
from mel_codes import MEL_FRAMES, Analysis, Encoder, LogMel

LOWER_CASE, NO_FULL_STOP = 0.12, 0.06  # share of the texts that are written carelessly
BATCH = 32


def vary(text, rng):
    draw = rng.random()
    if draw < LOWER_CASE:
        return text.lower()
    if draw < LOWER_CASE + NO_FULL_STOP:
        return text.rstrip(".?!")
    return text


def spoken_tokens(text, ends, item):
    """Index of the text token that is spoken in the middle of every frame; ends are the tokens' ends in the text."""
    seconds = (np.arange(item["frames"]) + 0.5) * FRAME / SAMPLE_RATE
    characters = spoken_position(text, item["segments"], seconds)
    return np.minimum(np.searchsorted(ends, characters, side="right"), len(ends) - 1)


def text_labels(text, item, tokenizer):
    """Text tokens and which of them every frame speaks: of the text alone, and of the text after another sentence,
    where it begins with a space."""
    labels = {}
    for prefix, written in (("", text), ("later_", " " + text)):
        tokens = tokenizer(written, return_offsets_mapping=True)
        ends = [end - (len(written) - len(text)) for _, end in tokens["offset_mapping"]]
        labels[prefix + "ids"] = torch.tensor(tokens["input_ids"], dtype=torch.int16)
        labels[prefix + "spoken"] = torch.from_numpy(spoken_tokens(text, ends, item)).to(torch.int16)
    return labels


def encode_chunk(chunk, encoder, mel, tokenizer, rng):
    """Encoded utterances, in the order of the chunk's items."""
    utterances = [None] * len(chunk.items)
    order = sorted(range(len(chunk.items)), key=lambda index: chunk.items[index]["frames"])
    for first in range(0, len(order), BATCH):
        indices = order[first:first + BATCH]
        batch = [chunk.items[index] for index in indices]
        longest = max(item["frames"] for item in batch) * FRAME
        audio = [chunk.audio(item) for item in batch]
        samples = torch.from_numpy(np.stack([np.pad(a, (0, longest - len(a))) for a in audio]))
        analysis = Analysis(mel, samples)
        for index, item, codes, shift in zip(indices, batch, encoder.encode(analysis), analysis.shift):
            utterances[index] = {
                "voice": item["voice"],
                "codes": codes[: item["frames"]].to(torch.int16).clone(),
                "shift": shift[: item["frames"] * MEL_FRAMES + 1].half().clone(),
                "phones": torch.from_numpy(phone_labels(item)).to(torch.int8),
                **text_labels(vary(item["text"], rng), item, tokenizer),
            }
    return utterances


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--encoder", type=Path, required=True, help="output of fit_codes.py")
    parser.add_argument("--tokenizer", type=Path, required=True, help="output folder of make_tokenizer.py")
    parser.add_argument("--part", type=int, default=0, help="which of the --parts of the chunks to encode")
    parser.add_argument("--parts", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    encoder = Encoder.load(args.encoder)
    mel, tokenizer = LogMel(), Qwen2TokenizerFast.from_pretrained(args.tokenizer)
    in_turn = sorted(chunk_names(args.corpus), key=lambda name: name.rsplit("-", 1)[::-1])
    names = in_turn[args.part::args.parts]
    todo = [name for name in names if not (args.corpus / f"{name}.codes.pt").exists()]
    for done, name in enumerate(todo, 1):
        rng = random.Random(f"{args.seed} {name}")
        with torch.inference_mode():
            utterances = encode_chunk(Chunk(args.corpus, name), encoder, mel, tokenizer, rng)
        partial = args.corpus / f"{name}.codes.tmp"
        torch.save(utterances, partial)
        os.replace(partial, args.corpus / f"{name}.codes.pt")
        print(f"{done}/{len(todo)} {name}: {len(utterances)} utterances", flush=True)


if __name__ == "__main__":
    main()
