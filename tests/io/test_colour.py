"""Luma and chroma: what must always hold."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from clfnet.io.colour import Float, join, luma, split

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
def test_split_is_bt601(rgb: Float) -> None:
    _, chroma = split(rgb)
    cb, cr = _reference_cb_cr(rgb)
    np.testing.assert_allclose(chroma[..., 2] / 1.772, cb, atol=2e-6)
    np.testing.assert_allclose(chroma[..., 0] / 1.402, cr, atol=2e-6)


@given(COLOURS)
def test_join_undoes_split(rgb: Float) -> None:
    np.testing.assert_allclose(join(*split(rgb)), rgb, atol=1e-6)


@given(COLOURS, GREYS)
def test_join_stays_in_range_and_keeps_the_new_luma(rgb: Float, fused: Float) -> None:
    result = join(fused, split(rgb)[1])
    assert result.dtype == np.float32
    assert result.min() >= 0
    assert result.max() <= 1
    np.testing.assert_allclose(luma(result), fused, atol=1e-6)


@given(COLOURS, GREYS)
def test_join_only_scales_chroma_and_never_up(rgb: Float, fused: Float) -> None:
    chroma = split(rgb)[1]
    kept = join(fused, chroma) - fused[..., None]
    np.testing.assert_allclose(np.cross(kept, chroma), 0, atol=2e-6)  # parallel: the same hue
    assert (np.abs(kept) <= np.abs(chroma) + 1e-6).all()
    assert (kept * chroma >= -1e-6).all()


@given(GREYS)
def test_grey_stays_grey(grey: Float) -> None:
    rgb = np.repeat(grey[..., None], 3, axis=2)
    level, chroma = split(rgb)
    np.testing.assert_allclose(level, grey, atol=1e-6)
    assert np.abs(join(level, chroma) - rgb).max() < 1e-6


def test_chroma_fades_at_black_and_white() -> None:
    _, chroma = split(np.array([[[1, 0, 0], [0, 0, 1]]], np.float32))
    for level in (0, 1):
        end = np.full((1, 2), level, np.float32)
        np.testing.assert_array_equal(join(end, chroma), level)


def test_every_8_bit_colour_survives_the_round_trip() -> None:
    steps = np.arange(0, 256, 5)
    levels = np.stack(np.meshgrid(steps, steps, steps), -1).reshape(52, -1, 3)
    rgb: Float = (levels / 255).astype(np.float32)
    np.testing.assert_array_equal(np.rint(join(*split(rgb)) * 255), levels)
