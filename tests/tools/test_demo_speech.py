# SPDX-License-Identifier: Apache-2.0
"""The shipped demo voice, heard through qora-tts: does it end when it should, and is anything of it understood?

usage: test_demo_speech.py QORA_TTS MODEL_FILE
"""
import subprocess
import sys
import tempfile
import unittest
import wave
from array import array
from pathlib import Path

TOOLS = Path(__file__).resolve().parents[2] / "tools/demo-voice"
sys.path.insert(0, str(TOOLS))

try:
    from recognise import Recogniser, word_errors, words_of
    import pocketsphinx  # noqa: F401
    import scipy  # noqa: F401
except ImportError as error:
    Recogniser, missing = None, error.name

# Test sentences, and the seconds that the flite voice takes for each.
TEACHER_SECONDS = {
    "The birch canoe slid on the smooth planks.": 2.88,
    "Glue the sheet to the dark blue background.": 2.80,
    "It's easy to tell the depth of a well.": 2.32,
    "These days a chicken leg is a rare dish.": 2.80,
    "Rice is often served in round bowls.": 3.04,
    "The juice of lemons makes fine punch.": 2.72,
    "The box was thrown beside the parked truck.": 3.04,
    "The hogs were fed chopped corn and garbage.": 2.96,
}
PASSAGES = [" ".join(list(TEACHER_SECONDS)[first:first + 4]) for first in (0, 4)]
SHORTEST, LONGEST = 0.6, 1.6  # allowed length, relative to the teacher's
SILENT_START, LOUDEST_SILENCE = 480, 0.005  # samples before the first phone, and what they may reach
WORST_ERROR_RATE = 0.5  # of words; noise and silence have 1


def speak(text, speaker):
    """24 kHz samples, as floats."""
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/speech.wav"
        subprocess.run([PROGRAM, "--load", MODEL, "--speaker", speaker, "--seed", "0",
                        "--quiet", "--text", text, "--output", path], check=True)
        with wave.open(path) as file:
            assert file.getframerate() == 24000
            samples = array("h", file.readframes(file.getnframes()))
    return [sample / 32768 for sample in samples]


class DemoSpeechTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.speech = {text: speak(text, "ryan") for text in TEACHER_SECONDS}
        cls.passages = {text: speak(text, "ryan") for text in PASSAGES}

    def error_rate(self, speech):
        import numpy as np

        every = (TOOLS / "test_sentences.txt").read_text(encoding="utf8").splitlines()
        recogniser, errors, count = Recogniser(every), 0, 0
        for text, samples in speech.items():
            wanted = words_of(text)
            errors += word_errors(wanted, recogniser(np.array(samples, dtype=np.float32)))
            count += len(wanted)
        return errors / count

    def test_every_utterance_ends_by_itself_at_about_the_length_of_the_teacher(self):
        for text, seconds in TEACHER_SECONDS.items():
            with self.subTest(text):
                self.assertTrue(SHORTEST <= len(self.speech[text]) / 24000 / seconds <= LONGEST)

    def test_speech_is_neither_silent_nor_clipped(self):
        for text, samples in self.speech.items():
            with self.subTest(text):
                power = sum(x * x for x in samples) / len(samples)
                self.assertGreater(power, 0.01 ** 2)
                self.assertLess(sum(abs(x) > 0.99 for x in samples), len(samples) / 100)

    def test_no_utterance_begins_with_a_click(self):
        for text, samples in self.speech.items():
            with self.subTest(text):
                self.assertLess(max(map(abs, samples[:SILENT_START])), LOUDEST_SILENCE)

    @unittest.skipIf(Recogniser is None, "pocketsphinx, scipy or numpy is not installed")
    def test_words_are_understood(self):
        self.assertLess(self.error_rate(self.speech), WORST_ERROR_RATE)

    def test_no_sentence_of_a_paragraph_is_left_out(self):
        for text, samples in self.passages.items():
            with self.subTest(text):
                seconds = sum(length for sentence, length in TEACHER_SECONDS.items() if sentence in text)
                self.assertTrue(SHORTEST <= len(samples) / 24000 / seconds <= LONGEST)

    @unittest.skipIf(Recogniser is None, "pocketsphinx, scipy or numpy is not installed")
    def test_words_of_a_paragraph_are_understood(self):
        self.assertLess(self.error_rate(self.passages), WORST_ERROR_RATE)


if __name__ == "__main__":
    PROGRAM, MODEL = sys.argv[1:3]
    unittest.main(argv=sys.argv[:1], verbosity=2)
