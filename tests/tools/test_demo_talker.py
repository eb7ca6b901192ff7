# SPDX-License-Identifier: Apache-2.0
"""The training of the demo voice's talker. What a test needs and is not installed skips it."""
import random
import unittest
import unittest.mock

from demo_tools import needs_torch, skipped_without_its_packages, torch

import make_tokenizer


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


if __name__ == "__main__":
    unittest.main(verbosity=2)
