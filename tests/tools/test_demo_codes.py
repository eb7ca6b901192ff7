# SPDX-License-Identifier: Apache-2.0
"""The codes of the demo voice: envelope and pitch. What a test needs and is not installed skips it."""
import json
import unittest

from demo_tools import MODEL, TOOLS, needs_torch, np, skipped_without_its_packages, torch


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


if __name__ == "__main__":
    unittest.main(verbosity=2)
