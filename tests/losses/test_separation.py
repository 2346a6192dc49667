import pytest
import torch

from clfnet.losses import separation_loss


def test_matches_the_loop_over_elements() -> None:
    a, b, c = torch.randn(3, 2, 3, 4, 5, generator=torch.Generator().manual_seed(0)).double()
    total = 0.0
    for x, y, z in zip(*(each.flatten().tolist() for each in (a, b, c)), strict=True):
        total += 0.6 * abs(x * z) + 0.6 * abs(z * y)
    assert float(separation_loss(a, b, c)) == pytest.approx(total / a.numel())
