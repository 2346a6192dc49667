import numpy as np
import pytest

from clfnet.methods.classical import Plane
from clfnet.methods.pyramid import expand, reduce
from clfnet.methods.ratio import DARK, ratio


def _reference_ratio(infrared: Plane, visible: Plane, levels: int) -> Plane:
    """One level and the rest below it, place by place; the pyramid has its own test."""
    if levels == 0 or min(infrared.shape) == 1:
        return (infrared + visible) / 2
    low_a, low_b = reduce(infrared), reduce(visible)
    ratios = infrared / expand(low_a, infrared), visible / expand(low_b, visible)
    fused = expand(_reference_ratio(low_a, low_b, levels - 1), infrared)
    for at in np.ndindex(fused.shape):
        fused[at] *= max(ratios[0][at], ratios[1][at], key=lambda value: abs(value - 1))
    return fused


@pytest.mark.parametrize("levels", [0, 1, 3, 9])
def test_reference(levels: int, pair: tuple[Plane, Plane]) -> None:
    lit = [image + 1 / 255 for image in pair]
    expected = _reference_ratio(lit[0], lit[1], levels) - 1 / 255
    np.testing.assert_allclose(ratio(*pair, levels=levels), expected, rtol=1e-9, atol=1e-12)


def test_black_stays_finite() -> None:
    black = np.zeros((16, 16))
    spot = black.copy()
    spot[8, 8] = 1
    np.testing.assert_allclose(ratio(black, black), 0, atol=1e-12)
    assert np.isfinite(ratio(black, spot)).all()


def test_scales_with_the_light(pair: tuple[Plane, Plane]) -> None:
    """Contrast is relative: half the light gives half the result."""
    halved = ratio(*((image + DARK) / 2 - DARK for image in pair))
    np.testing.assert_allclose(halved + DARK, (ratio(*pair) + DARK) / 2, rtol=1e-9)
