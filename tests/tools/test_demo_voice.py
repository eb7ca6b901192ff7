# SPDX-License-Identifier: Apache-2.0
"""What of the demo voice's pipeline can be tested in seconds. The parts that need torch are skipped without it."""
import functools
import json
import random
import subprocess
import sys
import tempfile
import unittest
import unittest.mock
from pathlib import Path

TOOLS = Path(__file__).resolve().parents[2] / "tools/demo-voice"
MODEL = TOOLS.parents[1] / "data/voices/demo"
sys.path.insert(0, str(TOOLS))

try:
    import numpy as np
except ImportError:
    np = None
try:
    import torch
except ImportError:
    torch = None

import make_text
import make_tokenizer
import templates
from voices import BASE_SHARES, VOICES


def skipped_without_its_packages(test):
    """What a tool of the pipeline imports need not be installed."""
    @functools.wraps(test)
    def attempt(self):
        try:
            test(self)
        except ModuleNotFoundError as error:
            self.skipTest(f"{error.name} is not installed")

    return attempt


needs_numpy = unittest.skipIf(np is None, "numpy is not installed")
needs_torch = unittest.skipIf(np is None or torch is None, "torch or numpy is not installed")


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


@needs_torch
class TalkerTest(unittest.TestCase):
    def setUp(self):
        import talker_model

        torch.manual_seed(0)
        random.seed(0)
        self.module = talker_model
        names = make_tokenizer.SPECIAL_TOKENS
        special = {name: 300 + number for number, name in enumerate(names)} | {"assistant": 299}
        config = talker_model.model_config(320, special, codebook=16, groups=8)
        self.model = talker_model.TtsModel(config, 10)

    def utterance(self, frames=6):
        return {
            "voice": "ryan", "ids": torch.tensor([5, 6, 7]), "codes": torch.randint(0, 16, (frames, 8)),
            "spoken": torch.zeros(frames, dtype=torch.long), "phones": torch.zeros(frames, 4, dtype=torch.long),
        }

    def test_the_prompt_has_the_official_layout(self):
        codec, top = self.model.codec, self.model.config
        text, codes, trailing, first = self.model.prompt([5, 6], "ryan", True, False)
        self.assertEqual(len(text), len(codes))
        self.assertEqual(text[:3], [top["im_start_token_id"], top["assistant_token_id"], 10])
        self.assertEqual(text[first:], [5, 6, top["tts_eos_token_id"], top["tts_pad_token_id"]])
        self.assertEqual(codes[-1], codec["codec_bos_id"])
        self.assertEqual(codes[3:8], [
            codec["codec_think_id"], codec["codec_think_bos_id"], codec["codec_language_id"]["english"],
            codec["codec_think_eos_id"], codec["spk_id"]["ryan"]])
        self.assertEqual(trailing, [])

    def test_padding_does_not_change_the_loss_of_a_short_utterance(self):
        batch = [self.utterance(4), self.utterance(9)]
        with unittest.mock.patch("random.random", return_value=0.0):  # the same prompt every time
            together, *alone = [
                float(self.model.losses(part, streaming=0.0, noise=0.0, predictor_share=1.0)[0]["first"])
                for part in (batch, batch[:1], batch[1:])
            ]
        targets = [5, 10]  # the frames and the end of speech
        mean = sum(loss * count for loss, count in zip(alone, targets)) / sum(targets)
        self.assertAlmostEqual(together, mean, places=4)

    def test_sampling_with_a_cache_agrees_with_the_training_pass(self):
        stack = self.model.talker.model
        x = torch.randn(1, 7, 256)
        whole, _ = stack(x)
        cache, parts = {}, []
        for position in range(7):
            parts.append(stack.step(x[:, position:position + 1], cache, position))
        torch.testing.assert_close(torch.cat(parts, 1), whole, atol=1e-4, rtol=1e-4)

    def test_a_new_talker_is_shown_the_phase_that_follows(self):
        import pitch

        predictor = self.model.talker.code_predictor
        shown = predictor.model.codec_embedding[0].weight @ predictor.small_to_mtp_projection.weight.t()
        codes = torch.arange(16)
        phases = (shown @ predictor.lm_head[0].weight.t()).view(16, -1, pitch.PHASES).mean(1).argmax(1)
        self.assertTrue(torch.equal(phases, pitch.phase_after(codes)))

    def test_generated_codes_are_inside_the_codebook_and_end(self):
        codes = self.model.generate([[5, 6], [7]], ["ryan", "serena"], 0.5, 0.5, longest=5)
        self.assertEqual(len(codes), 2)
        for part in codes:
            self.assertLessEqual(len(part), 5)
            self.assertTrue(((part >= 0) & (part < 16)).all())


