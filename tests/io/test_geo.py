"""GeoTIFF's tags survive, and move with a crop."""

from pathlib import Path

import numpy as np
import pytest
import tifffile

from clfnet.io.geo import KEYS, SCALE, TIEPOINTS, TRANSFORMATION, Geo
from clfnet.io.image import read_image, write_image

KEY = (KEYS, 3, 16, (1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 32633), True)
BY_TIEPOINT = (
    (SCALE, 12, 3, (0.5, 0.25, 0.0), True),
    (TIEPOINTS, 12, 6, (0.0, 0.0, 0.0, 500000.0, 5000000.0, 0.0), True),
    KEY,
)
BY_MATRIX = (
    (TRANSFORMATION, 12, 16, (0.4, 0.3, 0, 100, 0.3, -0.4, 0, 200, 0, 0, 0, 0, 0, 0, 0, 1), True),
    KEY,
)


@pytest.fixture(params=[BY_TIEPOINT, BY_MATRIX], ids=["tie point", "matrix"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    pixels = np.zeros((12, 16, 3), np.uint8)
    tifffile.imwrite(tmp_path / "a.tif", pixels, photometric="rgb", extratags=request.param)
    return tmp_path / "a.tif"


def geo_of(path: Path) -> Geo:
    geo = read_image(path).geo
    assert geo is not None
    return geo


def test_a_written_file_lies_where_its_source_does(path: Path, tmp_path: Path) -> None:
    image = read_image(path)
    write_image(tmp_path / "b.tif", image)
    assert geo_of(tmp_path / "b.tif") == image.geo
    write_image(tmp_path / "b.png", image)
    assert read_image(tmp_path / "b.png").geo is None


def test_a_crop_keeps_every_pixels_place(path: Path, tmp_path: Path) -> None:
    geo = geo_of(path)
    whole, cut = geo.matrix(), geo.cropped(3, 5).matrix()
    assert whole is not None
    assert cut is not None
    for x, y in ((0, 0), (4, 2)):
        np.testing.assert_allclose(cut @ [x, y, 1], whole @ [x + 3, y + 5, 1])


def test_the_first_pixels_middle_is_half_a_pixel_from_the_tie_point(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", np.zeros((4, 4), np.uint8), extratags=BY_TIEPOINT)
    matrix = geo_of(tmp_path / "a.tif").matrix()
    assert matrix is not None
    np.testing.assert_allclose(matrix @ [0, 0, 1], [500000.25, 4999999.875, 1])


def test_plain_files_have_none(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", np.zeros((4, 4), np.uint8))
    assert read_image(tmp_path / "a.tif").geo is None
