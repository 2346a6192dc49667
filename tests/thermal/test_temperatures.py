from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
import tifffile

from clfnet.errors import ImageError, OutputExistsError
from clfnet.thermal.read import read_thermal
from clfnet.thermal.temperatures import write_temperatures

MAP = np.random.default_rng(0).normal(20, 30, (5, 7)).astype(np.float32)


def test_every_bit_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "new" / "map.tiff"
    write_temperatures(path, MAP)
    np.testing.assert_array_equal(tifffile.imread(path), MAP)
    with PIL.Image.open(path) as picture:
        assert picture.mode == "F"
        np.testing.assert_array_equal(np.asarray(picture), MAP)


def test_a_map_is_known_as_temperatures(tmp_path: Path) -> None:
    path = tmp_path / "map.tif"
    write_temperatures(path, MAP)
    found = read_thermal(path)
    assert found.unit == "celsius"
    assert found.celsius is not None
    np.testing.assert_array_equal(found.celsius, MAP)


def test_nan_is_kept_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "map.tif"
    write_temperatures(path, np.array([[np.nan, 1]], np.float32))
    assert np.isnan(tifffile.imread(path)[0, 0])


@pytest.mark.parametrize(
    "celsius", [MAP.astype(np.float64), MAP[0], MAP[:0], (MAP * 100).astype(np.int16)], ids=str
)
def test_other_arrays_are_refused(tmp_path: Path, celsius: Any) -> None:
    with pytest.raises(ImageError, match="`celsius` must be float32"):
        write_temperatures(tmp_path / "map.tif", celsius)
    assert not list(tmp_path.iterdir())


def test_suffix_and_overwriting(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=r"map\.png must end in \.tif or \.tiff"):
        write_temperatures(tmp_path / "map.png", MAP)
    write_temperatures(tmp_path / "map.tif", MAP)
    with pytest.raises(OutputExistsError):
        write_temperatures(tmp_path / "map.tif", MAP)
    write_temperatures(tmp_path / "map.tif", MAP[:2], overwrite=True)
    assert tifffile.imread(tmp_path / "map.tif").shape == (2, 7)
