#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Step tokenizer: train a small byte-level BPE with the file layout and special tokens of the official tokenizer."""
import argparse
import json
from pathlib import Path

SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
SPECIAL_TOKENS = [
    "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<tts_pad>", "<tts_text_bos>", "<tts_text_eod>",
    "<tts_text_bos_single>", "<|audio_start|>", "<|audio_end|>", "<|audio_pad|>",
]
# The official classes cut the prompt by counting tokens, and count one for each of these words.
WHOLE_WORDS = ("assistant", "user")
BYTES = 256


def train_bpe(lines, merges):
    """(vocabulary, merges) of a byte-level BPE."""
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(SPLIT), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])
    trainer = trainers.BpeTrainer(vocab_size=BYTES + merges, show_progress=False, special_tokens=[],
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator(lines + [line.lower() for line in lines], trainer)
    model = json.loads(tokenizer.to_str())["model"]
    pairs = [tuple(pair.split(" ")) if isinstance(pair, str) else tuple(pair) for pair in model["merges"]]
    return model["vocab"], pairs


def apply_merges(word, merges):
    """Pieces that a word is cut into by byte-level BPE."""
    rank = {pair: number for number, pair in enumerate(merges)}
    pieces = list(word)
    while len(pieces) > 1:
        best, place = min((rank.get(pair, len(rank)), i) for i, pair in enumerate(zip(pieces, pieces[1:])))
        if best == len(rank):
            break
        pieces[place:place + 2] = [pieces[place] + pieces[place + 1]]
    return pieces


def force_whole(word, vocabulary, merges):
    """Add the merges that make a word one token."""
    while len(pieces := apply_merges(word, merges)) > 1:
        merges.append((pieces[0], pieces[1]))
        vocabulary.setdefault(pieces[0] + pieces[1], len(vocabulary))


def tokenizer_config(vocabulary_size):
    added = {
        str(vocabulary_size + number): {
            "content": token, "lstrip": False, "normalized": False, "rstrip": False, "single_word": False,
            "special": True,
        }
        for number, token in enumerate(SPECIAL_TOKENS)
    }
    return {
        "add_prefix_space": False, "added_tokens_decoder": added, "additional_special_tokens": SPECIAL_TOKENS[1:],
        "bos_token": None, "eos_token": "<|im_end|>", "pad_token": "<|endoftext|>", "unk_token": None,
        "clean_up_tokenization_spaces": False, "errors": "replace", "model_max_length": 131072,
        "split_special_tokens": False, "tokenizer_class": "Qwen2Tokenizer",
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--text", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="tokenizer folder")
    parser.add_argument("--merges", type=int, default=250)
    args = parser.parse_args()
    vocabulary, merges = train_bpe(args.text.read_text(encoding="utf8").split("\n")[:-1], args.merges)
    for word in WHOLE_WORDS:
        force_whole(word, vocabulary, merges)
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "vocab.json").write_text(json.dumps(vocabulary, ensure_ascii=False), encoding="utf8")
    rows = ["#version: 0.2", *(" ".join(pair) for pair in merges)]
    (args.out / "merges.txt").write_text("\n".join(rows) + "\n", encoding="utf8")
    config = json.dumps(tokenizer_config(len(vocabulary)), indent=1)
    (args.out / "tokenizer_config.json").write_text(config + "\n", encoding="utf8")
    print(f"{len(vocabulary)} tokens and {len(SPECIAL_TOKENS)} special ones")


if __name__ == "__main__":
    main()
