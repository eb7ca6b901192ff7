# SPDX-License-Identifier: Apache-2.0
"""Texts, tokenizer, speech and recogniser of the demo voice's pipeline, and the command that runs it. What a test needs
and is not installed skips it."""
import random
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from demo_tools import TOOLS, needs_numpy, np

import make_text
import make_tokenizer
import templates
from voices import BASE_SHARES, VOICES


class TextTest(unittest.TestCase):
    def test_numbers_are_spelled_as_they_are_spoken(self):
        self.assertEqual(templates.number_in_words(0), "zero")
        self.assertEqual(templates.number_in_words(42), "forty two")
        self.assertEqual(templates.number_in_words(300), "three hundred")
        self.assertEqual(templates.number_in_words(12345), "twelve thousand three hundred forty five")

    def test_the_same_seed_gives_the_same_sentences(self):
        first, second = (templates.SentenceMaker(random.Random(7)) for _ in range(2))
        self.assertEqual([first.sentence() for _ in range(50)], [second.sentence() for _ in range(50)])

    def test_only_sentences_that_can_be_read_aloud_are_kept(self):
        self.assertTrue(make_text.is_speakable("The dog barked all night."))
        self.assertFalse(make_text.is_speakable("See http://example.org/x_y."))
        self.assertFalse(make_text.is_speakable("The SHOUTING has to stop."))
        self.assertFalse(make_text.is_speakable("word " * 40))

    def test_a_phrase_becomes_a_sentence(self):
        self.assertEqual(make_text.as_sentence("the car drove off;"), "The car drove off.")
        self.assertEqual(make_text.as_sentence("who is there?"), "Who is there?")

    def test_word_lists_use_every_word_before_one_comes_back(self):
        words = [f"word{chr(97 + i)}" for i in range(20)]
        source = make_text.word_sentences(random.Random(1), words)
        first = [w for _ in range(3) for w in next(source).lower().strip(".?!").replace(",", "").split()]
        self.assertEqual(len(first), len(set(first)))


class GrowingTextTest(unittest.TestCase):
    HELD_OUT = "The dog barked all night at the moon."

    def setUp(self):
        words = [f"word{chr(97 + i)}" for i in range(20)]
        prose = [f"The {first} saw the {second}." for first in words for second in words]
        self.list = tempfile.NamedTemporaryFile("w")
        self.addCleanup(self.list.close)
        self.list.write("\n".join(words))
        self.list.flush()
        sources = {f"{name}_sentences": lambda: prose for name in ("wordnet", "fortunes", "bible")}
        patch = mock.patch.multiple(make_text, COMMON_WORDS=Path(self.list.name), print=lambda *_, **__: None,
                                    create=True, **sources)
        patch.start()
        self.addCleanup(patch.stop)

    def test_more_sentences_follow_those_that_are_there_and_repeat_none(self):
        first = make_text.collect(200, {self.HELD_OUT}, seed=1)
        more = make_text.collect(200, {self.HELD_OUT}, seed=1, known=first)
        self.assertGreater(len(first), 100)
        self.assertGreater(len(more), 100)
        self.assertEqual(set(first) & set(more), set())

    def test_the_same_seed_and_beginning_give_the_same_sentences(self):
        self.assertEqual(make_text.collect(50, set(), seed=1, known=["One."]),
                         make_text.collect(50, set(), seed=1, known=["One."]))


class TokenizerTest(unittest.TestCase):
    def test_merges_apply_in_the_order_of_their_rank(self):
        merges = [("b", "c"), ("a", "b"), ("a", "bc")]
        self.assertEqual(make_tokenizer.apply_merges("abc", merges), ["abc"])
        self.assertEqual(make_tokenizer.apply_merges("ab", merges), ["ab"])

    def test_a_forced_word_is_one_token(self):
        vocabulary, merges = {c: i for i, c in enumerate("asitn")}, [("a", "s")]
        make_tokenizer.force_whole("assistant", vocabulary, merges)
        self.assertEqual(make_tokenizer.apply_merges("assistant", merges), ["assistant"])
        self.assertIn("assistant", vocabulary)
        self.assertEqual(sorted(vocabulary.values()), list(range(len(vocabulary))))

    def test_special_tokens_follow_the_vocabulary(self):
        added = make_tokenizer.tokenizer_config(510)["added_tokens_decoder"]
        self.assertEqual(added["510"]["content"], "<|endoftext|>")
        self.assertEqual(len(added), len(make_tokenizer.SPECIAL_TOKENS))


