# SPDX-License-Identifier: Apache-2.0
"""Pitch of speech: how it is tracked, written as a code, and what sound has exactly the pitch of its codes.

A spectrogram does not say where in its cycle a voice is, so a decoder that knows no more can only blur the harmonics.
One code of every codec frame therefore says how many quarter cycles of the fundamental the frame has, and in which
quarter it begins: 128 x 4 codes. The next frame begins where this one ends, which is easy to predict.

Real speech does not have whole quarter cycles in a frame. `follow` moves its samples by fractions of a millisecond, so
that it does: what is then to be decoded has a phase that the codes know.
"""
import numpy as np
import torch
import torch.nn.functional as F

from corpus import FRAME, SAMPLE_RATE

HOPS = 8  # pitch values of a codec frame, one every 10 ms
HOP = FRAME // HOPS
PITCH_GROUP = 1  # the code of a frame that is its pitch
PHASES = 4  # of a cycle
FEWEST = 20  # quarter cycles of a frame: 62.5 Hz
COUNTS = 128  # up to 459 Hz
SILENT = 120.0  # Hz, of an utterance without voice

DECIMATION = 3
RATE = SAMPLE_RATE // DECIMATION
WINDOW = 320  # samples at RATE, 40 ms
SHORTEST, LONGEST = 17, 135  # lags at RATE
CANDIDATES = 5
UNVOICED_STRENGTH, OCTAVE_COST, JUMP_COST, VOICING_COST, SILENCE = 0.5, 0.03, 0.6, 0.2, 0.02
TAPS = range(-2, 4)  # samples that a moved one is interpolated from (Lagrange)
DEMODULATION = 600  # samples, 25 ms: width of the window that the phase is measured in


