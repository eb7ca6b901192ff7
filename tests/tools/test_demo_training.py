# SPDX-License-Identifier: Apache-2.0
"""What the two trainings of the demo voice share. What a test needs and is not installed skips it."""
import tempfile
import unittest
from pathlib import Path

from demo_tools import needs_torch, torch


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


if __name__ == "__main__":
    unittest.main(verbosity=2)
