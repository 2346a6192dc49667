"""Palettes: ends, order of lightness, and heat that can be read back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from clfnet.colour.palette import PALETTES, Float, paint
from clfnet.errors import ConfigError

RAMP: Float = np.linspace(0, 1, 256, dtype=np.float32)
RISING = ("ironbow", "whitehot", "lava", "arctic", "green")


def _reference_lightness(rgb: Float) -> NDArray[np.float64]:
    """L* of CIELAB."""
    v = rgb.astype(np.float64)
    light = np.where(v > 0.04045, ((v + 0.055) / 1.055) ** 2.4, v / 12.92)
    y = light @ np.array([0.2126, 0.7152, 0.0722])
    lightness: NDArray[np.float64] = np.where(
        y > 216 / 24389, 116 * np.cbrt(y) - 16, y * 24389 / 27
    )
    return lightness


@pytest.mark.parametrize("name", PALETTES)
def test_colours(name: str) -> None:
    colours = paint(name, RAMP)
    assert colours.shape == (256, 3)
    assert colours.dtype == np.float32
    assert (colours.min() >= 0, colours.max() <= 1) == (True, True)
    assert np.abs(np.diff(colours, axis=0)).max() < 0.05  # no edge that the heat does not have
    assert len(np.unique(np.rint(colours * 255), axis=0)) > 200
    ends = ["".join(f"{round(float(c) * 255):02x}" for c in colours[end]) for end in (0, -1)]
    assert ends == [PALETTES[name][0], PALETTES[name][-1]]


@pytest.mark.parametrize("name", RISING)
def test_hotter_is_lighter(name: str) -> None:
    assert (np.diff(_reference_lightness(paint(name, RAMP))) > 0).all()


def test_blackhot_is_darker_where_it_is_hot() -> None:
    np.testing.assert_allclose(paint("blackhot", RAMP), 1 - paint("whitehot", RAMP), atol=1e-7)


def test_rainbow_runs_from_blue_over_green_to_red() -> None:
    cold, middle, hot = paint("rainbow", np.array([0.1, 0.5, 1], np.float32))
    assert [int(c.argmax()) for c in (cold, middle, hot)] == [2, 1, 0]


@given(arrays(np.float32, (3, 4), elements=st.floats(0, 1, width=32)))
def test_whitehot_is_the_thermal_picture(heat: Float) -> None:
    np.testing.assert_allclose(paint("whitehot", heat), np.repeat(heat[..., None], 3, 2), atol=1e-6)


@pytest.mark.parametrize("name", ["ironbow", "lava"])
def test_the_grey_version_is_the_thermal_picture(name: str) -> None:
    np.testing.assert_allclose(paint(name, RAMP) @ [0.299, 0.587, 0.114], RAMP, atol=1e-6)


@pytest.mark.parametrize(
    ("name", "hint"), [("ironbw", "Did you mean ironbow"), ("x", r"got 'x'\.$")]
)
def test_unknown(name: str, hint: str) -> None:
    with pytest.raises(ConfigError, match=hint):
        paint(name, RAMP)