@needs_torch
class PackedTest(unittest.TestCase):
    """Weights in four bits, which the talker learns to do with."""

    def setUp(self):
        torch.manual_seed(0)
        layers = torch.nn.ModuleDict({"layers": torch.nn.ModuleList([torch.nn.Linear(64, 24, bias=False)])})
        self.model = torch.nn.ModuleDict({"talker": layers, "head": torch.nn.Linear(64, 1)})
        self.layer = layers["layers"][0]

    def test_inside_every_group_of_32_has_a_scale_and_16_levels(self):
        from packed import LEVELS, PackedWeights

        exact = self.layer.weight.detach().clone()
        other = self.model["head"].weight.detach().clone()
        with PackedWeights(self.model):
            for group in self.layer.weight.detach().reshape(-1, 32):
                self.assertLessEqual(len(group.unique()), len(LEVELS))
            error = self.layer.weight.detach() - exact
            torch.testing.assert_close(self.model["head"].weight.detach(), other)
        self.assertLess(float(error.norm() / exact.norm()), 0.1)
        self.assertGreater(float(error.norm()), 0)

    def test_weights_that_are_on_levels_stay_what_they_are(self):
        from packed import LEVELS, PackedWeights

        weight = self.layer.weight
        with torch.no_grad():
            weight.copy_(LEVELS[torch.randint(0, 16, weight.shape)] / 512)
            weight.view(-1, 32)[:, 0] = 127 / 512
        wanted = weight.detach().clone()
        with PackedWeights(self.model):
            torch.testing.assert_close(weight.detach(), wanted, rtol=1e-3, atol=0)

    def test_gradients_of_the_packed_weights_change_the_exact_ones(self):
        from packed import PackedWeights

        weight = self.layer.weight
        exact = weight.detach().clone()
        with PackedWeights(self.model):
            (self.layer.weight ** 2).sum().backward()
            packed = weight.detach().clone()
        torch.testing.assert_close(weight.detach(), exact, rtol=0, atol=0)
        torch.testing.assert_close(weight.grad, 2 * packed)


