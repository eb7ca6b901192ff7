# SPDX-License-Identifier: Apache-2.0
"""A small checkpoint in the released layout with random weights, from a specification."""
import json
import math
from pathlib import Path

from files import write_json
from released import (CODEBOOK, CODEC_IDS, CODEC_VOCABULARY, DIALECT_OF_SPEAKER, DIALECTS,
                      GENERATION, GROUPS, LANGUAGES, SPEAKERS)
from small_tokenizer import write_tokenizer

EMPTY_CODEBOOK_ENTRIES = slice(5, None, 511)


def stack_defaults():
    return {
        "attention_bias": False, "attention_dropout": 0, "hidden_act": "silu",
        "initializer_range": 0.02, "rms_norm_eps": 1e-6, "rope_theta": 1000000, "use_cache": True,
        "use_sliding_window": False, "sliding_window": None, "num_code_groups": GROUPS,
    }


def predictor_config(sizes):
    return {
        **stack_defaults(), "model_type": "qwen3_tts_talker_code_predictor",
        "max_position_embeddings": 65536, "rope_scaling": None, "max_window_layers": 28, **sizes,
        "layer_types": ["full_attention"] * sizes["num_hidden_layers"],
    }


def talker_config(spec, text_vocabulary):
    sizes = spec["talker"]
    custom_voice = spec["tts_model_type"] == "custom_voice"
    half = sizes["head_dim"] // 2
    third = half // 3
    return {
        **stack_defaults(), "model_type": "qwen3_tts_talker", "max_position_embeddings": 32768,
        "vocab_size": CODEC_VOCABULARY,
        "rope_scaling": {"interleaved": True, "mrope_section": [half - 2 * third, third, third],
                         "rope_type": "default", "type": "default"},
        "text_vocab_size": text_vocabulary, "position_id_per_seconds": 13,
        "code_predictor_config": predictor_config(spec["predictor"]), **CODEC_IDS,
        "codec_language_id": {**LANGUAGES, **(DIALECTS if custom_voice else {})},
        "spk_id": dict(SPEAKERS) if custom_voice else {},
        "spk_is_dialect": {name: DIALECT_OF_SPEAKER.get(name, False) for name in SPEAKERS}
        if custom_voice else {},
        **sizes,
    }


def model_config(spec, added, text_vocabulary, assistant_id):
    return {
        "architectures": ["Qwen3TTSForConditionalGeneration"], "model_type": "qwen3_tts",
        "tokenizer_type": "qwen3_tts_tokenizer_12hz", "tts_model_size": spec["tts_model_size"],
        "tts_model_type": spec["tts_model_type"], "assistant_token_id": assistant_id,
        "im_start_token_id": added["<|im_start|>"], "im_end_token_id": added["<|im_end|>"],
        "tts_pad_token_id": added["<tts_pad>"], "tts_bos_token_id": added["<tts_text_bos>"],
        "tts_eos_token_id": added["<tts_text_eod>"],
        "talker_config": talker_config(spec, text_vocabulary), "transformers_version": "4.57.3",
    }


def speech_tokenizer_config(sizes):
    return {
        "architectures": ["Qwen3TTSTokenizerV2Model"], "model_type": "qwen3_tts_tokenizer_12hz",
        "encoder_valid_num_quantizers": GROUPS, "input_sample_rate": 24000,
        "output_sample_rate": 24000,
        "decode_upsample_rate": math.prod(sizes["upsample_rates"] + sizes["upsampling_ratios"]),
        "encode_downsample_rate": 1920,
        "decoder_config": {
            "attention_bias": False, "attention_dropout": 0.0, "codebook_size": CODEBOOK,
            "hidden_act": "silu", "layer_scale_initial_scale": 0.01,
            "max_position_embeddings": 8000, "num_quantizers": GROUPS,
            "num_semantic_quantizers": 1, "rms_norm_eps": 1e-05, "rope_theta": 10000,
            "semantic_codebook_size": 4096,
            "vector_quantization_hidden_dimension": sizes["codebook_dim"], **sizes,
        },
        # The encoder is never run; it is there because released files have one.
        "encoder_config": {
            "hidden_size": 16, "num_filters": 2, "num_residual_layers": 1, "num_hidden_layers": 1,
            "num_attention_heads": 2, "num_key_value_heads": 2, "head_dim": 8,
            "intermediate_size": 32, "codebook_size": 64, "codebook_dim": 8, "num_quantizers": 32,
            "num_semantic_quantizers": 1, "upsample_groups": 16,
            "vector_quantization_hidden_dimension": 8, "upsampling_ratios": [8, 6, 5, 4],
            "frame_rate": 12.5, "sampling_rate": 24000, "use_causal_conv": True,
            "sliding_window": 250,
        },
        "transformers_version": "4.57.3",
    }


