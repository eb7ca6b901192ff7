# SPDX-License-Identifier: Apache-2.0
"""A tokenizer of the released kind with a vocabulary of a few hundred pieces."""
from pathlib import Path

from files import write_json
from released import ADDED_TOKENS, NOT_SPECIAL, PRETOKENIZER, added_token_entries

# Enough of each language for a few merges; the words of the chat template must become single
# tokens, as in the released vocabulary.
CORPUS = [
    "the quick brown fox jumps over the lazy dog and then reads the news out loud to the whole street",
    "please speak slowly and clearly, as if you were telling a story to a child",
    "der schnelle braune Fuchs springt über den faulen Hund",
    "le renard brun saute par-dessus le chien paresseux",
    "el zorro marrón salta sobre el perro perezoso",
    "la volpe marrone salta sopra il cane pigro",
    "a raposa marrom salta sobre o cão preguiçoso",
    "быстрая лиса прыгает через ленивую собаку",
    "今天天气很好，我们去公园散步吧。你好，世界！",
    "今日はとても良い天気ですね。こんにちは、世界。",
    "오늘은 날씨가 정말 좋네요. 안녕하세요, 세계!",
    "1234567890 2024 3.14 100%",
] + 60 * ["assistant\n"] + 60 * ["user\n"] + 30 * ["a\n\nb  c\n"]


def train(merges):
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(PRETOKENIZER), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])
    trainer = trainers.BpeTrainer(vocab_size=256 + merges, show_progress=False,
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator(CORPUS, trainer)
    return tokenizer


def write_tokenizer(folder, merges, version_line):
    """Writes vocab.json, merges.txt and tokenizer_config.json. The released merges.txt has no
    "#version" line, files of other programs have: version_line chooses. Returns the ids of the
    added tokens, the size of the vocabulary with them, and the id of "assistant"."""
    tokenizer = train(merges)
    tokenizer.model.save(str(folder))
    if not version_line:
        path = Path(folder) / "merges.txt"
        first, rest = path.read_text(encoding="utf-8").split("\n", 1)
        assert first.startswith("#version")
        path.write_text(rest, encoding="utf-8")

    size = tokenizer.get_vocab_size()
    special = [t for t in ADDED_TOKENS if t not in NOT_SPECIAL and t != "<|endoftext|>"]
    write_json(Path(folder) / "tokenizer_config.json", {
        "add_bos_token": False, "add_prefix_space": False,
        "added_tokens_decoder": added_token_entries(size), "additional_special_tokens": special,
        "bos_token": None, "clean_up_tokenization_spaces": False, "eos_token": "<|im_end|>",
        "errors": "replace", "model_max_length": 131072, "pad_token": "<|endoftext|>",
        "split_special_tokens": False, "tokenizer_class": "Qwen2Tokenizer", "unk_token": None,
        "processor_class": "Qwen3TTSProcessor",
    })
    added = {token: size + i for i, token in enumerate(ADDED_TOKENS)}
    return added, size + len(ADDED_TOKENS), tokenizer.token_to_id("assistant")
