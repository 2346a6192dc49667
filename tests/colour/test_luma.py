"""Luma and chroma: each space, what holds of both, and the parts that they share."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter

from clfnet.colour.luma import (
    BT601_WEIGHTS,
    BT709_WEIGHTS,
    DARK,
    LIT,
    SPACES,
    Float,
    Space,
    add_chroma,
    blend,
    bt601,
    find_space,
    kept_chroma,
    linear,
    linear_to_srgb,
    ratio,
    srgb_to_linear,
    weighted,
)
from clfnet.errors import ConfigError
from clfnet.io.image import read_image

UNIT = st.floats(0, 1, width=32)
COLOURS = arrays(np.float32, (4, 5, 3), elements=UNIT)
GREYS = arrays(np.float32, (4, 5), elements=UNIT)
CHROMA = arrays(np.float32, (4, 5, 3), elements=st.floats(-2, 2, width=32))

every_space = pytest.mark.parametrize("space", SPACES.values(), ids=SPACES)


# BT.601


def _reference_cb_cr(rgb: Float) -> tuple[Float, Float]:
    """BT.601 as it is written, full range, without the offset of 128."""
    r, g, b = np.moveaxis(rgb.astype(np.float64), 2, 0)
    cb = -0.168736 * r - 0.331264 * g + 0.5 * b
    cr = 0.5 * r - 0.418688 * g - 0.081312 * b
    return cb, cr


@given(COLOURS)
def test_luma_is_bt601(rgb: Float) -> None:
    cb, cr = _reference_cb_cr(rgb)
    np.testing.assert_allclose((rgb[..., 2] - bt601.luma(rgb)) / 1.772, cb, atol=2e-6)
    np.testing.assert_allclose((rgb[..., 0] - bt601.luma(rgb)) / 1.402, cr, atol=2e-6)


@given(COLOURS, GREYS)
def test_chroma_is_scaled_and_never_up(rgb: Float, new: Float) -> None:
    before, after = _reference_cb_cr(rgb), _reference_cb_cr(bt601.with_luma(rgb, new))
    np.testing.assert_allclose(before[0] * after[1], before[1] * after[0], atol=4e-6)  # the hue
    for old, kept in zip(before, after, strict=True):
        assert (np.abs(kept) <= np.abs(old) + 1e-6).all()
        assert (kept * old >= -1e-6).all()


@given(COLOURS, GREYS)
def test_chroma_that_fits_is_kept_in_the_light(rgb: Float, new: Float) -> None:
    lit = (0.5 + rgb / 16).astype(np.float32)
    near = (bt601.luma(lit) + (new - 0.5) / 4).astype(np.float32)
    before, after = _reference_cb_cr(lit), _reference_cb_cr(bt601.with_luma(lit, near))
    np.testing.assert_allclose(np.stack(after), np.stack(before), atol=1e-6)


def test_the_guard_s_formula_in_bt601() -> None:
    rgb = np.array([[[0.02, 0.08, 0.05]] * 2], np.float32)
    old = 0.299 * 0.02 + 0.587 * 0.08 + 0.114 * 0.05
    before, _ = _reference_cb_cr(rgb)
    after, _ = _reference_cb_cr(bt601.with_luma(rgb, np.array([[old / 2, old * 9]], np.float32)))
    np.testing.assert_allclose(after / before, [[1 / 2, 1 / 3]], rtol=1e-4)


# Linear light


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
    np.testing.assert_allclose(
        _reference_light(linear.luma(rgb)), _reference_luminance(rgb), atol=1e-6
    )


@given(COLOURS, GREYS)
def test_light_is_scaled_where_it_fits(rgb: Float, new: Float) -> None:
    found = _reference_light(linear.with_luma(rgb, new, guard=False))
    light, old = _reference_light(rgb), _reference_luminance(rgb)
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled = light * (_reference_light(new) / old)[..., None]
    inside = (scaled.max(axis=2) < 1) & (old > 1e-6)
    np.testing.assert_allclose(found[inside], scaled[inside], atol=1e-5)


@given(COLOURS, GREYS, st.booleans())
def test_hue_of_light_is_kept(rgb: Float, new: Float, guard: bool) -> None:
    found = _reference_light(linear.with_luma(rgb, new, guard=guard))
    before = _reference_light(rgb) - _reference_luminance(rgb)[..., None]
    after = found - found @ np.array([0.2126, 0.7152, 0.0722])[:, None]
    np.testing.assert_allclose(np.cross(before, after), 0, atol=1e-5)  # parallel
    assert ((before * after).sum(axis=2) >= -1e-6).all()


def test_the_guard_s_formula_in_linear_light() -> None:
    rgb = np.array([[[0.02, 0.08, 0.05]] * 2], np.float32)
    old = linear.luma(rgb)
    new = old * np.array([[0.5, 4]], np.float32)
    light = _reference_light(linear.with_luma(rgb, new))
    chroma = light[..., 1] / _reference_luminance(linear.with_luma(rgb, new)) - 1
    before = _reference_light(rgb)[..., 1] / _reference_luminance(rgb) - 1
    np.testing.assert_allclose(chroma / before, [[1, 4**-1.5]], rtol=1e-3)


@pytest.mark.parametrize("tiny", [0, 1e-45, 1e-38, 1e-20, 1e-12, 1e-8])
def test_near_black_is_no_trap(tiny: float) -> None:
    rgb = np.array([[[0, tiny, 0]]], np.float32)
    for guard in (True, False):
        found = linear.with_luma(rgb, np.array([[0.6]], np.float32), guard=guard)
        assert np.isfinite(found).all()
        assert linear.luma(found)[0, 0] == pytest.approx(0.6, abs=1e-5)


# Every space


@every_space
def test_a_large_image_is_its_rows_one_by_one(space: Space) -> None:
    rng = np.random.default_rng(0)
    rgb = rng.choice([0, 0.05, 0.2, 0.4, 0.7, 1], (150, 601, 3)).astype(np.float32)
    new = rng.choice([0, 0.1, 0.5, 1], (150, 601)).astype(np.float32)
    rows = [space.with_luma(rgb[y : y + 1], new[y : y + 1]) for y in range(150)]
    np.testing.assert_array_equal(space.with_luma(rgb, new), np.concatenate(rows))


def _levels(bits: int) -> tuple[Float, Float]:
    full = 2**bits - 1
    if bits == 8:
        steps = np.arange(0, 256, 5)
        levels = np.stack(np.meshgrid(steps, steps, steps), -1).reshape(52, -1, 3)
    else:
        levels = np.random.default_rng(0).integers(0, full, (300, 300, 3), endpoint=True)
        levels[:100] //= 100  # the dark needs care
    return (levels / full).astype(np.float32), levels.astype(np.float32)


@every_space
@pytest.mark.parametrize("bits", [8, 16])
def test_its_own_luma_changes_nothing(bits: int, space: Space) -> None:
    rgb, levels = _levels(bits)
    found = space.with_luma(rgb, space.luma(rgb))
    np.testing.assert_array_equal(np.rint(found * np.float32(2**bits - 1)), levels)


@every_space
@given(rgb=COLOURS, new=GREYS, guard=st.booleans())
def test_the_new_luma_is_met_in_range(rgb: Float, new: Float, guard: bool, space: Space) -> None:
    rgb.setflags(write=False)
    found = space.with_luma(rgb, new, guard=guard)
    assert found.dtype == space.luma(rgb).dtype == np.float32
    assert (found.min() >= 0, found.max() <= 1) == (True, True)
    np.testing.assert_allclose(space.luma(found), new, atol=1e-5)


@every_space
@given(grey=GREYS, new=GREYS)
def test_grey_stays_grey(grey: Float, new: Float, space: Space) -> None:
    rgb = np.repeat(grey[..., None], 3, axis=2)
    np.testing.assert_allclose(space.luma(rgb), grey, atol=1e-6)
    found = space.with_luma(rgb, new)
    np.testing.assert_allclose(found, np.repeat(new[..., None], 3, axis=2), atol=1e-5)


@every_space
def test_chroma_fades_at_black_and_white(space: Space) -> None:
    rgb = np.array([[[1, 0, 0], [0, 0, 1]]], np.float32)
    for level in (0, 1):
        end = np.full((1, 2), level, np.float32)
        np.testing.assert_allclose(space.with_luma(rgb, end), level, atol=1e-6)


@every_space
@given(rgb=COLOURS, new=GREYS)
def test_the_guard_leaves_lit_colours_to_the_bit(rgb: Float, new: Float, space: Space) -> None:
    lit = np.maximum(rgb, np.array([LIT, 0, 0], np.float32))
    np.testing.assert_array_equal(space.with_luma(lit, new), space.with_luma(lit, new, guard=False))


@every_space
def test_a_bright_person_in_the_dark_is_no_blotch(space: Space) -> None:
    """Coloured noise around black, made bright: hardly a colour, where it were one unguarded."""
    rng = np.random.default_rng(0)
    rgb = np.clip(rng.normal(0.03, 0.015, (64, 64, 3)), 0, 1).astype(np.float32)
    bright = np.full((64, 64), 0.7, np.float32)
    spread = [np.ptp(space.with_luma(rgb, bright, guard=g), axis=2).mean() for g in (False, True)]
    assert spread[1] < 0.012
    assert spread[1] < spread[0] / 2


@every_space
@pytest.mark.parametrize("name", ["00028N", "00036N"])
def test_noise_of_night_does_not_rise(name: str, space: Space, shared: Path) -> None:
    """On real night streets, with the brighter of both as the fused luma."""
    folder = shared / "data/msrs"
    infrared, rgb = (_read(folder / kind / f"{name}.png") for kind in ("ir", "vi"))
    heat = infrared if infrared.ndim == 2 else infrared[..., 0]
    fused = space.with_luma(rgb, np.maximum(heat, space.luma(rgb)))
    raised = (rgb.max(axis=2) < 0.1) & (heat > 0.3)  # people
    assert raised.sum() > 1000
    assert _noise(fused)[raised].mean() < _noise(rgb)[raised].mean()


def _read(path: Path) -> Float:
    return read_image(path).pixels.astype(np.float32) / np.float32(255)


def _noise(rgb: Float) -> Float:
    """Local deviation of R − G and B − G."""
    opponents = (rgb[..., 0] - rgb[..., 1], rgb[..., 2] - rgb[..., 1])
    variances = [uniform_filter(o * o, 7) - uniform_filter(o, 7) ** 2 for o in opponents]
    deviation: Float = np.sqrt(np.maximum(sum(variances), 0))
    return deviation


@every_space
def test_find(space: Space) -> None:
    assert any(find_space(name) is space for name in SPACES)
    with pytest.raises(ConfigError, match=r"`space` must be one of bt601, linear, got 'hsv'"):
        find_space("hsv")


# Chroma that fits is kept; chroma that does not is scaled, whole


def _reference_sum(grey: float, chroma: Float) -> list[float]:
    """Shrink the step from grey until R, G and B are inside, one bound after the other."""
    factor = 1.0
    for step in chroma.astype(float):
        if grey + step > 1:
            factor = min(factor, (1 - grey) / step)
        if grey + step < 0:
            factor = min(factor, -grey / step)
    return [grey + step * factor for step in chroma.astype(float)]


@given(GREYS, CHROMA)
def test_colours_are_scaled_toward_grey(grey: Float, chroma: Float) -> None:
    found = add_chroma(grey, chroma)
    assert found.dtype == np.float32
    assert (found.min() >= 0, found.max() <= 1) == (True, True)
    for place in np.ndindex(4, 5):
        expected = _reference_sum(float(grey[place]), chroma[place])
        np.testing.assert_allclose(found[place], expected, atol=1e-6)


# A weighted sum that is rounded in one way, whatever the image's shape


@pytest.mark.parametrize("weights", [BT601_WEIGHTS, BT709_WEIGHTS])
def test_it_is_the_sum(weights: Float) -> None:
    rgb = np.random.default_rng(0).random((5, 7, 3), np.float32)
    r, g, b = map(float, weights)
    naive = [[float(p[0]) * r + float(p[1]) * g + float(p[2]) * b for p in row] for row in rgb]
    np.testing.assert_allclose(weighted(rgb, weights), naive, atol=1e-7)
    white = weighted(np.ones((1, 1, 3), np.float32), weights)
    assert white.item() <= 1


@pytest.mark.parametrize("weights", [BT601_WEIGHTS, BT709_WEIGHTS])
def test_a_part_of_an_image_is_rounded_as_the_whole(weights: Float) -> None:
    rgb = np.random.default_rng(0).random((101, 131, 3), np.float32)
    whole = weighted(rgb, weights)
    for part in (np.s_[:1], np.s_[:, :1], np.s_[3:10, 5:80], np.s_[:, 1::2], np.s_[50, None]):
        assert (weighted(np.array(rgb[part]), weights) == whole[part]).all()
        assert (weighted(rgb[part], weights) == whole[part]).all()


# The saturation guard


def _grey(levels: Float) -> Float:
    return np.repeat(levels[None, :, None], 3, axis=2)


def test_kept_in_the_light_to_the_bit() -> None:
    levels = np.linspace(LIT, 1, 1001, dtype=np.float32)
    levels[0] = LIT
    np.testing.assert_array_equal(kept_chroma(_grey(levels), np.zeros((1, 1001), np.float32)), 1)


def test_faded_in_the_dark() -> None:
    levels = np.linspace(0, DARK, 101, dtype=np.float32)
    share = np.linspace(0, 1, 101, dtype=np.float32)[None]
    np.testing.assert_allclose(kept_chroma(_grey(levels), share), share, atol=1e-6)


def test_smooth_between() -> None:
    levels = np.linspace(0, 0.5, 1001, dtype=np.float32)
    kept = kept_chroma(_grey(levels), np.full((1, 1001), 0.2, np.float32))
    steps = np.diff(-np.log(kept[0]) / np.log(0.2))
    assert (steps >= -1e-6).all()
    assert steps.max() < 1.5 / (LIT - DARK) * 0.0005 * 1.01  # the steepest slope of the cubic


def test_unchanged_luma_changes_nothing() -> None:
    rgb = np.random.default_rng(0).random((9, 9, 3), np.float32)
    np.testing.assert_allclose(kept_chroma(rgb, np.ones((9, 9), np.float32)), 1, atol=1e-6)


def test_the_brightest_channel_counts() -> None:
    blue = np.array([[[0, 0, LIT]]], np.float32)
    assert kept_chroma(blue, np.zeros((1, 1), np.float32)) == 1


@pytest.mark.parametrize(
    ("a", "b", "expected"), [(0, 0, 1), (0, 1, 0), (1, 0, 1), (0.1, 0.4, 0.25)]
)
def test_ratio(a: float, b: float, expected: float) -> None:
    pair = (np.array([[a]], np.float32), np.array([[b]], np.float32))
    assert ratio(*pair)[0, 0] == pytest.approx(expected)


# The curve of sRGB: published values, and there and back


@pytest.mark.parametrize(
    ("stored", "light"),
    [(0, 0), (10 / 255, 0.0030353), (11 / 255, 0.0033465), (0.5, 0.2140411), (1, 1)],
)
def test_published_values(stored: float, light: float) -> None:
    assert srgb_to_linear(np.array([stored], np.float32))[0] == pytest.approx(light, abs=1e-7)
    assert linear_to_srgb(np.array([light], np.float32))[0] == pytest.approx(stored, abs=1e-5)


def test_every_16_bit_level_survives_there_and_back() -> None:
    levels = np.arange(65536)
    stored = (levels / 65535).astype(np.float32)
    found = linear_to_srgb(srgb_to_linear(stored))
    assert found.dtype == np.float32
    np.testing.assert_array_equal(np.rint(found * 65535), levels)
    assert (np.diff(srgb_to_linear(stored)) > 0).all()


# From visible to fused


@given(GREYS, GREYS)
def test_the_ends_are_exact(visible: Float, fused: Float) -> None:
    np.testing.assert_array_equal(blend(visible, fused, 0), visible)
    np.testing.assert_array_equal(blend(visible, fused, 1), fused)


@given(GREYS, GREYS, st.floats(0, 1), st.floats(0, 1))
def test_between_it_goes_one_way(visible: Float, fused: Float, one: float, other: float) -> None:
    less, more = (blend(visible, fused, s) for s in sorted((one, other)))
    assert less.dtype == np.float32
    np.testing.assert_allclose(less, visible + min(one, other) * (fused - visible), atol=1e-6)
    assert (np.abs(more - visible) >= np.abs(less - visible) - 2e-7).all()


@given(GREYS, st.floats(0, 1))
def test_equal_images_stay(image: Float, strength: float) -> None:
    np.testing.assert_array_equal(blend(image, image, strength), image)


@pytest.mark.parametrize("strength", [-0.1, 1.1, float("nan")])
def test_strength_out_of_range(strength: float) -> None:
    with pytest.raises(ConfigError, match=rf"`strength` must be in \[0, 1\], got {strength}"):
        blend(np.zeros((1, 1), np.float32), np.zeros((1, 1), np.float32), strength)
