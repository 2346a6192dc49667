"""Images as callers give them."""

from pathlib import Path

import numpy as np
import pytest

from clfnet.errors import ConfigError
from clfnet.inference.arrays import from_unit, stacked, thermal_picture, to_unit, visible_array
from clfnet.io.image import Image, write_image
from clfnet.thermal import ThermalOptions


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_every_level_comes_back(dtype: type[np.uint8 | np.uint16]) -> None:
    levels = np.arange(np.iinfo(dtype).max + 1, dtype=dtype)[None]
    unit = to_unit(levels)
    assert unit.dtype == np.float32
    assert (unit.min(), unit.max()) == (0, 1)
    np.testing.assert_array_equal(from_unit(unit, levels.dtype), levels)


def test_8_bits_become_16_by_257() -> None:
    levels = np.arange(256, dtype=np.uint8)[None]
    np.testing.assert_array_equal(
        from_unit(to_unit(levels), np.dtype(np.uint16)), levels.astype(np.uint16) * 257
    )


def test_thermal_pictures_of_every_kind(tmp_path: Path) -> None:
    counts = np.array([[29315, 30315]], np.uint16)
    write_image(tmp_path / "a.png", Image(counts))
    np.save(tmp_path / "a.npy", counts.astype(np.int32))
    for source in (counts, counts.astype(np.int32), tmp_path / "a.png", str(tmp_path / "a.npy")):
        thermal = thermal_picture(source, ThermalOptions(kelvin_per_count=0.01))
        assert thermal.unit == "count"
        assert thermal.values.dtype == np.uint16
        assert thermal.celsius is not None
        np.testing.assert_allclose(thermal.celsius, [[20, 30]], atol=1e-4)
    assert thermal_picture(np.zeros((2, 2), np.uint8)).unit == "level"
    assert thermal_picture(np.full((2, 2), 21.5)).unit == "count"
    with pytest.raises(ConfigError, match="kelvin_per_count"):
        thermal_picture(np.zeros((2, 2), np.uint8), ThermalOptions(kelvin_per_count=0.01))


def test_colour_counts_as_its_luma() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (3, 4, 3), np.uint8)
    expected = (0.299 * rgb[..., 0] + 0.587 * rgb[..., 1] + 0.114 * rgb[..., 2]) / 255
    np.testing.assert_array_equal(thermal_picture(rgb).values, np.rint(expected * 255))
    floats = thermal_picture(rgb / np.float32(255)).values
    np.testing.assert_allclose(floats, expected, atol=1e-6)


def test_alpha_comes_along(tmp_path: Path) -> None:
    grey, alpha = np.array([[1, 2]], np.uint8), np.array([[3, 4]], np.uint8)
    expected = [[[1, 1, 1, 3], [2, 2, 2, 4]]]
    assert stacked(Image(grey, alpha)).tolist() == expected
    write_image(tmp_path / "a.png", Image(grey, alpha))
    assert visible_array(tmp_path / "a.png").tolist() == expected