@needs_torch
class PassagesTest(unittest.TestCase):
    """Several sentences of one voice become one example, so that the model learns to go on after a full stop."""

    def utterance(self, voice="ryan", frames=4, ids=(5, 6, 7)):
        return {
            "voice": voice, "ids": torch.tensor(ids), "later_ids": torch.tensor((99, *ids)),
            "spoken": torch.arange(frames) % len(ids), "later_spoken": torch.arange(frames) % len(ids) + 1,
            "codes": torch.randint(0, 16, (frames, 3)), "phones": torch.ones(frames, 4, dtype=torch.long),
        }

    def test_later_sentences_begin_with_a_space_and_after_a_pause(self):
        from train_talker import PAUSE, join

        first, second = self.utterance(frames=2), self.utterance(frames=3)
        passage = join([first, second])
        self.assertEqual(passage["ids"].tolist(), [5, 6, 7, 99, 5, 6, 7])
        self.assertEqual(passage["spoken"].tolist(), [0, 1] + [1] * PAUSE + [4, 5, 6])
        envelope, end = passage["codes"][:, [0, 2]], 2 + PAUSE
        self.assertTrue(torch.equal(envelope[:2], first["codes"][:, [0, 2]]))
        self.assertTrue((envelope[2:end] == first["codes"][-1, [0, 2]]).all())
        self.assertTrue(torch.equal(envelope[end:], second["codes"][:, [0, 2]]))
        self.assertEqual(passage["phones"][:, 0].tolist(), [1] * 2 + [0] * PAUSE + [1] * 3)

    def test_the_pitch_of_a_passage_goes_on_in_phase(self):
        from pitch import PHASES, PITCH_GROUP, phase_after
        from train_talker import join

        parts = [self.utterance(frames=5) for _ in range(3)]
        spoken = join(parts)["codes"][:, PITCH_GROUP].long()
        self.assertEqual(int(spoken[0] % PHASES), 0)
        self.assertTrue(torch.equal(phase_after(spoken[:-1]), spoken[1:] % PHASES))
        self.assertTrue(torch.equal(spoken[:5] // PHASES, parts[0]["codes"][:, PITCH_GROUP] // PHASES))

    def test_no_utterance_is_lost_and_no_passage_mixes_voices_or_is_too_long(self):
        from train_talker import LONGEST_PASSAGE, PAUSE, passages

        rng = random.Random(3)
        voices = [rng.choice(["ryan", "serena"]) for _ in range(300)]
        utterances = [self.utterance(voice, rng.randrange(20, 100), (len(voice),)) for voice in voices]
        out = passages(utterances, rng)
        self.assertLess(len(out), 250)
        self.assertLessEqual(max(len(part["codes"]) for part in out), LONGEST_PASSAGE)
        for part in out:
            ids = set(part["ids"].tolist()) - {99}
            self.assertEqual(ids, {len(part["voice"])})
        pauses = sum(int((part["phones"][:, 0] == 0).sum()) for part in out)
        self.assertEqual(pauses, PAUSE * (len(utterances) - len(out)))
        self.assertEqual(sum(len(part["codes"]) for part in out) - pauses, sum(len(u["codes"]) for u in utterances))

    @skipped_without_its_packages
    def test_the_tokens_of_a_sentence_are_known_alone_and_after_another(self):
        from encode_corpus import text_labels

        def tokenizer(text, return_offsets_mapping):  # a token for every character
            return {"input_ids": [ord(c) for c in text], "offset_mapping": [(i, i + 1) for i in range(len(text))]}

        item = {"frames": 2, "segments": [["aa", 0.0, 0.08, 0], ["b", 0.08, 0.16, 1]]}
        labels = text_labels("a b", item, tokenizer)
        self.assertEqual(labels["ids"].tolist(), [97, 32, 98])
        self.assertEqual(labels["later_ids"].tolist(), [32, 97, 32, 98])
        self.assertEqual(labels["spoken"].tolist(), [0, 2])
        self.assertEqual(labels["later_spoken"].tolist(), [1, 3])


@needs_torch
class DecoderTrainingTest(unittest.TestCase):
    """What the speech decoder is trained against."""

    @skipped_without_its_packages
    def setUp(self):
        import listener

        torch.manual_seed(0)
        self.listener = listener.Listener()
        self.wanted = 0.1 * torch.randn(2, 3840)

    def test_the_original_is_heard_as_itself_and_something_else_is_not(self):
        self.assertAlmostEqual(float(self.listener.difference(self.wanted, self.wanted)), 0.0, places=5)
        self.assertGreater(float(self.listener.difference(torch.zeros(2, 3840), self.wanted)), 0.05)

    def test_the_listener_hears_a_phone_every_ten_milliseconds(self):
        from corpus import PHONES

        self.assertEqual(self.listener(self.wanted)[-1].shape, (2, len(PHONES), 16))

    @skipped_without_its_packages
    def test_losses_have_their_share_whatever_their_scale(self):
        from train_decoder import Balance

        made = torch.ones(4, requires_grad=True)
        losses = {"sound": made.sum(), "heard": 1000 * made[0]}
        gradient = Balance({"sound": 1.0, "heard": 0.5}).gradient(losses, made)
        torch.testing.assert_close(gradient, torch.tensor([2.0, 1.0, 1.0, 1.0]))

    @skipped_without_its_packages
    def test_cepstra_do_not_mind_the_fine_structure_but_the_formants(self):
        from wave_losses import CepstralLoss

        loss = CepstralLoss()
        time = torch.arange(24000) / 24000

        def voice(formant):
            return sum(torch.sin(2 * torch.pi * 120 * k * time + k) / (1 + ((120 * k - formant(time)) / 200) ** 2)
                       for k in range(1, 50))[None] * 0.05

        wanted = voice(lambda t: 700 + 600 * torch.sin(9 * t))
        self.assertAlmostEqual(float(loss(wanted, wanted)), 0.0, places=5)
        self.assertGreater(float(loss(voice(lambda t: 700 + 400 * torch.sin(9 * t)), wanted)),
                           3 * float(loss(-wanted.roll(40, 1), wanted)))

    @skipped_without_its_packages
    def test_a_sound_that_varies_too_little_is_further_away_than_one_that_varies_as_much(self):
        from wave_losses import CepstralLoss

        loss = CepstralLoss()
        wanted = torch.randn(1, 13, 500, generator=torch.Generator().manual_seed(1))
        other = torch.randn(1, 13, 500, generator=torch.Generator().manual_seed(2))
        flat, lively = 0.5 * wanted, 0.866 * wanted + 0.5 * other
        self.assertLess(float((wanted - flat).abs().mean()), 1.1 * float((wanted - lively).abs().mean()))
        self.assertGreater(float(loss.missed(flat, wanted).mean()), 2 * float(loss.missed(lively, wanted).mean()))


@needs_torch
class CropsTest(unittest.TestCase):
    """Crops of a corpus of one utterance of 30 frames, whose first code counts them."""

    FRAMES = 30

    def write_corpus(self, folder):
        item = {"voice": "ryan", "text": "a", "start": 0, "frames": self.FRAMES, "gain": 1.0, "segments": []}
        (folder / "ryan-000.jsonl").write_text(json.dumps(item) + "\n")
        np.repeat(np.arange(self.FRAMES, dtype=np.int16) * 32, 1920).tofile(folder / "ryan-000.s16")
        codes = torch.stack([torch.arange(self.FRAMES), torch.full((self.FRAMES,), 160)], 1).short()
        torch.save([{"codes": codes, "shift": torch.zeros(8 * self.FRAMES + 1)}], folder / "ryan-000.codes.pt")

    @skipped_without_its_packages
    def test_some_batches_begin_where_their_utterances_begin(self):
        from train_decoder import Crops

        with tempfile.TemporaryDirectory() as folder:
            self.write_corpus(Path(folder))
            crops = Crops(folder, frames=4, batch=3, favourites=[], seed=1)
            batches = [next(crops) for _ in range(40)]
        for samples, codes, _, opening in batches:
            begins = codes[:, 0, 0]
            torch.testing.assert_close(samples[:, 960], begins * 32 / 32768)
            if opening:
                self.assertEqual(begins.tolist(), [0, 0, 0])
        openings = sum(opening for *_, opening in batches)
        self.assertGreater(openings, 5)
        self.assertLess(openings, 30)
        self.assertGreater(len({int(codes[0, 0, 0]) for _, codes, _, opening in batches if not opening}), 5)


@needs_torch
class WavePartTest(unittest.TestCase):
    """The decoder behind its front, in training."""

    @skipped_without_its_packages
    def setUp(self):
        from decoder_start import codebooks, decoder_config, front
        from official import build_decoder

        torch.manual_seed(0)
        self.narrow = build_decoder(decoder_config() | {"decoder_dim": 64}).eval()
        with torch.no_grad():
            for book in codebooks(self.narrow):
                book.embedding_sum.normal_()
                book.cluster_usage.fill_(1)
            for name, parameter in self.narrow.decoder.named_parameters():
                if name.endswith(("alpha", "beta")):
                    parameter.normal_(0, 0.3)
        self.codes = torch.randint(0, 512, (2, 10, 6))
        self.latent = front(self.narrow, self.codes).detach()

    def test_it_makes_the_sound_of_the_official_class(self):
        from fast_wave import wave

        with torch.no_grad(), torch.compiler.set_stance("force_eager"):
            wanted, made = self.narrow(self.codes)[:, 0], wave(self.narrow, self.latent)
        self.assertLess(float((made - wanted).norm() / wanted.norm()), 0.02)

    def test_a_wider_decoder_begins_with_the_same_sound_and_can_learn_more(self):
        from official import build_decoder
        from widen import widen

        state = widen({"config": dict(self.narrow.config.to_dict()), "decoder": self.narrow.state_dict()}, 96)
        wide = build_decoder(state["config"])
        wide.load_state_dict(state["decoder"])
        made = wide.eval()(self.codes)
        torch.testing.assert_close(made, self.narrow(self.codes))
        made.pow(2).sum().backward()
        gained = wide.decoder[2].block[2].conv1.conv.weight.grad[:16, 16:]
        self.assertGreater(float(gained.abs().max()), 0)


@needs_torch
class CodesTest(unittest.TestCase):
    @skipped_without_its_packages
    def test_residual_codes_come_close_to_the_points_that_they_stand_for(self):
        from fit_codes import kmeans
        from mel_codes import nearest

        generator = torch.Generator().manual_seed(0)
        points = torch.randn(600, 4, generator=generator)
        rest = points
        for _ in range(3):
            table = kmeans(rest, torch.ones(600), 16, 5, generator)
            rest = rest - table[nearest(rest, table)]
        self.assertLess(float(rest.pow(2).mean()), 0.15 * float(points.pow(2).mean()))

    @skipped_without_its_packages
    def test_points_of_little_weight_get_few_centroids(self):
        from fit_codes import kmeans

        generator = torch.Generator().manual_seed(0)
        points = torch.randn(1000, 2, generator=generator) + torch.repeat_interleave(torch.tensor([-50.0, 50.0]), 500)[:, None]
        weights = torch.cat([torch.full((500,), 1e-3), torch.ones(500)])
        centroids = kmeans(points, weights, 16, 5, generator)
        self.assertGreaterEqual(int((centroids[:, 0] > 0).sum()), 14)

    @skipped_without_its_packages
    def test_a_change_of_the_envelope_is_heard_in_the_spectrum(self):
        from mel_codes import LogMel

        mel, samples = LogMel(), 0.1 * torch.randn(9600, generator=torch.Generator().manual_seed(0))
        before = mel(samples[None])[0]
        same, louder = (mel.reshape(samples, torch.full_like(before, change)) for change in (0.0, 0.5))
        torch.testing.assert_close(same[1024:-1024], samples[1024:-1024], atol=1e-4, rtol=1e-3)
        self.assertAlmostEqual(float((mel(louder[None])[0] - before)[:, 5:-5].mean()), 0.5, places=1)

    @skipped_without_its_packages
    def test_the_envelope_does_not_show_the_harmonics(self):
        from mel_codes import LogMel

        pulses = torch.zeros(1, 24000)
        pulses[:, ::120] = 1.0  # 200 Hz
        mel = LogMel()
        with_harmonics = mel(pulses)[0, 5:30, 20:80]  # up to 1.1 kHz
        without = mel.envelope(pulses, torch.full((1, 100), 200.0))[0, 5:30, 20:80]
        self.assertGreater(float(with_harmonics.std(0).mean()), 0.5)
        self.assertLess(float(without.std(0).mean()), 0.1)

    @skipped_without_its_packages
    def test_the_encoder_of_the_model_that_ships_gives_codes_of_its_groups(self):
        from mel_codes import Analysis, Encoder, LogMel

        samples = 0.1 * torch.randn(2, 1920 * 6, generator=torch.Generator().manual_seed(0))
        encoder = Encoder.load(TOOLS / "codes.safetensors")
        codes = encoder.encode(Analysis(LogMel(), samples))
        config = json.loads((MODEL / "config.json").read_text(encoding="utf8"))
        self.assertEqual(codes.shape, (2, 6, config["talker_config"]["num_code_groups"]))
        self.assertTrue(((codes >= 0) & (codes < 512)).all())
        self.assertEqual(encoder.decode(codes[0]).shape, (81, 48))

    @skipped_without_its_packages
    def test_the_model_that_ships_says_what_its_encoder_wrote(self):
        from import_model import decoder_checkpoint
        from mel_codes import Analysis, Encoder, LogMel
        from official import build_decoder

        time = torch.arange(1920 * 20) / 24000
        formants = 600 + 250 * torch.sin(5 * time), 1500 + 500 * torch.cos(7 * time)
        samples = sum(torch.sin(2 * torch.pi * 110 * k * time) * sum(
            (1 + ((110 * k - formant) / 120) ** 2).rsqrt() for formant in formants) for k in range(1, 40))[None] * 0.03
        mel, state = LogMel(), decoder_checkpoint(MODEL)
        decoder = build_decoder(state["config"]).eval()
        decoder.load_state_dict(state["decoder"])
        codes = Encoder.load(TOOLS / "codes.safetensors").encode(Analysis(mel, samples))
        with torch.inference_mode():
            made = mel(decoder(codes.transpose(1, 2))[:, 0])[0, :50, 20:]
        wanted = mel(samples)[0, :50, 20:]

        def likeness(x, y):
            return float(torch.corrcoef(torch.stack([(x - x.mean(1, keepdim=True)).flatten(),
                                                     (y - y.mean(1, keepdim=True)).flatten()]))[0, 1])

        self.assertGreater(likeness(made, wanted), 0.7)
        self.assertLess(likeness(made.roll(40, 1), wanted), 0.5)


@needs_torch
class PitchTest(unittest.TestCase):
    """The second code of a frame: how many quarter cycles it has and in which it begins."""

    def voice(self, f0):
        """A second of a voice with ten harmonics; f0 in Hz, one or one for each sample."""
        phase = np.cumsum(np.broadcast_to(f0, 24000)) / 24000
        return sum(0.1 * np.sin(2 * np.pi * k * phase) / k for k in range(1, 11)).astype(np.float32)

    def analysed(self, samples):
        import pitch

        f0, periodicity = pitch.track(torch.from_numpy(samples)[None])
        cycles = pitch.cycles(samples, f0[0].double().numpy())
        return f0[0], periodicity[0], cycles, pitch.encode(cycles[:97])

    def test_a_steady_voice_is_tracked(self):
        for hertz in (70, 118, 203, 330):
            f0, periodicity, _, _ = self.analysed(self.voice(hertz))
            self.assertLess(float((f0[5:-5] - hertz).abs().max()), 0.01 * hertz)
            self.assertGreater(float(periodicity[5:-5].min()), 0.8)

    def test_noise_and_silence_have_no_voice(self):
        noise = 0.1 * torch.randn(24000, generator=torch.Generator().manual_seed(0)).numpy()
        self.assertLess(float((self.analysed(noise)[0] > 0).float().mean()), 0.1)
        self.assertFalse(bool((self.analysed(np.zeros(24000, np.float32))[0] > 0).any()))

    def test_the_code_counts_quarter_cycles(self):
        import pitch

        codes = self.analysed(self.voice(150))[3]
        self.assertTrue((np.abs(pitch.counts_of(codes)[1:-1] - 150 * 0.08 * 4) <= 1).all())

    def test_a_frame_begins_in_the_phase_where_the_last_one_ended(self):
        import pitch

        codes = self.analysed(self.voice(np.linspace(100, 220, 24000)))[3]
        self.assertTrue((pitch.phase_after(codes[:-1]) == codes[1:] % pitch.PHASES).all())

    def test_the_phase_can_begin_at_zero_without_a_change_of_pitch(self):
        import pitch

        codes = torch.from_numpy(self.analysed(self.voice(np.linspace(100, 220, 24000)))[3])
        spoken = pitch.begin_at_zero(codes)
        self.assertEqual(int(spoken[0] % pitch.PHASES), 0)
        self.assertTrue(torch.equal(spoken // pitch.PHASES, codes // pitch.PHASES))
        self.assertTrue(torch.equal(pitch.phase_after(spoken[:-1]), spoken[1:] % pitch.PHASES))

    def test_a_later_code_does_not_change_the_pitch_before_it(self):
        import pitch

        codes = np.array([160, 168, 176, 171])
        changed = np.array([160, 168, 176, 240])
        np.testing.assert_array_equal(pitch.trajectory(codes)[:25], pitch.trajectory(changed)[:25])

    def test_a_moved_sound_has_the_phase_of_its_codes(self):
        import pitch

        samples = self.voice(np.linspace(110, 170, 24000))
        _, _, cycles, codes = self.analysed(samples)
        shift = pitch.moved(cycles[:97], codes)
        self.assertLess(np.abs(shift).max(), 0.3 * 24000 / 110)  # a fraction of a cycle
        moved = pitch.follow(samples, shift, 0, len(codes) * 1920)
        f0 = pitch.track(torch.from_numpy(moved)[None])[0][0].double().numpy()
        off = (pitch.cycles(moved, f0) - pitch.trajectory(codes))[8:-8]
        self.assertLess(np.abs(off - np.round(np.median(off))).max(), 0.05)

    def test_a_sound_that_does_not_move_stays_what_it_is(self):
        import pitch

        samples = self.voice(140)
        np.testing.assert_allclose(pitch.follow(samples, np.zeros(101), 480, 4800), samples[480:4800], atol=1e-6)


def one_shared_step(workers, folder):
    """Saves the gradient and the progress that a worker has after sharing them."""
    parameter = torch.zeros(1, requires_grad=True)
    parameter.grad = torch.tensor([1.0 + workers.rank])
    progress = workers.share([torch.zeros(3, requires_grad=True), parameter], float(workers.rank))
    torch.save(torch.tensor([float(parameter.grad), progress]), f"{folder}/{workers.rank}.pt")


@needs_torch
class BudgetTest(unittest.TestCase):
    def test_the_rate_rises_stays_and_falls_to_zero(self):
        from training import Budget

        budget = Budget(10, decay_from=0.5)
        budget.progress = lambda: 0.2
        self.assertLess(budget.rate(0, 100), 0.05)
        self.assertEqual(budget.rate(500, 100), 1.0)
        budget.progress = lambda: 0.75
        self.assertAlmostEqual(budget.rate(500, 100), 0.5)
        budget.progress = lambda: 1.0
        self.assertEqual(budget.rate(500, 100), 0.0)

    def test_steps_of_muon_have_equal_singular_values(self):
        from training import orthogonal

        made = torch.linalg.svdvals(orthogonal(torch.randn(24, 60, generator=torch.Generator().manual_seed(0))))
        self.assertGreater(float(made.min()), 0.6)
        self.assertLess(float(made.max()), 1.3)

    def test_workers_that_see_different_examples_stay_equal(self):
        from workers import Workers

        with tempfile.TemporaryDirectory() as folder:
            Workers.launch(2, Path(folder), one_shared_step, folder)
            first, second = (torch.load(f"{folder}/{rank}.pt") for rank in range(2))
        torch.testing.assert_close(first, second, rtol=0, atol=0)
        torch.testing.assert_close(first, torch.tensor([1.5, 0.5]))

    def test_time_spent_before_a_stop_counts(self):
        from training import Budget

        self.assertGreaterEqual(Budget(10, spent=300).progress(), 0.5)


class PipelineTest(unittest.TestCase):
    def test_the_work_folder_must_be_outside_the_repository(self):
        run = subprocess.run([sys.executable, TOOLS / "pipeline.py", "text", "--work", TOOLS / "work"],
                             capture_output=True, text=True, check=False)
        self.assertEqual(run.returncode, 2)
        self.assertIn("outside the repository", run.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
