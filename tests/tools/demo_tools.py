# SPDX-License-Identifier: Apache-2.0
"""What the tests of the demo voice's pipeline share. Importing it lets them import the tools."""
import functools
import sys
import unittest
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

needs_numpy = unittest.skipIf(np is None, "numpy is not installed")
needs_torch = unittest.skipIf(np is None or torch is None, "torch or numpy is not installed")


def skipped_without_its_packages(test):
    """What a tool of the pipeline imports need not be installed."""
    @functools.wraps(test)
    def attempt(self):
        try:
            test(self)
        except ModuleNotFoundError as error:
            self.skipTest(f"{error.name} is not installed")

    return attempt
