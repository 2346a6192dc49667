"""Both images of a pair onto one grid."""

from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from clfnet.align import Rig
from clfnet.errors import AlignmentError, InputError, SizeMismatchError
from clfnet.example import ExamplePair, night_street
from clfnet.inference.alignment import Alignment
from clfnet.inference.fuser import Fuser
from clfnet.io.image import Image
from clfnet.method import FloatImage
from clfnet.options import Grid, Outside
from clfnet.thermal import Pair, from_array


def rig(dx: float, dy: float, size: tuple[int, int] = (6, 4)) -> Rig:
    """The infrared pixel (x, y) is the visible pixel (x + dx, y + dy)."""
    return Rig(np.array([[1, 0, dx], [0, 1, dy], [0, 0, 1.0]]), size, size, None, "by hand")


@pytest.fixture(scope="module")
def scene() -> ExamplePair:
    return night_street(320, 240)


@pytest.fixture
def pair() -> tuple[FloatImage, FloatImage]:
    random = np.random.default_rng(0)
    return random.random((4, 6), np.float32), random.random((4, 6, 4), np.float32)


def test_off_takes_equal_sizes_as_they_are(pair: tuple[FloatImage, FloatImage]) -> None:
    placed = Alignment()(*pair)
    assert placed.heat is pair[0]
    assert placed.light is pair[1]
    assert (placed.covered, placed.rig) == (None, None)
    with pytest.raises(SizeMismatchError, match=r"got 6x3 \(a\) and 6x4 \(b\)"):
        Alignment()(pair[0][:3], pair[1], names=("a", "b"))


@pytest.mark.parametrize("grid", ["visible", "infrared"])
def test_crop_is_what_both_see(pair: tuple[FloatImage, FloatImage], grid: Grid) -> None:
    heat, light = pair
    placed = Alignment(rig(2, 1), grid=grid)(heat, light)  # infrared (0, 0) is visible (2, 1)
    np.testing.assert_allclose(placed.heat, heat[:3, :4], atol=1e-6)
    np.testing.assert_allclose(placed.light, light[1:, 2:], atol=1e-6)
    assert placed.covered is None


@pytest.mark.parametrize("outside", ["keep", "black"])
def test_the_frame_is_kept(pair: tuple[FloatImage, FloatImage], outside: Outside) -> None:
    heat, light = pair
    placed = Alignment(rig(2, 1), outside=outside)(heat, light)
    assert placed.light is light
    expected = np.zeros((4, 6), bool)
    expected[1:, 2:] = True
    np.testing.assert_array_equal(placed.covered, expected)
    np.testing.assert_allclose(placed.heat[1:, 2:], heat[:3, :4], atol=1e-6)


def test_tags_count_where_nothing_else_is_asked_for(pair: tuple[FloatImage, FloatImage]) -> None:
    tags = rig(1, 0).homography
    placed = Alignment()(*pair, tags)
    assert placed.rig is not None
    assert placed.rig.made == "camera's tags"
    assert placed.heat.shape == (4, 5)
    other = Alignment(rig(0, 2))(*pair, tags)
    assert other.heat.shape == (2, 6)


def test_a_rig_file_serves_other_resolutions(
    tmp_path: Path, pair: tuple[FloatImage, FloatImage]
) -> None:
    rig(2, 0, (12, 8)).write(tmp_path / "rig.json")  # made at twice the size
    placed = Alignment(tmp_path / "rig.json")(*pair)
    np.testing.assert_allclose(placed.heat, pair[0][:, :5], atol=1e-6)
    with pytest.raises(InputError, match="proportions"):
        Alignment(str(tmp_path / "rig.json"))(pair[0][:, :4], pair[1])


def test_no_overlap_is_refused(pair: tuple[FloatImage, FloatImage]) -> None:
    for outside in get_args(Outside):
        with pytest.raises(AlignmentError, match="overlap"):
            Alignment(rig(50, 0), outside=outside)(*pair)


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(InputError, match=r"no\.json must be a rig file"):
        Alignment("no.json")


def test_the_record_tells_the_rig() -> None:
    alignment = Alignment(rig(1, 0), outside="keep")
    assert alignment.record(None) == {}
    record = alignment.record(rig(1, 0))
    assert record["alignment"]["homography"][0] == [1, 0, 1]
    assert (record["grid"], record["outside"]) == ("visible", "keep")


def test_pairs_of_two_sizes_are_registered_unless_told_not_to(scene: ExamplePair) -> None:
    fuser = Fuser("maximum")
    wide = scene.infrared[::2, ::2]
    image, record, _ = fuser.fuse_pair(
        Pair(from_array(wide, "a"), Image(scene.visible), None), ("ir", "vis")
    )
    assert image.pixels.shape[0] > 0.8 * scene.visible.shape[0]
    assert "aligned by what they show" in record["notes"][-1]
    with pytest.raises(SizeMismatchError):
        Fuser("maximum", align="off")(wide, scene.visible)


def test_a_shifted_pair_is_said(scene: ExamplePair) -> None:
    pair = Pair(from_array(scene.infrared, "a"), Image(scene.visible), None)
    assert "notes" not in Fuser("maximum").fuse_pair(pair).record
    by = scene.infrared.shape[1] // 12
    shifted = pair._replace(
        thermal=from_array(scene.infrared[:, by:], "a"), visible=Image(scene.visible[:, :-by])
    )
    (note,) = Fuser("maximum").fuse_pair(shifted).record["notes"]
    told = int(note.split(" pixels too far left")[0].split()[-1])
    assert abs(told - by) < 6
    assert "notes" not in Fuser("maximum", align="off").fuse_pair(shifted).record
    with pytest.raises(AlignmentError, match="must be aligned, but"):
        Fuser("maximum", strict=True).fuse_pair(shifted)


def test_tags_that_what_is_shown_contradicts_are_said(scene: ExamplePair) -> None:
    by = scene.infrared.shape[1] // 10
    thermal = from_array(scene.infrared, "a")
    right, wrong = rig(0, 0).homography, rig(-by, 0).homography
    pair = Pair(thermal, Image(scene.visible), right)
    assert "notes" not in Fuser("maximum").fuse_pair(pair).record
    off = pair._replace(alignment=wrong)
    (note,) = Fuser("maximum").fuse_pair(off).record["notes"]
    told = int(note.split(" pixels too far left")[0].split()[-1])
    assert abs(told - by) < 6
    assert "the camera's tags put it there" in note
    by_map = off._replace(made="georeference")
    assert "notes" not in Fuser("maximum").fuse_pair(by_map).record
