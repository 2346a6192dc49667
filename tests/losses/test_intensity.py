import math

import pytest
import torch

from clfnet.losses import intensity_loss


def test_matches_the_loop_over_pixels() -> None:
    torch.manual_seed(0)
    f, a, b = torch.rand(3, 1, 1, 4, 5, dtype=torch.float64) * 2 - 1
    for gain, mix in ((None, 0.0), (1.3, 0.0), (1.3, 0.2)):
        total = 0.0
        for fused, *sources in zip(*(x.flatten().tolist() for x in (f, a, b)), strict=True):
            target = (1 - mix) * max(sources) + mix * min(sources)
            total += abs(fused - (target if gain is None else math.tanh(gain * target)))
        got = float(intensity_loss(f, a, b, gain=gain, mix=mix))
        assert got == pytest.approx(total / 20)


def test_swapping_the_sources_changes_nothing() -> None:
    f, a, b = torch.rand(3, 1, 1, 4, 5)
    assert torch.equal(intensity_loss(f, a, b), intensity_loss(f, b, a))
