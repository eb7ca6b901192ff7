# SPDX-License-Identifier: Apache-2.0
"""The nine voices of the demo model: which flite voice teaches each one, and how sox changes it."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Voice:
    """speed resamples (pitch, formants and rate together); tempo then changes the rate alone.

    share is the fraction of the base voice's sentences that this voice is heard with.
    """

    name: str
    base: str
    speed: float
    tempo: float
    share: float


VOICES = [
    Voice("ryan", "rms", 1.00, 1.00, 1.0),
    Voice("serena", "slt", 1.00, 1.00, 1.0),
    Voice("aiden", "rms", 1.14, 0.93, 0.3),
    Voice("vivian", "slt", 1.12, 0.95, 0.3),
    Voice("ono_anna", "slt", 1.22, 0.85, 0.3),
    Voice("sohee", "slt", 0.92, 1.06, 0.3),
    Voice("eric", "awb", 1.00, 1.00, 0.7),
    Voice("dylan", "awb", 1.13, 0.93, 0.7),
    Voice("uncle_fu", "kal16", 0.90, 1.08, 1.0),
]

# Fraction of all sentences that each flite voice speaks. No sentence is spoken by two of them.
BASE_SHARES = {"rms": 0.38, "slt": 0.38, "awb": 0.15, "kal16": 0.09}
