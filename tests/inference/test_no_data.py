"""Where the infrared image has no data, the visible one stays."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray

import clfnet
from clfnet.align import Rig
from clfnet.inference.fuser import Fuser
from clfnet.io.image import read_image
from clfnet.methods import METHODS
from clfnet.options import Grid, Outside

VISIBLE = np.random.default_rng(0).integers(0, 200, (40, 50, 3)).astype(np.uint8)
HEAT = np.random.default_rng(1).random((40, 50)).astype(np.float32) * 20 + 10
HOLE = np.s_[5:15, 8:30]


def holed() -> NDArray[np.float32]:
    values = HEAT.copy()
    values[HOLE] = np.nan
    return values


@pytest.mark.parametrize("model", ["fast", "maximum"])
@pytest.mark.parametrize("options", [{}, {"thermal_range": "10,30"}, {"palette": "ironbow"}])
def test_the_visible_picture_stays(model: str, options: Any) -> None:
    fused = Fuser(model, **options)(holed(), VISIBLE)  # limits are fused in tiles
    np.testing.assert_array_equal(fused[HOLE], VISIBLE[HOLE])
    assert (fused[20:] != VISIBLE[20:]).any()


@pytest.mark.parametrize("outside", ["crop", "keep", "black"])
@pytest.mark.parametrize("grid", ["visible", "infrared"])
def test_also_of_an_aligned_pair(outside: Outside, grid: Grid) -> None:
    heat = np.full((20, 25), 30, np.float32)
    heat[:, :10] = np.nan
    heat[0, 24] = 10
    light = np.full((40, 50), 100, np.uint8)
    rig = Rig(np.array([[2, 0, 0.5], [0, 2, 0.5], [0, 0, 1]]), (25, 20), (50, 40), None, "by hand")
    fused = Fuser(METHODS["maximum"](), align=rig, grid=grid, outside=outside)(heat, light)
    half = fused.shape[1] // 2
    rows = slice(4, -4)
    assert (fused[rows, 4 : half - 8] == 100).all()
    assert (fused[rows, half + 4 : -4] == 255).all()


def test_black_hot_is_inverted() -> None:
    heat = np.linspace(0, 255, 2000).reshape(40, 50).astype(np.uint8)
    fused = Fuser(METHODS["infrared"](), invert=True)(heat, VISIBLE[..., 0])
    np.testing.assert_array_equal(fused, 255 - heat)
    _, record, _ = Fuser("infrared", invert=True).fuse_pair(Fuser("infrared").read(*_files()))
    assert record["infrared"]["invert"] is True


def _files() -> tuple[Path, Path]:
    from importlib.resources import files

    folder = files("clfnet.example")
    return Path(str(folder / "infrared.png")), Path(str(folder / "visible.png"))


def test_georeferenced_maps_of_two_grids_need_no_alignment(tmp_path: Path) -> None:
    keys = (34735, 3, 8, (1, 1, 0, 1, 1024, 0, 1, 1), True)

    def tags(scale: float, east: float, north: float) -> Any:
        return [
            (33550, 12, 3, (scale, scale, 0.0), True),
            (33922, 12, 6, (0.0, 0.0, 0.0, east, north, 0.0), True),
            keys,
        ]

    whole = np.random.default_rng(0).random((30, 40)).astype(np.float32) * 20 + 5
    big = whole.repeat(4, 0).repeat(4, 1)
    light = np.clip(big * 8, 0, 255).astype(np.uint8)[8:, 12:]
    tifffile.imwrite(tmp_path / "ir.tif", whole, extratags=tags(0.4, 100, 900))
    tifffile.imwrite(tmp_path / "vis.tif", light, extratags=tags(0.1, 101.2, 899.2))
    options: Any = {"thermal_range": "0,31.875", "model": "infrared"}
    fused = clfnet.fuse(tmp_path / "ir.tif", tmp_path / "vis.tif", **options)
    assert fused.shape == light.shape
    error = np.abs(fused.astype(int) - light)[8:-8, 8:-8]
    assert np.median(error) < 20  # but for smoothing between blocks
    fuser = Fuser(**options)
    image, record, _ = fuser.fuse_pair(fuser.read(tmp_path / "ir.tif", tmp_path / "vis.tif"))
    assert record["alignment"]["made"] == "georeference"
    assert image.geo is not None


def test_a_crop_keeps_the_place_on_the_earth(tmp_path: Path) -> None:
    tags: Any = [
        (33550, 12, 3, (0.5, 0.5, 0.0), True),
        (33922, 12, 6, (0.0, 0.0, 0.0, 100.0, 900.0, 0.0), True),
        (34735, 3, 8, (1, 1, 0, 1, 1024, 0, 1, 1), True),
    ]
    tifffile.imwrite(tmp_path / "vis.tif", VISIBLE, photometric="rgb", extratags=tags)
    tifffile.imwrite(tmp_path / "ir.tif", HEAT)
    rig = Rig(np.array([[0.5, 0, 10], [0, 0.5, 6], [0, 0, 1]]), (50, 40), (50, 40), None, "by hand")
    fuser = Fuser("maximum", align=rig)
    image, *_ = fuser.fuse_pair(fuser.read(tmp_path / "ir.tif", tmp_path / "vis.tif"))
    whole = read_image(tmp_path / "vis.tif").geo
    assert image.geo is not None
    assert whole is not None
    before, after = whole.matrix(), image.geo.matrix()
    assert before is not None
    assert after is not None
    np.testing.assert_allclose(after @ [0, 0, 1], before @ [10, 6, 1])
