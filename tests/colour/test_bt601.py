"""BT.601: what must always hold of it; what holds of every space is in test_space."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from clfnet.colour.bt601 import Float, luma, with_luma

UNIT = st.floats(0, 1, width=32)
COLOURS = arrays(np.float32, (4, 5, 3), elements=UNIT)
GREYS = arrays(np.float32, (4, 5), elements=UNIT)


def _reference_cb_cr(rgb: Float) -> tuple[Float, Float]:
    """BT.601 as it is written, full range, without the offset of 128."""
    r, g, b = np.moveaxis(rgb.astype(np.float64), 2, 0)
    cb = -0.168736 * r - 0.331264 * g + 0.5 * b
    cr = 0.5 * r - 0.418688 * g - 0.081312 * b
    return cb, cr


@given(COLOURS)
def test_luma_is_bt601(rgb: Float) -> None:
    cb, cr = _reference_cb_cr(rgb)
    np.testing.assert_allclose((rgb[..., 2] - luma(rgb)) / 1.772, cb, atol=2e-6)
    np.testing.assert_allclose((rgb[..., 0] - luma(rgb)) / 1.402, cr, atol=2e-6)


@given(COLOURS, GREYS)
def test_chroma_is_scaled_and_never_up(rgb: Float, new: Float) -> None:
    before, after = _reference_cb_cr(rgb), _reference_cb_cr(with_luma(rgb, new))
    np.testing.assert_allclose(before[0] * after[1], before[1] * after[0], atol=4e-6)  # the hue
    for old, kept in zip(before, after, strict=True):
        assert (np.abs(kept) <= np.abs(old) + 1e-6).all()
        assert (kept * old >= -1e-6).all()


@given(COLOURS, GREYS)
def test_chroma_that_fits_is_kept_in_the_light(rgb: Float, new: Float) -> None:
    lit = (0.5 + rgb / 16).astype(np.float32)
    near = (luma(lit) + (new - 0.5) / 4).astype(np.float32)
    before, after = _reference_cb_cr(lit), _reference_cb_cr(with_luma(lit, near))
    np.testing.assert_allclose(np.stack(after), np.stack(before), atol=1e-6)


def test_the_guard_s_formula() -> None:
    rgb = np.array([[[0.02, 0.08, 0.05]] * 2], np.float32)
    old = 0.299 * 0.02 + 0.587 * 0.08 + 0.114 * 0.05
    before, _ = _reference_cb_cr(rgb)
    after, _ = _reference_cb_cr(with_luma(rgb, np.array([[old / 2, old * 9]], np.float32)))
    np.testing.assert_allclose(after / before, [[1 / 2, 1 / 3]], rtol=1e-4)