def autocorrelation(samples):
    """samples [batch, n] -> normalised autocorrelation [batch, n / HOP, lags] and level of the middle of every hop."""
    kernel = torch.hann_window(6 * DECIMATION + 1, periodic=False)
    kernel = (kernel / kernel.sum())[None, None]
    low = F.conv1d(samples[:, None], kernel, padding=3 * DECIMATION, stride=DECIMATION)[:, 0]
    step = HOP // DECIMATION
    padded = F.pad(low, (WINDOW // 2 - step // 2, WINDOW))
    frames = padded.unfold(1, WINDOW, step)[:, : samples.shape[1] // HOP]
    frames = frames - frames.mean(2, keepdim=True)
    level = frames.pow(2).mean(2).sqrt()
    window = torch.hann_window(WINDOW)

    def correlate(x):
        return torch.fft.irfft(torch.fft.rfft(x, 2 * WINDOW).abs().pow(2))[..., : LONGEST + 2]

    lags = correlate(frames * window) / correlate(window)
    return lags / (lags[..., :1] + 1e-7), level


def candidates(lags):
    """The strongest peaks of every hop: period in samples at RATE and strength, [batch, hops, CANDIDATES]."""
    left, here, right = lags[..., SHORTEST - 1:-2], lags[..., SHORTEST:-1], lags[..., SHORTEST + 1:]
    is_peak = (here >= left) & (here > right) & (here > 0)
    curve = (2 * here - left - right).clamp(min=1e-6)
    offset = ((right - left) / (2 * curve)).clamp(-0.5, 0.5)
    period = torch.arange(SHORTEST, SHORTEST + here.shape[-1]) + offset
    strength = torch.where(is_peak, here + (right - left) * offset / 4, -1.0)
    favoured = strength - OCTAVE_COST * torch.log2(period / SHORTEST)
    chosen = favoured.topk(CANDIDATES, -1)
    return period.gather(-1, chosen.indices), strength.gather(-1, chosen.indices), chosen.values


def best_path(costs, period):
    """Viterbi over [batch, hops, states], the last of which is the unvoiced one."""
    octaves = torch.log2(period)
    scores, back = costs[:, 0], []
    unvoiced = torch.zeros(costs.shape[2], dtype=torch.bool)
    unvoiced[-1] = True
    change = (unvoiced[:, None] != unvoiced[None]) * VOICING_COST
    both = ~unvoiced[:, None] & ~unvoiced[None]
    for hop in range(1, costs.shape[1]):
        jump = (octaves[:, hop - 1, :, None] - octaves[:, hop, None, :]).abs() * JUMP_COST
        best = (scores[:, :, None] + torch.where(both, jump, change)).min(1)
        back.append(best.indices)
        scores = best.values + costs[:, hop]
    state = scores.argmin(1)
    path = [state]
    for indices in reversed(back):
        state = indices.gather(1, state[:, None])[:, 0]
        path.append(state)
    return torch.stack(path[::-1], 1)


@torch.no_grad()
def track(samples):
    """samples [batch, n] -> f0 in Hz, 0 where there is no voice, and periodicity 0..1, both [batch, n / HOP].

    Autocorrelation peaks and a cheapest path through them (after Boersma, 1993)."""
    lags, level = autocorrelation(samples)
    period, strength, favoured = candidates(lags)
    loudest = level.amax(1, keepdim=True)
    unvoiced = UNVOICED_STRENGTH + (1 - level / (SILENCE * loudest + 1e-6)).clamp(min=0)
    costs = -torch.cat([favoured, unvoiced[..., None]], -1)
    path = best_path(costs, torch.cat([period, torch.ones_like(period[..., :1])], -1))
    voiced = path < CANDIDATES
    index = path.clamp(max=CANDIDATES - 1)[..., None]
    f0 = torch.where(voiced, RATE / period.gather(-1, index)[..., 0], 0.0)
    periodicity = strength.amax(-1).clamp(0, 1) * (level / (level + SILENCE * loudest / 2 + 1e-6))
    return f0, periodicity


def continuous(f0):
    """f0 [hops] with the gaps filled by straight lines."""
    voiced = np.flatnonzero(f0 > 0)
    if not len(voiced):
        return np.full(len(f0), SILENT)
    return np.interp(np.arange(len(f0)), voiced, f0[voiced])


def cycles(samples, f0):
    """Cycles of the fundamental since the start, at the n / HOP + 1 borders of the hops: samples [n], f0 [n / HOP].

    The phase is measured where there is voice, by demodulation with the tracked pitch; where there is none it goes on
    at the pitch around, adjusted to arrive at the phase of the next voice."""
    hops = len(f0)
    smooth = continuous(f0)
    rate = np.interp(np.arange(hops * HOP), (np.arange(hops) + 0.5) * HOP, smooth)
    tracked = np.cumsum(rate) / SAMPLE_RATE
    carrier = samples * np.exp(-2j * np.pi * tracked)
    window = np.hanning(DEMODULATION)
    padded = np.pad(carrier, DEMODULATION // 2)
    borders = np.arange(hops + 1) * HOP
    measured = np.lib.stride_tricks.sliding_window_view(padded, DEMODULATION)[
        np.minimum(borders, len(padded) - DEMODULATION)] @ window
    grid = np.concatenate([[0.0], tracked])[borders]
    voiced = f0 > 0
    known = np.flatnonzero(np.concatenate([voiced[:1], voiced[1:] & voiced[:-1], voiced[-1:]]))
    if not len(known):
        return grid
    late = np.unwrap(np.angle(measured[known])) / (2 * np.pi)
    late -= np.round(late[0])
    return grid + np.interp(np.arange(hops + 1), known, late)


def encode(true_cycles):
    """Cycles at the borders of the hops -> pitch codes [frames]."""
    quarters = np.round(true_cycles[::HOPS] * PHASES).astype(np.int64)
    counts = np.clip(np.diff(quarters), FEWEST, FEWEST + COUNTS - 1)
    return (counts - FEWEST) * PHASES + quarters[:-1] % PHASES


def counts_of(codes):
    return codes // PHASES + FEWEST


def phase_after(codes):
    """The phase in which the next frame begins."""
    return (codes // PHASES + FEWEST + codes % PHASES) % PHASES


def begin_at_zero(codes):
    """The same pitch, with the phases of an utterance whose first frame begins at phase 0; torch [frames]."""
    counts = codes // PHASES
    return counts * PHASES + (counts.cumsum(0) - counts + FEWEST * torch.arange(len(codes))) % PHASES


def trajectory(codes, steps=HOPS):
    """Cycles since the start at `steps` times of every frame and at the end, [frames * steps + 1], as a decoder can
    know them: each frame only from its own code and those before it.

    A cubic joins the phases at the ends of a frame. It begins at the mean pitch of the last frame and this one and ends
    at that of this one, so it wanders little; where the pitch changes, it has a step that nobody hears.
    """
    counts = counts_of(codes).astype(np.float64)[:, None]
    before = np.concatenate([counts[:1], counts[:-1]])
    start_slope, end_slope = (before + counts) / 2, counts
    t = (np.arange(steps) / steps)[None]
    part = (counts * (3 * t ** 2 - 2 * t ** 3) + start_slope * (t ** 3 - 2 * t ** 2 + t)
            + end_slope * (t ** 3 - t ** 2))
    starts = np.concatenate([[0.0], np.cumsum(counts)]) + codes[0] % PHASES
    return np.concatenate([(starts[:-1, None] + part).ravel(), starts[-1:]]) / PHASES


def moved(true_cycles, codes):
    """Where in the sound (in samples) the phase is that the codes have at every border of the hops."""
    wanted = trajectory(codes)
    wanted += round(float(np.median(true_cycles - wanted)))
    borders = np.arange(len(true_cycles)) * HOP
    return np.interp(wanted, true_cycles, borders) - borders


def follow(samples, shift, start, stop):
    """Samples start..stop of a sound that is moved by shift [n / HOP + 1], in samples."""
    times = np.arange(start, stop)
    position = times + np.interp(times, np.arange(len(shift)) * HOP, shift)
    whole = np.floor(position).astype(np.int64)
    after = (position - whole).astype(np.float32)
    out = np.zeros(stop - start, np.float32)
    for tap in TAPS:
        weight = np.prod([(after - other) / np.float32(tap - other) for other in TAPS if other != tap], axis=0)
        inside = np.clip(whole + tap, 0, len(samples) - 1)
        out += weight * samples[inside]
    return out
