# SPDX-License-Identifier: Apache-2.0
"""The training of the demo voice's decoder. What a test needs and is not installed skips it."""
import json
import tempfile
import unittest
from pathlib import Path

from demo_tools import needs_torch, np, skipped_without_its_packages, torch


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

        def voice(formant, phase=lambda k: k):
            return sum(torch.sin(2 * torch.pi * 120 * k * time + phase(k)) / (1 + ((120 * k - formant(time)) / 200) ** 2)
                       for k in range(1, 50))[None] * 0.05

        def moving(t):
            return 700 + 600 * torch.sin(9 * t)

        wanted = voice(moving)
        self.assertAlmostEqual(float(loss(wanted, wanted)), 0.0, places=5)
        self.assertGreater(float(loss(voice(lambda t: 700 + 400 * torch.sin(9 * t)), wanted)),
                           3 * float(loss(voice(moving, phase=lambda k: k * k), wanted)))

    @skipped_without_its_packages
    def test_a_fricative_that_is_far_softer_than_a_vowel_is_missed(self):
        from wave_losses import CepstralLoss

        vowel = 0.2 * torch.sin(2 * torch.pi * 500 * torch.arange(4800) / 24000)
        fricative = 1e-3 * torch.randn(4800, generator=torch.Generator().manual_seed(1))
        wanted = torch.cat([vowel, fricative])[None]
        made = torch.cat([vowel, torch.zeros(4800)])[None]
        self.assertGreater(float(CepstralLoss()(made, wanted)), 0.3)
        heard, silence = self.listener.mel(fricative[None]), self.listener.mel(torch.zeros(1, 4800))
        self.assertGreater(float((heard - silence)[..., 1:-1].mean()), 0.5)

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
class WeakSoundsTest(unittest.TestCase):
    """What puts weak or loud sounds right, to see which of them cost words."""

    @skipped_without_its_packages
    def setUp(self):
        from weak_sounds import Cells

        torch.manual_seed(0)
        self.cells = Cells()
        self.made, self.wanted = 0.02 * torch.randn(24000), 0.02 * torch.randn(24000)
        self.wanted[12000:] *= 0.01
        self.weak = self.power(self.wanted) < 1e-3

    def power(self, samples):
        return self.cells.power(self.cells.spectrum(samples))

    def missed(self, made, where):
        return float((self.power(made).log() - self.power(self.wanted).log()).abs()[where].mean())

    def test_only_the_chosen_cells_are_put_right(self):
        nowhere, everywhere = torch.zeros_like(self.weak), torch.ones_like(self.weak)
        torch.testing.assert_close(self.cells.corrected(self.made, self.wanted, nowhere), self.made, atol=1e-5, rtol=0)
        corrected = self.cells.corrected(self.made, self.wanted, self.weak)
        self.assertLess(self.missed(corrected, self.weak), 0.2 * self.missed(self.made, self.weak))
        self.assertGreater(self.missed(corrected, ~self.weak), 0.8 * self.missed(self.made, ~self.weak))
        corrected = self.cells.corrected(self.made, self.wanted, everywhere)
        self.assertLess(self.missed(corrected, everywhere), 0.5 * self.missed(self.made, everywhere))


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


if __name__ == "__main__":
    unittest.main(verbosity=2)
