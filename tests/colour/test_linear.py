"""Linear light: what must always hold of it; what holds of every space is in test_space."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from clfnet.colour.linear import Float, luma, with_luma

UNIT = st.floats(0, 1, width=32)
COLOURS = arrays(np.float32, (4, 5, 3), elements=UNIT)
GREYS = arrays(np.float32, (4, 5), elements=UNIT)


def _reference_light(rgb: Float) -> NDArray[np.float64]:
    flat = [
        ((v + 0.055) / 1.055) ** 2.4 if v > 0.04045 else v / 12.92 for v in rgb.ravel().tolist()
    ]
    return np.array(flat).reshape(rgb.shape)


def _reference_luminance(rgb: Float) -> NDArray[np.float64]:
    light = _reference_light(rgb)
    luminance: NDArray[np.float64] = light @ np.array([0.2126, 0.7152, 0.0722])
    return luminance


@given(COLOURS)
def test_luma_is_the_grey_of_that_luminance(rgb: Float) -> None:
    np.testing.assert_allclose(_reference_light(luma(rgb)), _reference_luminance(rgb), atol=1e-6)


@given(COLOURS, GREYS)
def test_light_is_scaled_where_it_fits(rgb: Float, new: Float) -> None:
    found = _reference_light(with_luma(rgb, new, guard=False))
    light, old = _reference_light(rgb), _reference_luminance(rgb)
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled = light * (_reference_light(new) / old)[..., None]
    inside = (scaled.max(axis=2) < 1) & (old > 1e-6)
    np.testing.assert_allclose(found[inside], scaled[inside], atol=1e-5)


@given(COLOURS, GREYS, st.booleans())
def test_hue_of_light_is_kept(rgb: Float, new: Float, guard: bool) -> None:
    found = _reference_light(with_luma(rgb, new, guard=guard))
    before = _reference_light(rgb) - _reference_luminance(rgb)[..., None]
    after = found - found @ np.array([0.2126, 0.7152, 0.0722])[:, None]
    np.testing.assert_allclose(np.cross(before, after), 0, atol=1e-5)  # parallel
    assert ((before * after).sum(axis=2) >= -1e-6).all()


def test_the_guard_s_formula() -> None:
    rgb = np.array([[[0.02, 0.08, 0.05]] * 2], np.float32)
    old = luma(rgb)
    new = old * np.array([[0.5, 4]], np.float32)
    light = _reference_light(with_luma(rgb, new))
    chroma = light[..., 1] / _reference_luminance(with_luma(rgb, new)) - 1
    before = _reference_light(rgb)[..., 1] / _reference_luminance(rgb) - 1
    np.testing.assert_allclose(chroma / before, [[1, 4**-1.5]], rtol=1e-3)


@pytest.mark.parametrize("tiny", [0, 1e-45, 1e-38, 1e-20, 1e-12, 1e-8])
def test_near_black_is_no_trap(tiny: float) -> None:
    rgb = np.array([[[0, tiny, 0]]], np.float32)
    for guard in (True, False):
        found = with_luma(rgb, np.array([[0.6]], np.float32), guard=guard)
        assert np.isfinite(found).all()
        assert luma(found)[0, 0] == pytest.approx(0.6, abs=1e-5)