def convolution_scale(name, shape):
    out_or_in, other, kernel = shape
    upsampling = ".upsample." in name and ".0.conv." in name
    if ".block.1.conv." in name or upsampling:  # transposed: [in, out, kernel]
        overlap = 2 if ".block." in name else 1
        return (1.0 / (out_or_in * overlap)) ** 0.5, None
    gain = 0.55 if ".block." in name else 1.0
    if out_or_in == 1:  # the last one: most samples stay inside -1..1
        gain = 0.2
    return gain, (other * kernel) ** 0.5


def random_tensor(name, like, generator, spec):
    """Values that keep activations near 1 and spread the scores of codes out."""
    import torch

    shape = tuple(like.shape)
    if not like.dtype.is_floating_point:
        return torch.ones(shape, dtype=like.dtype)
    normal = torch.randn(shape, generator=generator)
    last = name.rsplit(".", 1)[-1]
    if name.endswith("initialized"):
        return torch.ones(shape)
    if last == "cluster_usage":
        usage = 0.5 + 2.5 * torch.rand(shape, generator=generator)
        if name.startswith("decoder."):
            usage[EMPTY_CODEBOOK_ENTRIES] = 0.0
        return usage
    if last in ("embedding_sum", "embed_sum"):
        return normal
    if last in ("alpha", "beta"):
        return 0.4 * normal
    if last in ("scale", "gamma"):
        return 0.5 + 0.15 * normal
    if last == "bias":
        return 0.1 * normal
    if "norm" in name and normal.dim() == 1:
        return 1.0 + 0.15 * normal
    if "embedding" in name:
        return 0.6 * normal
    if "codec_head" in name or "lm_head" in name:
        weight = 6.0 * normal / shape[1] ** 0.5
        if "codec_head" in name:
            weight[CODEC_IDS["codec_eos_token_id"]] *= spec.get("eos_row_gain", 1.0)
        return weight
    if normal.dim() == 3:
        gain, divisor = convolution_scale(name, shape)
        return normal * gain if divisor is None else gain * normal / divisor
    return normal / shape[-1] ** 0.5


def random_state(model, generator, spec):
    state = model.state_dict()
    return {name: random_tensor(name, state[name], generator, spec) for name in sorted(state)}


def write_talker(spec, config, generator, path):
    import torch
    from qwen_tts.core.models import Qwen3TTSConfig, Qwen3TTSForConditionalGeneration
    from safetensors.torch import save_file

    model = Qwen3TTSForConditionalGeneration(Qwen3TTSConfig(**json.loads(json.dumps(config))))
    state = random_state(model, generator, spec)
    save_file({name: t.to(torch.bfloat16).contiguous() for name, t in state.items()}, path,
              metadata={"format": "pt"})


def write_speech_tokenizer(spec, config, generator, path):
    from qwen_tts.core.tokenizer_12hz.configuration_qwen3_tts_tokenizer_v2 import (
        Qwen3TTSTokenizerV2Config)
    from qwen_tts.core.tokenizer_12hz.modeling_qwen3_tts_tokenizer_v2 import (
        Qwen3TTSTokenizerV2Model)
    from safetensors.torch import save_file

    model = Qwen3TTSTokenizerV2Model(Qwen3TTSTokenizerV2Config(**json.loads(json.dumps(config))))
    state = random_state(model, generator, spec)
    for name in state:  # training keeps the sum of the vectors that chose an entry
        for suffix in ("embedding_sum", "embed_sum"):
            if name.endswith(suffix):
                usage = state[name[:-len(suffix)] + "cluster_usage"].clamp(min=1e-5)
                state[name] = state[name] * usage[:, None]
    save_file({name: t.contiguous() for name, t in state.items()}, path, metadata={"format": "pt"})


def write_checkpoint(spec, folder):
    import torch

    folder = Path(folder)
    speech = folder / "speech_tokenizer"
    speech.mkdir(parents=True, exist_ok=True)
    added, text_vocabulary, assistant_id = write_tokenizer(
        folder, spec["bpe_merges"], spec.get("merges_header", False))
    config = model_config(spec, added, text_vocabulary + spec.get("text_vocab_pad", 0),
                          assistant_id)
    speech_config = speech_tokenizer_config(spec["codec"])
    write_json(folder / "config.json", config)
    write_json(folder / "generation_config.json", GENERATION)
    write_json(folder / "preprocessor_config.json", {
        "padding_side": "left", "padding_value": 0.0, "processor_class": "Qwen3TTSProcessor",
        "return_attention_mask": True})
    write_json(speech / "config.json", speech_config)
    write_json(speech / "preprocessor_config.json", {
        "chunk_length_s": None, "feature_extractor_type": "EncodecFeatureExtractor",
        "feature_size": 1, "overlap": None, "padding_side": "right", "padding_value": 0.0,
        "return_attention_mask": True, "sampling_rate": 24000})

    generator = torch.Generator().manual_seed(spec["seed"])
    write_talker(spec, config, generator, folder / "model.safetensors")
    write_speech_tokenizer(spec, speech_config, generator, speech / "model.safetensors")
