#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Carry a trained talker and decoder over to codes that fit_codes.py --refit made from theirs.

Code 0 and the space of the points stay, so the decoder only needs the new tables. The talker's embeddings and heads of
the other codes are made anew: a linear map from an old centroid to its row, and what that leaves of the nearest ones.
What is said where, the talker need not learn again.
"""
import argparse
from pathlib import Path

import torch

from training import save_atomically

EMBEDDING = "talker.code_predictor.model.codec_embedding.{}.weight"
HEAD = "talker.code_predictor.lm_head.{}.weight"
CODEBOOK = "quantizer.rvq_{}.vq.layers.{}._codebook."
NEIGHBOURS, NEIGHBOURS_SHARE, NEW_HEAD = 4, 0.7, 0.3


def carry_rows(rows, old, new):
    """Rows that belong to the centroids `new`, given those of `old`."""
    inputs = torch.cat([old, torch.ones(len(old), 1)], 1)
    ridge = 4 * float(old.var()) * torch.eye(inputs.shape[1])
    linear = torch.linalg.solve(inputs.t() @ inputs + ridge, inputs.t() @ rows)
    left = rows - inputs @ linear
    near = torch.cdist(new, old).topk(min(NEIGHBOURS, len(old)), largest=False)
    share = torch.softmax(-near.values ** 2 / (near.values[:, :1] ** 2 + 1e-3), 1)
    smooth = (left[near.indices] * share[..., None]).sum(1)
    return torch.cat([new, torch.ones(len(new), 1)], 1) @ linear + NEIGHBOURS_SHARE * smooth


def carry_talker(state, old, new):
    model, config = dict(state["model"]), state["config"]
    for group in range(1, len(new)):
        like = min(group, len(old) - 1)  # further groups begin like the last one
        for name in (EMBEDDING, HEAD):
            rows = carry_rows(state["model"][name.format(like - 1)], old[like], new[group])
            is_new_head = name == HEAD and group >= len(old)
            model[name.format(group - 1)] = rows * NEW_HEAD if is_new_head else rows
    config["talker_config"]["num_code_groups"] = len(new)
    config["talker_config"]["code_predictor_config"]["num_code_groups"] = len(new)
    return {"config": config, "newline": state["newline"], "model": model}


def carry_decoder(state, scale, new):
    decoder, config = {**state["decoder"], **state.get("average", {})}, state["config"]
    for group, table in enumerate(new):
        prefix = CODEBOOK.format("rest" if group else "first", max(0, group - 1))
        decoder[prefix + "embedding_sum"] = table / scale
        decoder[prefix + "cluster_usage"] = torch.ones(len(table))
    config["num_quantizers"] = len(new)
    return {"config": config, "decoder": decoder}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--old-codes", type=Path, required=True)
    parser.add_argument("--new-codes", type=Path, required=True)
    parser.add_argument("--talker", type=Path, required=True)
    parser.add_argument("--talker-out", type=Path, required=True)
    parser.add_argument("--decoder", type=Path, required=True)
    parser.add_argument("--decoder-out", type=Path, required=True)
    args = parser.parse_args()
    old, new = torch.load(args.old_codes), torch.load(args.new_codes)
    old_tables, new_tables = old["encoder"]["tables"], new["encoder"]["tables"]
    save_atomically(carry_talker(torch.load(args.talker), old_tables, new_tables), args.talker_out)
    save_atomically(carry_decoder(torch.load(args.decoder), new["scale"], new_tables), args.decoder_out)


if __name__ == "__main__":
    main()