class VoicesTest(unittest.TestCase):
    def test_there_are_nine_voices_and_each_has_a_teacher(self):
        self.assertEqual(len({voice.name for voice in VOICES}), 9)
        self.assertLessEqual({voice.base for voice in VOICES}, set(BASE_SHARES))
        self.assertAlmostEqual(sum(BASE_SHARES.values()), 1.0)

    def test_no_two_voices_sound_the_same(self):
        self.assertEqual(len({(voice.base, voice.speed, voice.tempo) for voice in VOICES}), 9)


@needs_numpy
class RecogniserTest(unittest.TestCase):
    def test_word_errors_count_substitutions_insertions_and_deletions(self):
        from recognise import word_errors

        self.assertEqual(word_errors("a b c".split(), "a b c".split()), 0)
        self.assertEqual(word_errors("a b c".split(), "a x c".split()), 1)
        self.assertEqual(word_errors("a b c".split(), "a c".split()), 1)
        self.assertEqual(word_errors("a b c".split(), "a b b c d".split()), 2)
        self.assertEqual(word_errors("a b c".split(), []), 3)

    def test_words_ignore_case_and_punctuation(self):
        from recognise import words_of

        self.assertEqual(words_of("It's well-known, Ryan!"), ["it's", "well", "known", "ryan"])

    def test_length_is_judged_against_the_teacher(self):
        from recognise import Score

        score = Score()
        score.add("one two", ["one", "two"], 1.0, 1.1)
        score.add("one two", ["one"], 5.0, 1.0)
        self.assertEqual((score.errors, score.words, score.ended), (1, 4, 1))

    def test_the_language_model_names_every_word_once(self):
        from recognise import unigram_model

        lines = unigram_model(["cat", "dog"]).splitlines()
        self.assertIn("ngram 1=4", lines)
        self.assertEqual(sum(line.endswith(" dog") for line in lines), 1)


@needs_numpy
class SpeechTest(unittest.TestCase):
    def test_segments_are_read_from_the_index(self):
        from make_speech import parse_index

        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "index.tsv"
            path.write_text("3\t16000\t8000\t16000\tpau:0.200:-1 hh:0.250:0 \n", encoding="utf8")
            line, offset, segments = next(parse_index(path))
        self.assertEqual((line, offset), (3, 1.0))
        self.assertEqual(segments, [("pau", 0.2, -1), ("hh", 0.25, 0)])

    def test_a_faster_voice_has_earlier_phones(self):
        from make_speech import cut

        fast = next(voice for voice in VOICES if voice.speed * voice.tempo > 1)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "index.tsv"
            path.write_text("0\t0\t16000\t16000\tpau:0.300:-1 aa:0.900:0 pau:1.000:-1 \n", encoding="utf8")
            item = next(cut(fast, ["Ah."], path, np.zeros(48000, np.int16)))
        phone, begin, end, word = item["segments"][1]
        self.assertEqual((phone, word), ("aa", 0))
        self.assertAlmostEqual(end - begin, 0.6 / (fast.speed * fast.tempo), places=2)

    def test_chunks_keep_the_shares_of_the_base_voices(self):
        from make_speech import plan

        jobs = plan([f"line {i}" for i in range(40000)], 400, False)
        self.assertEqual(sum(len(lines) for _, _, lines in jobs), 40000)
        for base, share in BASE_SHARES.items():
            self.assertAlmostEqual(sum(job[0] == base for job in jobs) / len(jobs), share, delta=0.02)

    def test_the_spoken_character_moves_through_the_word(self):
        from corpus import spoken_position

        segments = [["pau", 0.0, 0.1, -1], ["ay", 0.1, 0.3, 0], ["g", 0.3, 0.4, 1], ["ow", 0.4, 0.7, 1]]
        self.assertEqual(spoken_position("I go.", segments, [0.05, 0.2, 0.31, 0.65, 0.9]), [0, 0, 2, 4, 4])

    def test_phone_labels_cover_four_steps_of_every_frame(self):
        from corpus import PHONE_IDS, phone_labels

        labels = phone_labels({"frames": 2, "segments": [["aa", 0.0, 0.08, 0], ["pau", 0.08, 0.16, -1]]})
        self.assertEqual(labels.tolist(), [[PHONE_IDS["aa"]] * 4, [PHONE_IDS["pau"]] * 4])


class PipelineTest(unittest.TestCase):
    def test_the_work_folder_must_be_outside_the_repository(self):
        run = subprocess.run([sys.executable, TOOLS / "pipeline.py", "text", "--work", TOOLS / "work"],
                             capture_output=True, text=True, check=False)
        self.assertEqual(run.returncode, 2)
        self.assertIn("outside the repository", run.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
