#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the test fixtures with the official implementation. See README.md."""
import argparse
from pathlib import Path

import official
from files import read_json, write_json


def make_model(spec_path, out, keep_checkpoint):
    import torch
    import transformers
    from safetensors.torch import save_file

    from checkpoint import write_checkpoint
    from decoder import record_decoder
    from prompts import record_prompt

    spec = read_json(spec_path)
    if spec["tts_model_type"] not in ("custom_voice", "voice_design"):
        raise SystemExit(f"{spec_path}: tts_model_type must be custom_voice or voice_design")
    folder = out / spec["name"]
    torch.set_num_threads(1)
    if not keep_checkpoint:
        write_checkpoint(spec, folder)

    tts = official.load(folder)
    recorder = official.Recorder(tts)
    tensors = {}
    expected = {
        "name": spec["name"], "seed": spec["seed"],
        "versions": {"qwen_tts": "0.1.1", "torch": torch.__version__,
                     "transformers": transformers.__version__},
        "dtype": "float32 arithmetic on bf16-rounded talker weights, float32 speech tokenizer",
        "supported_speakers": tts.get_supported_speakers(),
        "supported_languages": tts.get_supported_languages(),
        "prompts": [record_prompt(recorder, spec, i, prompt, tensors)
                    for i, prompt in enumerate(spec["prompts"])],
    }
    expected.update(record_decoder(tts, spec, tensors))
    tensors = {name: (t if t.dtype == torch.int32 else t.float()).detach().contiguous().clone()
               for name, t in tensors.items()}
    save_file(tensors, folder / "expected.safetensors")
    write_json(folder / "expected.json", expected, indent=1)
    print(f"{spec['name']}: {len(tensors)} tensors, {len(spec['prompts'])} prompts")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    model = commands.add_parser("model", help="a small checkpoint and what it computes")
    model.add_argument("--spec", type=Path, required=True)
    model.add_argument("--out", type=Path, required=True, help="the model's folder goes here")
    model.add_argument("--keep-checkpoint", action="store_true",
                       help="use the checkpoint that is there")
    tokenizer = commands.add_parser("tokenizer", help="texts and their ids")
    tokenizer.add_argument("--tokenizer-json", type=Path, required=True, help="that of Qwen3")
    tokenizer.add_argument("--texts", type=Path, required=True)
    tokenizer.add_argument("--cases-only", action="store_true",
                           help="leave the packed vocabulary alone")
    tokenizer.add_argument("--out", type=Path, required=True)
    sampling = commands.add_parser("sampling", help="scores and their distributions")
    sampling.add_argument("--seed", type=int, default=5)
    sampling.add_argument("--out", type=Path, required=True)
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    official.prepare()
    if arguments.command == "model":
        make_model(arguments.spec, arguments.out, arguments.keep_checkpoint)
    elif arguments.command == "tokenizer":
        from tokenizer_cases import make_tokenizer_cases
        make_tokenizer_cases(arguments.out, arguments.tokenizer_json, arguments.texts,
                             arguments.cases_only)
    else:
        from sampling import make_sampling
        make_sampling(arguments.out, arguments.seed)


if __name__ == "__main__":
    main()
