"""What a user may say about an infrared file."""

from pathlib import Path

import numpy as np
import pytest
import tifffile

from clfnet.errors import ConfigError, ImageError
from clfnet.io.image import Image, write_image
from clfnet.thermal.options import ThermalOptions
from clfnet.thermal.read import read_thermal

WARM = np.linspace(293.15, 303.15, 48, dtype=np.float32).reshape(6, 8)


def test_units(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", WARM)
    kelvin = read_thermal(tmp_path / "a.npy", ThermalOptions(unit="kelvin"))
    assert kelvin.unit == "celsius"
    np.testing.assert_allclose(kelvin.values, np.linspace(20, 30, 48).reshape(6, 8), atol=1e-3)
    celsius = read_thermal(tmp_path / "a.npy", ThermalOptions(unit="celsius"))
    np.testing.assert_array_equal(celsius.celsius, WARM)
    write_image(tmp_path / "b.png", Image(np.zeros((2, 2), np.uint8)))
    assert read_thermal(tmp_path / "b.png").unit == "level"
    assert read_thermal(tmp_path / "b.png", ThermalOptions(unit="counts")).unit == "count"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"unit": "fahrenheit"}, "`unit` must be one of"),
        ({"unit": "kelvin", "kelvin_per_count": 0.1}, "Drop one"),
        ({"kelvin_per_count": -1.0}, "above 0"),
        ({"exclude": "1,2,3"}, "X,Y,WIDTH,HEIGHT"),
        ({"exclude": "1,2,0,3"}, "X,Y,WIDTH,HEIGHT"),
        ({"page": 0}, "at least 1"),
        ({"raw": "x"}, "WIDTHxHEIGHT:TYPE"),
    ],
)
def test_what_makes_no_sense_is_named(options: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        ThermalOptions(**options)  # type: ignore[arg-type]


def test_excluded_rectangles_are_no_data(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", WARM)
    found = read_thermal(tmp_path / "a.npy", ThermalOptions(exclude="1,2,3,2;7,5,9,9"))
    expected = np.ones((6, 8), np.bool_)
    expected[2:4, 1:4] = expected[5, 7] = False
    np.testing.assert_array_equal(found.data, expected)
    with pytest.raises(ConfigError, match="must lie within the infrared image of 8x6"):
        read_thermal(tmp_path / "a.npy", ThermalOptions(exclude="8,0,1,1"))
    with pytest.raises(ImageError, match="none anywhere"):
        read_thermal(tmp_path / "a.npy", ThermalOptions(exclude="0,0,8,6"))


def test_one_of_several_pages(tmp_path: Path) -> None:
    frames = np.stack([WARM, WARM + 5, WARM + 9])
    tifffile.imwrite(tmp_path / "a.tif", frames, photometric="minisblack")
    found = read_thermal(tmp_path / "a.tif", ThermalOptions(page=2))
    np.testing.assert_array_equal(found.values, WARM + 5)
    for page, message in ((None, "holds 3. Choose one"), (4, "must hold image 4, but holds 3")):
        with pytest.raises(ImageError, match=message):
            read_thermal(tmp_path / "a.tif", ThermalOptions(page=page))
