#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Step 8: what the talker makes of utterances that it is shown, as material for the last part of the decoder training.

Code 0 and the history are the true ones, the codes 1 to 7 of every frame are predicted. A decoder that has heard
such codes leans on what the talker gets right. Existing predictions are replaced.
"""
import argparse
import random
from pathlib import Path

import torch

from evaluate import PREDICTOR_TEMPERATURE, load_talker
from training import save_atomically

TOP_K = 50
BATCH = 24


@torch.inference_mode()
def predict(model, utterances):
    """Codes [frames, groups] of every utterance."""
    data = model.collate(utterances, streaming=0.0)
    x = model.embed_prompt(data["text"], data["prompt"])
    x = x.index_put((data["row"], data["position"]), model.embed_frames(data["codes"]), accumulate=True)
    hidden, _ = model.talker.model(x)
    states = hidden[data["row"], data["position"] - 1]
    codes, _ = model.complete_frame(states, data["codes"][:, 0], PREDICTOR_TEMPERATURE, TOP_K)
    return [part.to(torch.int16) for part in codes.split([len(u["codes"]) for u in utterances])]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--talker", type=Path, required=True)
    parser.add_argument("--chunks", type=int, default=36, help="how many chunks, drawn at random")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    random.seed(args.seed)
    model = load_talker(args.talker)
    paths = sorted(args.corpus.glob("*.codes.pt"))
    chosen = random.sample(paths, min(args.chunks, len(paths)))
    for done, path in enumerate(chosen, 1):
        utterances, out = torch.load(path), []
        for first in range(0, len(utterances), BATCH):
            with torch.autocast("cpu", torch.bfloat16):
                out += predict(model, utterances[first:first + BATCH])
        save_atomically(out, path.with_name(path.name.replace(".codes.pt", ".predicted.pt")))
        print(f"{done}/{len(chosen)} {path.name}: {len(out)} utterances", flush=True)


if __name__ == "__main__":
    main()
