# SPDX-License-Identifier: Apache-2.0
"""Word error rate of speech, heard by pocketsphinx with a language model of the test's own words.

The language model is a uniform unigram over the test vocabulary and 300 distractors: it knows no word order, so
what is recognised was heard. The bundled en-us acoustic model is a weak judge; compare with the teacher's figure.
"""
import os
import random
import re
import tempfile

import numpy as np

from corpus import SAMPLE_RATE

DISTRACTORS = 300
RECOGNISER_RATE = 16000
SILENCE = 3200  # samples around the speech
PEAK, HISS = 0.7, 3e-4


def words_of(text):
    return re.sub(r"[^a-z' ]", " ", text.lower().replace("-", " ")).split()


def word_errors(wanted, heard):
    """Smallest number of substitutions, insertions and deletions that turn one list of words into the other."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(wanted, 1):
        diagonal, row[0] = row[0], i
        for j, other in enumerate(heard, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (word != other))
    return row[-1]


def unigram_model(words):
    """A uniform unigram language model in the ARPA format."""
    chance = -np.log10(len(words) + 1)
    lines = ["\\data\\", f"ngram 1={len(words) + 2}", "", "\\1-grams:", "-99 <s>", f"{chance:.4f} </s>"]
    lines += [f"{chance:.4f} {word}" for word in words]
    return "\n".join([*lines, "", "\\end\\", ""])


class Recogniser:
    def __init__(self, sentences):
        from pocketsphinx import Decoder, get_model_path

        folder = get_model_path()
        dictionary = f"{folder}/en-us/cmudict-en-us.dict"
        with open(dictionary, encoding="utf8") as file:
            known = {line.split()[0] for line in file}
        words = {word for sentence in sentences for word in words_of(sentence) if word in known}
        plain = [word for word in sorted(known) if re.fullmatch("[a-z]{3,8}", word)]
        words |= set(random.Random(3).sample(plain, DISTRACTORS))
        with tempfile.NamedTemporaryFile("w", suffix=".lm", delete=False) as file:
            file.write(unigram_model(sorted(words)))
        self.decoder = Decoder(hmm=f"{folder}/en-us/en-us", dict=dictionary, lm=file.name, loglevel="FATAL",
                               samprate=RECOGNISER_RATE)
        os.remove(file.name)

    def __call__(self, samples):
        """The words heard in 24 kHz samples."""
        from scipy.signal import resample_poly

        speech = resample_poly(samples, RECOGNISER_RATE // 8000, SAMPLE_RATE // 8000)
        speech = np.pad(speech / (np.abs(speech).max() + 1e-6) * PEAK, SILENCE)
        speech = speech + np.random.RandomState(0).randn(len(speech)) * HISS
        pcm = (speech * 32767).clip(-32768, 32767).astype(np.int16)
        self.decoder.start_utt()
        self.decoder.process_raw(pcm.tobytes(), False, True)
        self.decoder.end_utt()
        result = self.decoder.hyp()
        return words_of(result.hypstr) if result else []


class Score:
    """Sums over the sentences of one voice."""

    def __init__(self):
        self.errors = self.words = self.utterances = self.ended = 0
        self.seconds = 0.0

    def add(self, text, heard, seconds, teacher_seconds):
        wanted = words_of(text)
        self.errors += word_errors(wanted, heard)
        self.words += len(wanted)
        self.utterances += 1
        self.seconds += seconds
        self.ended += 0.6 <= seconds / teacher_seconds <= 1.6

    def __str__(self):
        return (f"WER {100 * self.errors / self.words:5.1f} %  n {self.utterances}  {self.seconds:6.1f} s  "
                f"length as the teacher's {100 * self.ended / self.utterances:5.1f} %")
