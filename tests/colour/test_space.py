"""What holds of every space."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.ndimage import uniform_filter

from clfnet.colour.guard import LIT
from clfnet.colour.space import SPACES, Float, Space, find_space
from clfnet.errors import ConfigError
from clfnet.io.image import read_image

UNIT = st.floats(0, 1, width=32)
COLOURS = arrays(np.float32, (4, 5, 3), elements=UNIT)
GREYS = arrays(np.float32, (4, 5), elements=UNIT)

pytestmark = pytest.mark.parametrize("space", SPACES.values(), ids=SPACES)


def _levels(bits: int) -> tuple[Float, Float]:
    full = 2**bits - 1
    if bits == 8:
        steps = np.arange(0, 256, 5)
        levels = np.stack(np.meshgrid(steps, steps, steps), -1).reshape(52, -1, 3)
    else:
        levels = np.random.default_rng(0).integers(0, full, (300, 300, 3), endpoint=True)
        levels[:100] //= 100  # the dark needs care
    return (levels / full).astype(np.float32), levels.astype(np.float32)


@pytest.mark.parametrize("bits", [8, 16])
def test_its_own_luma_changes_nothing(bits: int, space: Space) -> None:
    rgb, levels = _levels(bits)
    found = space.with_luma(rgb, space.luma(rgb))
    np.testing.assert_array_equal(np.rint(found * np.float32(2**bits - 1)), levels)


@given(rgb=COLOURS, new=GREYS, guard=st.booleans())
def test_the_new_luma_is_met_in_range(rgb: Float, new: Float, guard: bool, space: Space) -> None:
    rgb.setflags(write=False)
    found = space.with_luma(rgb, new, guard=guard)
    assert found.dtype == space.luma(rgb).dtype == np.float32
    assert (found.min() >= 0, found.max() <= 1) == (True, True)
    np.testing.assert_allclose(space.luma(found), new, atol=1e-5)


@given(grey=GREYS, new=GREYS)
def test_grey_stays_grey(grey: Float, new: Float, space: Space) -> None:
    rgb = np.repeat(grey[..., None], 3, axis=2)
    np.testing.assert_allclose(space.luma(rgb), grey, atol=1e-6)
    found = space.with_luma(rgb, new)
    np.testing.assert_allclose(found, np.repeat(new[..., None], 3, axis=2), atol=1e-5)


def test_chroma_fades_at_black_and_white(space: Space) -> None:
    rgb = np.array([[[1, 0, 0], [0, 0, 1]]], np.float32)
    for level in (0, 1):
        end = np.full((1, 2), level, np.float32)
        np.testing.assert_allclose(space.with_luma(rgb, end), level, atol=1e-6)


@given(rgb=COLOURS, new=GREYS)
def test_the_guard_leaves_lit_colours_to_the_bit(rgb: Float, new: Float, space: Space) -> None:
    lit = np.maximum(rgb, np.array([LIT, 0, 0], np.float32))
    np.testing.assert_array_equal(space.with_luma(lit, new), space.with_luma(lit, new, guard=False))


def test_a_bright_person_in_the_dark_is_no_blotch(space: Space) -> None:
    """Coloured noise around black, made bright: hardly a colour, where it were one unguarded."""
    rng = np.random.default_rng(0)
    rgb = np.clip(rng.normal(0.03, 0.015, (64, 64, 3)), 0, 1).astype(np.float32)
    bright = np.full((64, 64), 0.7, np.float32)
    spread = [np.ptp(space.with_luma(rgb, bright, guard=g), axis=2).mean() for g in (False, True)]
    assert spread[1] < 0.012
    assert spread[1] < spread[0] / 2


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


def test_find(space: Space) -> None:
    assert any(find_space(name) is space for name in SPACES)
    with pytest.raises(ConfigError, match=r"`space` must be one of bt601, linear, got 'hsv'"):
        find_space("hsv")
