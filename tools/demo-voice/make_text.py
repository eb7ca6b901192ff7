#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Step text: collect the training sentences from Debian packages, word lists and templates, one a line.

Sentences that the output has already stay as they are and others follow, so that the corpus made of them can grow.
"""
import argparse
import os
import random
import re
import subprocess
from collections import Counter
from pathlib import Path

from templates import SentenceMaker

FORTUNES = Path("/usr/share/games/fortunes")
WORDNET = Path("/usr/share/wordnet")
COMMON_WORDS = Path("/usr/share/dict/american-english-small")

SPEAKABLE = re.compile(r"[A-Za-z0-9 ,.?!;:'\-]+")
LONGEST = 95  # characters; keeps an utterance below nine seconds

# Share of each source in the corpus. Word lists cover the spelling of common words that prose leaves out.
SHARES = {"wordnet": 0.38, "fortunes": 0.26, "bible": 0.06, "templates": 0.12, "words": 0.18}


def split_sentences(text):
    """Sentences of running text that a speaker can read as they stand."""
    text = re.sub(r"\s+", " ", text.replace("``", '"').replace("''", '"'))
    for sentence in re.split(r"(?<=[.?!])\s+", text):
        sentence = sentence.strip().strip('"').strip()
        if is_speakable(sentence) and sentence[0].isupper() and sentence[-1] in ".?!":
            yield sentence


def is_speakable(sentence):
    return (
        12 <= len(sentence) <= LONGEST
        and SPEAKABLE.fullmatch(sentence) is not None
        and len(sentence.split()) >= 2
        and not re.search(r"[A-Z]{4,}|\.\.|--|\w\.\w", sentence)
    )


def fortune_sentences():
    for path in sorted(FORTUNES.glob("*.u8")):
        if "ascii-art" in path.name or "song" in path.name:
            continue
        for item in path.read_text(encoding="utf8", errors="ignore").split("\n%\n"):
            quote = re.split(r"\n\s*--", item)[0]
            yield from split_sentences(re.sub(r"^[QA]:\s*", "", quote, flags=re.M))


def bible_sentences():
    run = subprocess.run(["bible", "-l100000", "gen1:1-rev22:21"], capture_output=True, text=True, check=True)
    for line in run.stdout.splitlines():
        verse = re.match(r"\s*\d+ (.*)", line)
        if not verse:
            continue
        for piece in re.split(r"(?<=[.?!;:])\s+", verse.group(1)):
            sentence = as_sentence(piece)
            if is_speakable(sentence):
                yield sentence


def wordnet_sentences():
    """Example phrases of the WordNet glosses: short, everyday English with a very wide vocabulary."""
    for part in ("noun", "verb", "adj", "adv"):
        for line in (WORDNET / f"data.{part}").read_text(encoding="utf8", errors="ignore").splitlines():
            if line.startswith(" ") or "|" not in line:
                continue
            gloss = line.split("|", 1)[1]
            for example in re.findall(r'"([^"]+)"', gloss):
                sentence = as_sentence(example)
                if is_speakable(sentence):
                    yield sentence


def as_sentence(phrase):
    phrase = phrase.strip().rstrip(";:,-")
    if not phrase:
        return phrase
    if phrase[-1] not in ".?!":
        phrase += "."
    return phrase[0].upper() + phrase[1:]


def word_sentences(rng, words):
    """Endless word lists; walks through all words before any is repeated."""
    queue = []
    while True:
        if len(queue) < 8:
            queue = rng.sample(words, len(words))
        picked = [queue.pop() for _ in range(rng.randrange(1, 8))]
        if len(picked) > 3 and rng.random() < 0.5:
            picked[rng.randrange(1, len(picked) - 1)] += ","
        yield as_sentence(" ".join(picked) + rng.choice("......?!"))


def ngrams(sentence, n=4):
    words = re.findall(r"[a-z']+", sentence.lower())
    return {tuple(words[i:i + n]) for i in range(len(words) - n + 1)}


def collect(count, held_out, seed, known=()):
    """About `count` sentences, in random order, that are neither held out nor known; fewer where a source runs dry."""
    known = set(known)
    rng = random.Random(f"{seed} {len(known)}")
    banned = set().union(*(ngrams(s) for s in held_out)) if held_out else set()
    prose = {"wordnet": wordnet_sentences, "fortunes": fortune_sentences, "bible": bible_sentences}
    pools = {}
    for name, source in prose.items():
        pools[name] = [sentence for sentence in dict.fromkeys(source()) if sentence not in known]
        rng.shuffle(pools[name])
        print(f"{name}: {len(pools[name])} sentences", flush=True)

    frequent = Counter(w for pool in pools.values() for s in pool for w in re.findall(r"[A-Za-z']+", s))
    common = [w for w in COMMON_WORDS.read_text(encoding="utf8").split() if re.fullmatch(r"[a-z]{2,14}", w)]
    common = sorted(set(common) | {w for w, n in frequent.items() if n >= 3 and len(w) > 1})
    maker, words = SentenceMaker(rng), word_sentences(rng, common)

    chosen = [s for name, pool in pools.items() for s in pool[: int(count * SHARES[name])]]
    chosen += [maker.sentence() for _ in range(int(count * SHARES["templates"]))]
    chosen += [next(words) for _ in range(int(count * SHARES["words"]))]
    chosen = [s for s in dict.fromkeys(chosen) if s not in held_out | known and not ngrams(s) & banned]
    rng.shuffle(chosen)
    return chosen


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=40000, help="sentences, some of which are left out")
    parser.add_argument("--exclude", type=Path, help="test sentences; none of their word 4-grams is used")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    held_out = set(args.exclude.read_text(encoding="utf8").split("\n")) - {""} if args.exclude else set()
    lines = args.out.read_text(encoding="utf8").split("\n")[:-1] if args.out.exists() else []
    lines += collect(max(0, args.count - len(lines)), held_out, args.seed, lines)
    partial = args.out.with_suffix(".tmp")
    partial.write_text("\n".join(lines) + "\n", encoding="utf8")
    os.replace(partial, args.out)
    words = {w for s in lines for w in re.findall(r"[a-z']+", s.lower())}
    print(f"{len(lines)} sentences, {sum(map(len, lines)) / len(lines):.1f} characters, {len(words)} distinct words")


if __name__ == "__main__":
    main()
