# SPDX-License-Identifier: Apache-2.0
"""Ids of many texts under the released vocabulary, alone and inside the chat template."""
import hashlib
import json
import lzma
import tempfile
from pathlib import Path

from files import read_json, write_json
from released import SPEECH_TOKENS, added_token_entries

FIRST_ADDED_ID = 151643
RELEASED_SHA256 = {
    "vocab.json": "ca10d7e9fb3ed18575dd1e277a2579c16d108e32f27439684afa0e10b1440910",
    "merges.txt": "599bab54075088774b1733fde865d5bd747cbcc7a547c5bc12610e874e26f5e3",
}
NOTE = (
    "ids: the text alone; chat_ids: inside the assistant template. Made with HF tokenizers from "
    "tokenizer.json and asserted equal to Qwen2TokenizerFast(vocab.json + merges.txt). "
    "ids_if_regex_patched: what the official package yields when it loads a local directory under "
    "transformers 4.57.3 (see MODEL.md), only where it differs."
)


def vocabulary_files(model):
    """The texts of vocab.json and merges.txt as released, from the model of a tokenizer.json."""
    merges = [m if isinstance(m, str) else " ".join(m) for m in model["merges"]]
    texts = {
        "vocab.json": json.dumps(model["vocab"], ensure_ascii=False, separators=(",", ":")),
        "merges.txt": "\n".join(merges) + "\n",
    }
    for name, text in texts.items():
        if hashlib.sha256(text.encode()).hexdigest() != RELEASED_SHA256[name]:
            print(f"note: {name} is not the released one")
    return texts


def tokenizer_config():
    return {
        "add_prefix_space": False, "added_tokens_decoder": added_token_entries(FIRST_ADDED_ID),
        "eos_token": "<|im_end|>", "pad_token": "<|endoftext|>",
        "tokenizer_class": "Qwen2Tokenizer", "unk_token": None, "bos_token": None,
        "model_max_length": 131072, "errors": "replace", "split_special_tokens": False,
        "clean_up_tokenization_spaces": False,
    }


def load_tokenizers(tokenizer_json, texts, config):
    """Three ways to the ids: tokenizer.json itself, the files as released, and the files beside a
    config.json, which makes the package exchange the expression that splits words."""
    from tokenizers import AddedToken, Tokenizer
    from transformers import Qwen2TokenizerFast

    reference = Tokenizer.from_file(str(tokenizer_json))
    reference.add_special_tokens(
        [AddedToken(t, normalized=False, special=True) for t in SPEECH_TOKENS])
    assert reference.token_to_id("<tts_pad>") == 151671
    assert reference.token_to_id("<tts_text_eod>") == 151673
    with tempfile.TemporaryDirectory() as folder:
        for name, text in texts.items():
            (Path(folder) / name).write_text(text, encoding="utf-8")
        write_json(Path(folder) / "tokenizer_config.json", config)
        released = Qwen2TokenizerFast.from_pretrained(folder)
        write_json(Path(folder) / "config.json",
                   {"model_type": "qwen3_tts", "transformers_version": "4.57.3"})
        patched = Qwen2TokenizerFast.from_pretrained(folder, fix_mistral_regex=True)
    return reference, released, patched


def make_case(group, text, reference, released, patched):
    chat = f"<|im_start|>assistant\n{text}<|im_end|>\n<|im_start|>assistant\n"
    case = {"group": group, "text": text}
    for name, string in (("ids", text), ("chat_ids", chat)):
        case[name] = reference.encode(string, add_special_tokens=False).ids
        assert released(string)["input_ids"] == case[name], string
    if patched(text)["input_ids"] != case["ids"]:
        case["ids_if_regex_patched"] = patched(text)["input_ids"]
    return case


def make_tokenizer_cases(out, tokenizer_json, texts_json, cases_only):
    model = read_json(tokenizer_json)["model"]
    assert max(model["vocab"].values()) + 1 == FIRST_ADDED_ID
    texts = vocabulary_files(model)
    config = tokenizer_config()
    tokenizers = load_tokenizers(tokenizer_json, texts, config)
    cases = [make_case(group, text, *tokenizers)
             for group, items in read_json(texts_json).items() for text in items]

    out.mkdir(parents=True, exist_ok=True)
    if not cases_only:
        for name, text in texts.items():
            with lzma.open(out / f"{name}.xz", "wb", preset=9 | lzma.PRESET_EXTREME) as file:
                file.write(text.encode())
    write_json(out / "tokenizer_config.json", config)
    write_json(out / "cases.json", {"note": NOTE, "cases": cases}, indent=None,
               separators=(",", ":"))
    print(f"{len(cases)} cases, {sum('ids_if_regex_patched' in c for c in cases)} "
          "differ under the patched expression")
