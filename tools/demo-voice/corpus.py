# SPDX-License-Identifier: Apache-2.0
"""The speech corpus on disk: chunks of utterances, their audio, phones and words.

A chunk NAME is three files in the corpus folder: NAME.s16 (24 kHz mono audio), NAME.jsonl (one utterance a line)
and, once encoded, NAME.codes.pt. NAME.jsonl is written last, so its existence means that the chunk is complete.
"""
import json
from pathlib import Path

import numpy as np

SAMPLE_RATE = 24000
FRAME = 1920  # samples of one codec frame, 80 ms
PHONES_PER_FRAME = 4
PHONES = """pau aa ae ah ao aw ax ay b ch d dh eh er ey f g hh ih iy jh k l m n ng ow oy p r s sh t th uh uw v w y z
zh""".split()
PHONE_IDS = {phone: number for number, phone in enumerate(PHONES)}


def chunk_names(folder):
    return sorted(path.stem for path in Path(folder).glob("*.jsonl"))


class Chunk:
    """One chunk of a corpus with its audio mapped into memory."""

    def __init__(self, folder, name):
        self.name = name
        lines = (Path(folder) / f"{name}.jsonl").read_text(encoding="utf8").splitlines()
        self.items = [json.loads(line) for line in lines]
        self.samples = np.memmap(Path(folder) / f"{name}.s16", dtype=np.int16, mode="r")

    def audio(self, item, first_frame=0, frames=None):
        """float32 samples of some frames of an utterance, at the corpus' common loudness."""
        frames = item["frames"] - first_frame if frames is None else frames
        start = item["start"] + first_frame * FRAME
        part = np.asarray(self.samples[start:start + frames * FRAME], dtype=np.float32)
        part = part * (item["gain"] / 32768.0)
        return np.pad(part, (0, frames * FRAME - len(part)))


def phone_labels(item):
    """Phone id of every 20 ms of an utterance, [frames, 4]."""
    count = item["frames"] * PHONES_PER_FRAME
    rate = PHONES_PER_FRAME * SAMPLE_RATE / FRAME
    labels = np.zeros(count, dtype=np.int64)
    for phone, begin, end, _ in item["segments"]:
        labels[max(0, int(begin * rate + 0.5)):max(0, int(end * rate + 0.5))] = PHONE_IDS.get(phone, 0)
    return labels.reshape(-1, PHONES_PER_FRAME)


def spoken_position(text, segments, seconds):
    """Index of the character that is spoken at each of the given times (position interpolated inside a word)."""
    words = word_spans(text)
    spans = {}
    for _, begin, end, word in segments:
        if 0 <= word < len(words):
            known = spans.get(word, (begin, end))
            spans[word] = (min(known[0], begin), max(known[1], end))
    order = sorted(spans.items(), key=lambda entry: entry[1])
    return [_position_at(time, words, order, len(text)) for time in seconds]


def _position_at(time, words, order, length):
    for word, (begin, end) in order:
        first, last = words[word]
        if time < begin:
            return max(0, first - 1)
        if time <= end:
            part = (time - begin) / max(end - begin, 1e-3)
            return first + min(last - first - 1, int(part * (last - first)))
    return length - 1


def word_spans(text):
    spans, start = [], None
    for i, character in enumerate(text + " "):
        if character.isspace():
            if start is not None:
                spans.append((start, i))
            start = None
        elif start is None:
            start = i
    return spans
