"""Infrared files are scored as they are fused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from clfnet.align import Rig
from clfnet.errors import ConfigError, SizeMismatchError
from clfnet.evaluation.folders import evaluate
from clfnet.evaluation.sources import Reading
from clfnet.inference.fuser import Fuser
from clfnet.io.image import Image, write_image
from clfnet.method import FloatImage
from clfnet.options import FuseOptions

LEVELS = np.random.default_rng(0).integers(0, 256, (24, 32)).astype(np.uint8)


@pytest.mark.parametrize("kind", ["uint8", "uint16", "float"])
def test_one_scene_scores_alike_in_every_depth(tmp_path: Path, kind: str) -> None:
    counts: Any = {
        "uint8": LEVELS,
        "uint16": (7000 + 2 * LEVELS.astype(np.uint16)),
        "float": (20 + LEVELS / 50).astype(np.float32),
    }[kind]
    (tmp_path / "ir").mkdir()
    tifffile.imwrite(tmp_path / "ir" / "1.tif", counts)
    write_image(tmp_path / "vi" / "1.png", Image(255 - LEVELS))
    write_image(tmp_path / "ours" / "1.png", Image(LEVELS))
    read = Reading().infrared(tmp_path / "ir" / "1.tif")
    assert np.abs(read.astype(int) - LEVELS).max() <= 3
    means = evaluate(
        tmp_path / "ir", tmp_path / "vi", tmp_path / "ours", dialect="plain", metrics=["EN", "MI"]
    ).means()
    assert means["ours"]["MI"] > 10  # bits; two of them would be left of counts divided by 257


def counts_of(levels: Any) -> Any:
    return (7000 + 2 * levels.astype(np.uint16)).astype(np.uint16)


def written(folder: Path, **images: Any) -> tuple[Path, Path, Path]:
    """Write ir, vi and ours, each with one image."""
    for kind, pixels in images.items():
        (folder / kind).mkdir()
        tifffile.imwrite(folder / kind / "1.tif", pixels)
    return folder / "ir", folder / "vi", folder / "ours"


@pytest.mark.parametrize("chosen", ["7000,7510", "full", "percentile:20,80"])
def test_the_range_is_that_of_the_result(tmp_path: Path, chosen: str) -> None:
    folders = written(tmp_path, ir=counts_of(LEVELS), vi=LEVELS, ours=LEVELS)
    read = Reading.of(FuseOptions(thermal_range=chosen)).infrared(folders[0] / "1.tif")
    fuser = Fuser(Infrared(), thermal_range=chosen)
    np.testing.assert_array_equal(read, fuser(folders[0] / "1.tif", folders[1] / "1.tif"))
    (found,) = evaluate(*folders, metrics=["EN"], thermal_range=chosen).files.values()
    assert list(found) == ["1"]


def test_black_hot_is_inverted(tmp_path: Path) -> None:
    path = written(tmp_path, ir=LEVELS)[0] / "1.tif"
    np.testing.assert_array_equal(Reading(invert=True).infrared(path), 255 - LEVELS)


class Infrared:
    name = "infrared"

    def __call__(self, infrared: FloatImage, visible: FloatImage) -> FloatImage:
        return infrared


@pytest.mark.parametrize("grid", ["visible", "infrared"])
@pytest.mark.parametrize("outside", ["crop", "keep", "black"])
def test_sources_that_a_rig_aligns(tmp_path: Path, grid: Any, outside: Any) -> None:
    """The sources are cut to what both cameras see, as the result is."""
    homography = np.array([[1.5, 0, 6], [0, 1.5, 5], [0, 0, 1]])
    rig = Rig(homography, (40, 30), (64, 56), None, "by hand")
    rig.write(tmp_path / "rig.json")
    rng = np.random.default_rng(1)
    heat, light = (rng.integers(0, 256, size, np.uint8) for size in ((30, 40), (56, 64)))
    fused = Fuser(Infrared(), align=rig, grid=grid, outside=outside)(heat, light)
    folders = written(tmp_path, ir=heat, vi=light, ours=np.asarray(fused))
    trio = Reading(rig=rig)(tuple(folder / "1.tif" for folder in folders))  # type: ignore[arg-type]
    assert trio.infrared.shape == trio.visible.shape == trio.fused.shape
    np.testing.assert_allclose(trio.infrared, trio.fused, atol=1)
    table = evaluate(*folders, metrics=["MI"], align=tmp_path / "rig.json")
    assert table.means()["ours"]["MI"] > 6  # of which the infrared image alone has 7 bits
    with pytest.raises(SizeMismatchError, match="--align RIG"):
        evaluate(*folders, metrics=["MI"])


def test_a_result_of_another_rig_is_refused(tmp_path: Path) -> None:
    rig = Rig(np.eye(3), (32, 24), (32, 24), None, "by hand")
    folders = written(tmp_path, ir=LEVELS, vi=LEVELS, ours=LEVELS[:-1])
    with pytest.raises(SizeMismatchError, match=r"one of 32x24, got 32x23. Give the rig"):
        evaluate(*folders, metrics=["EN"], align=rig)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"align": "auto"}, "`align` must be a rig file for scores"),
        ({"strength": 0.5}, "`strength` must not be given for scores"),
        ({"thermal_range": "hot"}, "`range` must be auto"),
    ],
)
def test_options_that_say_nothing_about_sources(
    tmp_path: Path, options: dict[str, Any], said: str
) -> None:
    folders = written(tmp_path, ir=LEVELS, vi=LEVELS, ours=LEVELS)
    with pytest.raises(ConfigError, match=said):
        evaluate(*folders, **options)


def test_visible_levels_of_twelve_bits(tmp_path: Path) -> None:
    """They are spread as for fusing, with which the scores of a copy are those of eight bits."""
    twelve = np.rint(LEVELS * (4095 / 255)).astype(np.uint16)
    folders = written(tmp_path, ir=LEVELS, vi=twelve, ours=LEVELS)
    means = [
        evaluate(*folders, metrics=["MSE"], visible_range=chosen).means()["ours"]["MSE"]
        for chosen in ("0,4095", "full")
    ]
    assert means[0] < 1e-6
    assert means[1] > 0.05
