#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write a CustomVoice checkpoint of the released sizes whose weights are random.

Names, shapes and types are the released ones (speech encoder left out: nothing here reads it), so what it costs
to load and run is known without the real weights. What it says is noise. The row of the codec head that would
end the speech is zero, so that every run goes on to its frame limit and does a known amount of work.

The same seed gives the same bytes: each tensor has a random stream of its own.
"""
import argparse
import hashlib
import json
import lzma
import math
import os
import shutil
import struct
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent
sys.path.append(str(SOURCE / "tests" / "reference"))

from checkpoint import model_config, speech_tokenizer_config  # noqa: E402
from files import read_json, write_json  # noqa: E402
from released import CODEBOOK, CODEC_IDS, CODEC_VOCABULARY, GENERATION, GROUPS  # noqa: E402

try:
    import numpy as np
except ImportError:
    sys.exit("make_random_model.py needs numpy (Debian: python3-numpy)")

TEXT_VOCABULARY = 151936
ASSISTANT_ID = 77091
CHUNK = 1 << 22  # values made at a time

STACK = {"num_attention_heads": 16, "num_key_value_heads": 8, "head_dim": 128}
PREDICTOR = {"vocab_size": CODEBOOK, "hidden_size": 1024, "intermediate_size": 3072, "num_hidden_layers": 5, **STACK}
SPEECH = {
    "codebook_dim": 512, "latent_dim": 1024, "hidden_size": 512, "intermediate_size": 1024, "num_hidden_layers": 8,
    "num_attention_heads": 16, "num_key_value_heads": 16, "head_dim": 64, "sliding_window": 72, "decoder_dim": 1536,
    "upsample_rates": [8, 5, 4, 3], "upsampling_ratios": [2, 2],
}
SIZES = {
    "1.7b": {"tts_model_size": "1b7", "hidden_size": 2048, "intermediate_size": 6144},
    "0.6b": {"tts_model_size": "0b6", "hidden_size": 1024, "intermediate_size": 3072},
}


# A tensor is (name, shape, standard deviation) or (name, shape, (constant,)).

def one(name, width, value=0.0):
    return name, (width,), (value,)


def decoder_layer(prefix, stack, deviation):
    """What the layers of all three transformers have in common."""
    hidden, inner = stack["hidden_size"], stack["intermediate_size"]
    queries = stack["num_attention_heads"] * stack["head_dim"]
    keys = stack["num_key_value_heads"] * stack["head_dim"]
    shapes = {
        "self_attn.q_proj": (queries, hidden), "self_attn.k_proj": (keys, hidden),
        "self_attn.v_proj": (keys, hidden), "self_attn.o_proj": (hidden, queries),
        "mlp.gate_proj": (inner, hidden), "mlp.up_proj": (inner, hidden), "mlp.down_proj": (hidden, inner),
    }
    yield from ((f"{prefix}{name}.weight", shape, deviation) for name, shape in shapes.items())
    for norm in ("input_layernorm", "post_attention_layernorm"):
        yield one(f"{prefix}{norm}.weight", hidden, 1.0)


def normed_stack(prefix, stack):
    for i in range(stack["num_hidden_layers"]):
        layer = f"{prefix}layers.{i}."
        yield from decoder_layer(layer, stack, 0.02)
        for norm in ("q_norm", "k_norm"):
            yield one(f"{layer}self_attn.{norm}.weight", stack["head_dim"], 1.0)
    yield one(prefix + "norm.weight", stack["hidden_size"], 1.0)


def talker_tensors(talker):
    predictor = talker["code_predictor_config"]
    hidden, text, narrow = talker["hidden_size"], talker["text_hidden_size"], predictor["hidden_size"]
    yield from normed_stack("talker.model.", talker)
    yield "talker.model.text_embedding.weight", (TEXT_VOCABULARY, text), 0.02
    yield "talker.model.codec_embedding.weight", (CODEC_VOCABULARY, hidden), 0.02
    yield "talker.codec_head.weight", (CODEC_VOCABULARY, hidden), 0.02
    for name, rows in (("linear_fc1", text), ("linear_fc2", hidden)):
        yield f"talker.text_projection.{name}.weight", (rows, text), 0.02
        yield one(f"talker.text_projection.{name}.bias", rows)
    yield from normed_stack("talker.code_predictor.model.", predictor)
    for i in range(GROUPS - 1):
        yield f"talker.code_predictor.model.codec_embedding.{i}.weight", (CODEBOOK, hidden), 0.02
        yield f"talker.code_predictor.lm_head.{i}.weight", (CODEBOOK, narrow), 0.02
    if narrow != hidden:
        yield "talker.code_predictor.small_to_mtp_projection.weight", (narrow, hidden), 0.02
        yield one("talker.code_predictor.small_to_mtp_projection.bias", narrow)


def convolution(name, shape, gain=1.0, inputs=None, bias=None):
    """Scaled by the inputs that one output sums up, so that signals keep their level."""
    inputs = inputs or math.prod(shape[1:])
    yield name + ".weight", shape, gain / math.sqrt(inputs)
    yield one(name + ".bias", bias or shape[0])


def linear(name, rows, cols):
    yield name + ".weight", (rows, cols), 1 / math.sqrt(cols)
    yield one(name + ".bias", rows)


def upsampling(name, wide, narrow, kernel, stride):
    return convolution(name, (wide, narrow, kernel), inputs=wide * kernel // stride, bias=narrow)


def snake(name, width):
    return one(name + ".alpha", width), one(name + ".beta", width)


def quantizer_tensors(config):
    half = config["codebook_dim"] // 2
    for name, first, last in (("rvq_first", 0, 1), ("rvq_rest", 1, GROUPS)):
        prefix = f"decoder.quantizer.{name}."
        yield prefix + "output_proj.weight", (config["codebook_dim"], half, 1), 1 / math.sqrt(half)
        for i in range(last - first):
            codebook = f"{prefix}vq.layers.{i}._codebook."
            yield one(codebook + "cluster_usage", CODEBOOK, 1.0)
            yield codebook + "embedding_sum", (CODEBOOK, half), 0.5


def pre_transformer_tensors(config):
    prefix, hidden, latent = "decoder.pre_transformer.", config["hidden_size"], config["latent_dim"]
    yield from linear(prefix + "input_proj", hidden, latent)
    yield from linear(prefix + "output_proj", latent, hidden)
    yield one(prefix + "norm.weight", hidden, 1.0)
    for i in range(config["num_hidden_layers"]):
        layer = f"{prefix}layers.{i}."
        yield from decoder_layer(layer, config, 0.04)
        for branch in ("self_attn", "mlp"):
            yield one(f"{layer}{branch}_layer_scale.scale", hidden, 0.01)


def convnext_tensors(config):
    latent = config["latent_dim"]
    for i, ratio in enumerate(config["upsampling_ratios"]):
        prefix = f"decoder.upsample.{i}."
        yield from upsampling(prefix + "0.conv", latent, latent, ratio, ratio)
        yield from convolution(prefix + "1.dwconv.conv", (latent, 1, 7))
        yield one(prefix + "1.norm.weight", latent, 1.0)
        yield one(prefix + "1.norm.bias", latent)
        yield from linear(prefix + "1.pwconv1", 4 * latent, latent)
        yield from linear(prefix + "1.pwconv2", latent, 4 * latent)
        yield one(prefix + "1.gamma", latent, 0.1)


def wave_tensors(config):
    width, prefix = config["decoder_dim"], "decoder.decoder."
    yield from convolution(prefix + "0.conv", (width, config["latent_dim"], 7))
    for i, rate in enumerate(config["upsample_rates"], start=1):
        block = f"{prefix}{i}.block."
        yield from snake(block + "0", width)
        yield from upsampling(block + "1.conv", width, width // 2, 2 * rate, rate)
        width //= 2
        for unit in (2, 3, 4):
            for number, kernel, gain in ((1, 7, 0.7), (2, 1, 0.3)):
                yield from snake(f"{block}{unit}.act{number}", width)
                yield from convolution(f"{block}{unit}.conv{number}.conv", (width, width, kernel), gain)
    yield from snake(prefix + "5", width)
    yield from convolution(prefix + "6.conv", (1, width, 7), 0.1)


def speech_tensors(config):
    yield from quantizer_tensors(config)
    yield from convolution("decoder.pre_conv.conv", (config["latent_dim"], config["codebook_dim"], 3))
    yield from pre_transformer_tensors(config)
    yield from convnext_tensors(config)
    yield from wave_tensors(config)


def to_bfloat16(values):
    """To nearest, ties to even; finite values only."""
    bits = values.view(np.uint32)
    return ((bits + (0x7FFF + ((bits >> 16) & 1))) >> 16).astype(np.uint16)


def write_tensor(path, offset, tensor, dtype, seed):
    name, shape, scale = tensor
    key = hashlib.sha256(f"{seed}:{name}".encode()).digest()
    random = np.random.Generator(np.random.SFC64(int.from_bytes(key[:16], "little")))
    count = math.prod(shape)
    silent = CODEC_IDS["codec_eos_token_id"] * shape[-1] if name == "talker.codec_head.weight" else count
    with open(path, "r+b", buffering=0) as file:
        file.seek(offset)
        for start in range(0, count, CHUNK):
            n = min(CHUNK, count - start)
            if isinstance(scale, tuple):
                values = np.full(n, scale[0], dtype=np.float32)
            else:
                values = random.standard_normal(n, dtype=np.float32) * np.float32(scale)
            values[max(silent - start, 0):max(silent + shape[-1] - start, 0)] = 0
            file.write(memoryview(to_bfloat16(values) if dtype == "BF16" else values).cast("B"))


def write_safetensors(path, tensors, dtype, seed, threads):
    item = {"BF16": 2, "F32": 4}[dtype]
    header, offset = {"__metadata__": {"format": "pt"}}, 0
    tensors = sorted(tensors)
    for name, shape, _ in tensors:
        end = offset + math.prod(shape) * item
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    base = 8 + len(text)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        file.truncate(base + offset)
    with ThreadPoolExecutor(threads) as pool:
        jobs = [pool.submit(write_tensor, path, base + header[tensor[0]]["data_offsets"][0], tensor, dtype, seed)
                for tensor in tensors]
        for job in jobs:
            job.result()


def write_tokenizer(folder):
    """The released vocabulary, as the tests have it; returns the ids of the added tokens."""
    source = SOURCE / "tests" / "fixtures" / "tokenizer"
    for name in ("vocab.json", "merges.txt"):
        (folder / name).write_bytes(lzma.decompress((source / f"{name}.xz").read_bytes()))
    shutil.copyfile(source / "tokenizer_config.json", folder / "tokenizer_config.json")
    added = read_json(folder / "tokenizer_config.json")["added_tokens_decoder"]
    return {entry["content"]: int(number) for number, entry in added.items()}


def write_model(folder, size, seed, threads):
    (folder / "speech_tokenizer").mkdir(parents=True, exist_ok=True)
    sizes = dict(SIZES[size])
    spec = {
        "tts_model_type": "custom_voice", "tts_model_size": sizes.pop("tts_model_size"), "predictor": PREDICTOR,
        "talker": {**sizes, "num_hidden_layers": 28, "text_hidden_size": 2048, **STACK},
    }
    config = model_config(spec, write_tokenizer(folder), TEXT_VOCABULARY, ASSISTANT_ID)
    speech = speech_tokenizer_config(SPEECH)
    write_json(folder / "generation_config.json", GENERATION)
    write_json(folder / "speech_tokenizer" / "config.json", speech)
    write_safetensors(folder / "model.safetensors", talker_tensors(config["talker_config"]), "BF16", seed, threads)
    write_safetensors(folder / "speech_tokenizer" / "model.safetensors", speech_tensors(speech["decoder_config"]),
                      "F32", seed, threads)
    write_json(folder / "config.json", config)  # last: its presence means that the folder is complete


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", choices=sorted(SIZES), default="1.7b")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    args = parser.parse_args()
    write_model(args.folder, args.size, args.seed, args.threads)


if __name__ == "__main__":
    main()
