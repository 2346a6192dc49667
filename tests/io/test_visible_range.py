"""Visible images that do not use their full scale."""

from pathlib import Path

import numpy as np
import pytest

from clfnet.errors import ConfigError
from clfnet.inference.fuser import Fuser
from clfnet.io.image import Image, write_image
from clfnet.io.visible_range import VisibleRange, hint

RNG = np.random.default_rng(0)


def _naive(level: int, low: int, high: int, full: int) -> int:
    return round(min(max((level - low) / (high - low), 0), 1) * full)


@pytest.mark.parametrize("text", ["0,4095", "100,900", "0,65535"])
@pytest.mark.parametrize("shape", [(5, 6), (5, 6, 1), (5, 6, 3)])
def test_levels_are_spread(text: str, shape: tuple[int, ...]) -> None:
    pixels = RNG.integers(0, 5000, shape).astype(np.uint16)
    found = VisibleRange.parse(text)
    assert found is not None
    expected = [_naive(int(level), *found, 65535) for level in pixels.ravel()]
    spread = found.spread(pixels)
    assert spread.dtype == np.uint16
    np.testing.assert_allclose(spread.ravel(), expected, atol=1)


@pytest.mark.parametrize("channels", [2, 4])
def test_alpha_stays(channels: int) -> None:
    pixels = RNG.integers(0, 4096, (4, 4, channels)).astype(np.uint16)
    found = VisibleRange(0, 4095).spread(pixels)
    np.testing.assert_array_equal(found[..., -1], pixels[..., -1])
    assert (found[..., 0] >= pixels[..., 0]).all()


@pytest.mark.parametrize("text", ["", "4095", "5,5", "9,1", "-1,9", "0,70000", "a,b", "1,2,3"])
def test_what_is_no_range(text: str) -> None:
    with pytest.raises(ConfigError, match="`visible_range` must be full or LOW,HIGH"):
        VisibleRange.parse(text)


def test_floats_are_no_levels() -> None:
    with pytest.raises(ConfigError, match="for whole levels only, got float32"):
        VisibleRange(0, 9).spread(np.zeros((2, 2), np.float32))


def test_the_hint() -> None:
    assert "--visible-range 0,1023" in hint(np.array([[900]], np.uint16))
    assert "--visible-range 0,16383" in hint(np.array([[16383]], np.uint16))
    for most, dtype in ((16384, np.uint16), (200, np.uint16), (0, np.uint16), (255, np.uint8)):
        assert hint(np.array([[most]], dtype)) == ""


def test_twelve_bits_in_sixteen(tmp_path: Path) -> None:
    """A file is fused as if it had been stored in its full scale; without, that is said."""
    heat = RNG.integers(0, 256, (20, 30)).astype(np.uint8)
    light = RNG.integers(0, 4096, (20, 30, 3)).astype(np.uint16)
    light[0, 0] = 4095
    full = np.rint(light / 4095 * 65535).astype(np.uint16)
    write_image(tmp_path / "ir.png", Image(heat))
    write_image(tmp_path / "low.png", Image(light))
    write_image(tmp_path / "full.png", Image(full))
    ir, low, high = (tmp_path / f"{name}.png" for name in ("ir", "low", "full"))
    spread = Fuser("average", visible_range="0,4095")
    np.testing.assert_array_equal(spread(ir, low), Fuser("average")(ir, high))
    record = spread.fuse_pair(spread.read(ir, low)).record
    assert record["visible_range"] == [0, 4095]
    assert "notes" not in record
    plain = Fuser("average")
    (note,) = plain.fuse_pair(plain.read(ir, low)).record["notes"]
    assert "of which 12 hold all levels" in note
    np.testing.assert_array_equal(
        spread.place(spread.read(ir, low)).light, plain.place(plain.read(ir, high)).light
    )
