#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Step export: write the model folder in the official layout, and check that the official classes load it strictly."""
import argparse
import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from evaluate import PREDICTOR_TEMPERATURE, TEMPERATURE
from official import Qwen3TTSConfig, Qwen3TTSForConditionalGeneration, Qwen3TTSTokenizerV2Config, SpeechTokenizer
from talker_model import RESERVED_IDS

# The official class wants an encoder. This model does not clone voices, so it gets the smallest one, untrained.
STUB_ENCODER = {
    "audio_channels": 1, "hidden_size": 16, "num_filters": 2, "num_residual_layers": 1,
    "upsampling_ratios": [8, 6, 5, 4], "codebook_size": 16, "codebook_dim": 8,
    "vector_quantization_hidden_dimension": 8, "num_semantic_quantizers": 1, "num_hidden_layers": 1,
    "intermediate_size": 16, "num_attention_heads": 2, "num_key_value_heads": 2, "head_dim": 8, "sliding_window": 16,
    "upsample_groups": 16, "sampling_rate": 24000,
}
FEATURE_EXTRACTOR = {
    "feature_extractor_type": "EncodecFeatureExtractor", "feature_size": 1, "sampling_rate": 24000,
    "padding_side": "right", "padding_value": 0.0, "return_attention_mask": True, "chunk_length_s": None,
    "overlap": None,
}
GENERATION = {
    "do_sample": True, "repetition_penalty": 1.0, "temperature": TEMPERATURE, "top_p": 1.0, "top_k": 50,
    "subtalker_dosample": True, "subtalker_temperature": PREDICTOR_TEMPERATURE, "subtalker_top_p": 1.0,
    "subtalker_top_k": 50, "max_new_tokens": 2048,
}


def write_json(path, value):
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf8")


def clear_unused_rows(weights, talker):
    """Zero the rows that no prompt and no sampler reaches; zeros cost nothing once the file is compressed."""
    size = talker["vocab_size"]
    prompt_ids = [value for key, value in talker.items() if key.startswith("codec_") and isinstance(value, int)]
    prompt_ids += [*talker["codec_language_id"].values(), *talker["spk_id"].values()]
    for name, ids in (("talker.model.codec_embedding.weight", prompt_ids),
                      ("talker.codec_head.weight", [talker["codec_eos_token_id"]])):
        used = torch.zeros(size, 1, dtype=torch.bool)
        used[: size - RESERVED_IDS] = True
        used[torch.tensor(ids)] = True
        weights[name] = weights[name] * used


def export_talker(state, out):
    weights = {**state["model"], **state.get("average", {})}
    weights = {name: tensor for name, tensor in weights.items() if name.startswith("talker.")}
    clear_unused_rows(weights, state["config"]["talker_config"])
    weights = {name: tensor.detach().to(torch.bfloat16).contiguous().clone() for name, tensor in weights.items()}
    save_file(weights, out / "model.safetensors", metadata={"format": "pt"})
    write_json(out / "config.json", state["config"])
    write_json(out / "generation_config.json", GENERATION)
    write_json(out / "preprocessor_config.json", {
        "processor_class": "Qwen3TTSProcessor", "feature_extractor_type": "EncodecFeatureExtractor"})
    config = {key: value for key, value in state["config"].items() if key not in ("architectures", "model_type")}
    Qwen3TTSForConditionalGeneration(Qwen3TTSConfig(**config)).load_state_dict(weights, strict=True)


def normalised_codebooks(weights):
    """The decoder divides every codebook by its usage; do that once, here."""
    out = dict(weights)
    for name in weights:
        if name.endswith("embedding_sum"):
            usage = name.replace("embedding_sum", "cluster_usage")
            out[name] = weights[name] / weights[usage].clamp(min=1e-5)[:, None]
            out[usage] = torch.ones_like(weights[usage])
    return out


def export_speech_tokenizer(state, out):
    out.mkdir(parents=True, exist_ok=True)
    groups = state["config"]["num_quantizers"]
    config = Qwen3TTSTokenizerV2Config(encoder_config=dict(STUB_ENCODER, num_quantizers=groups),
                                       decoder_config=state["config"], encoder_valid_num_quantizers=groups)
    torch.manual_seed(0)
    model = SpeechTokenizer._from_config(config)
    model.decoder.load_state_dict(normalised_codebooks(state.get("average", state["decoder"])), strict=True)
    model.to(torch.bfloat16).save_pretrained(out, safe_serialization=True)
    written = json.loads((out / "config.json").read_text(encoding="utf8"))
    written["decoder_config"].update(state["config"])
    written["architectures"] = ["Qwen3TTSTokenizerV2Model"]
    write_json(out / "config.json", written)
    write_json(out / "preprocessor_config.json", FEATURE_EXTRACTOR)
    again = Qwen3TTSTokenizerV2Config(**{key: value for key, value in written.items() if key != "model_type"})
    SpeechTokenizer._from_config(again).load_state_dict(load_file(out / "model.safetensors"), strict=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--talker", type=Path, required=True)
    parser.add_argument("--decoder", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    export_talker(torch.load(args.talker), args.out)
    export_speech_tokenizer(torch.load(args.decoder), args.out / "speech_tokenizer")
    for name in ("vocab.json", "merges.txt", "tokenizer_config.json"):
        shutil.copyfile(args.tokenizer / name, args.out / name)
    for path in sorted(args.out.rglob("*")):
        if path.is_file():
            print(f"{path.stat().st_size:9} {path.relative_to(args.out)}")


if __name__ == "__main__":
    main()
