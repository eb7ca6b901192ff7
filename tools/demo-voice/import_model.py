#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turn an exported model folder back into checkpoints that train_talker.py and train_decoder.py can start from.

The export leaves out the phone head, which begins anew.
"""
import argparse
import json
from pathlib import Path

import torch
from safetensors.torch import load_file

from talker_model import TtsModel


def talker_checkpoint(folder):
    config = json.loads((folder / "config.json").read_text(encoding="utf8"))
    newline = json.loads((folder / "vocab.json").read_text(encoding="utf8"))["\u010a"]
    model = TtsModel(config, newline)
    weights = {name: tensor.float() for name, tensor in load_file(folder / "model.safetensors").items()}
    missing, unexpected = model.load_state_dict(weights, strict=False)
    assert not unexpected and all(name.startswith("phone_head.") for name in missing)
    return {"config": config, "newline": newline, "model": model.state_dict()}


def decoder_checkpoint(folder):
    config = json.loads((folder / "speech_tokenizer/config.json").read_text(encoding="utf8"))["decoder_config"]
    config.pop("model_type", None)
    weights = load_file(folder / "speech_tokenizer/model.safetensors")
    prefix = "decoder."
    decoder = {name[len(prefix):]: t.float() for name, t in weights.items() if name.startswith(prefix)}
    return {"config": config, "decoder": decoder}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--talker-out", type=Path, required=True)
    parser.add_argument("--decoder-out", type=Path, required=True)
    args = parser.parse_args()
    torch.save(talker_checkpoint(args.model), args.talker_out)
    torch.save(decoder_checkpoint(args.model), args.decoder_out)


if __name__ == "__main__":
    main()
