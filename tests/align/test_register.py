import sys
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from tests.align.conftest import Scene, draw, grid_error, pair

from clfnet.align import THRESHOLD, read_landmarks, register
from clfnet.align.geometry import orienting, scaling
from clfnet.align.landmarks import residuals
from clfnet.align.warp import resize
from clfnet.errors import AlignmentError
from clfnet.io.orientation import upright


def test_finds_a_turned_and_zoomed_picture(scene: Scene) -> None:
    rig = register(scene.infrared, scene.visible)
    assert (rig.infrared_size, rig.visible_size) == ((300, 240), (320, 240))
    assert grid_error(scene.homography, rig.homography, (300, 240)) < 1
    assert rig.quality is not None
    assert rig.quality > 0.8
    assert rig.made == "found by clfnet align"


def test_a_field_of_view_that_is_told_is_tried_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """The usual ratios are not even looked at."""
    narrow = np.array([[0.6, 0, 50.0], [0, 0.6, 40.0], [0, 0, 1]])
    seen = pair(narrow, (320, 240))
    told = 0.6 * 1.06  # focal lengths are rounded
    monkeypatch.setattr(sys.modules[register.__module__], "SCALES", (1.0,))
    monkeypatch.setattr(sys.modules[register.__module__], "WIDE_SCALES", (1.0,))
    rig = register(seen.infrared, seen.visible, field=told, orientation=1)
    assert grid_error(narrow, rig.homography, (320, 240)) < 2


def test_a_field_of_view_that_is_told_wrongly_does_no_harm(scene: Scene) -> None:
    rig = register(scene.infrared, scene.visible, field=0.2)
    assert grid_error(scene.homography, rig.homography, (300, 240)) < 1


def test_finds_a_tilted_picture() -> None:
    tilted = np.array([[1.0, 0.08, 10.0], [0.0, 1.1, 12.0], [8e-4, 3e-4, 1]])
    scene = pair(tilted, (280, 200), seed=1)
    rig = register(scene.infrared, scene.visible)
    assert grid_error(tilted, rig.homography, (280, 200)) < 2


def test_depth_contrast_and_size_do_not_count(scene: Scene) -> None:
    thermal = (29_000 - 250 * resize(scene.infrared, (150, 120))).astype(np.uint16)
    large = (255 * resize(scene.visible, (1600, 1200))).clip(0, 255).astype(np.uint8)
    rig = register(thermal, large)
    expected = (
        scaling((320, 240), (1600, 1200)) @ scene.homography @ scaling((150, 120), (300, 240))
    )
    assert grid_error(expected, rig.homography, (150, 120)) < 8


def test_unrelated_pictures_are_refused() -> None:
    infrared, visible = draw(seed=1)[0], draw(seed=2)[1]
    with pytest.raises(AlignmentError, match="must agree in 33% of all places") as caught:
        register(infrared, visible)
    assert f"{THRESHOLD:.0%}" in str(caught.value)
    assert "--points" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_noise_is_refused() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(AlignmentError, match="must agree in 33% of all places"):
        register(rng.random((100, 160)), rng.random((120, 160)))


@pytest.mark.parametrize("flat", [0, 1])
def test_a_flat_picture_is_refused(flat: int, scene: Scene) -> None:
    pictures = [scene.infrared, scene.visible]
    pictures[flat] = np.full((240, 320), 0.5, np.float32)
    with pytest.raises(AlignmentError, match=r"`(infrared|visible)` must show something"):
        register(pictures[0], pictures[1])


def test_a_picture_with_gaps_is_refused(scene: Scene) -> None:
    broken = scene.infrared.copy()
    broken[3, 4] = np.nan
    with pytest.raises(AlignmentError, match="`infrared` must be finite"):
        register(broken, scene.visible)


@pytest.mark.parametrize("shape", [(47, 300), (300, 12), (100, 100, 3)])
def test_small_and_coloured_pictures_are_refused(shape: tuple[int, ...], scene: Scene) -> None:
    with pytest.raises(AlignmentError, match="at least 48 pixels a side"):
        register(np.random.default_rng(0).random(shape), scene.visible)


def _grey(path: Path) -> np.ndarray:
    return np.asarray(PIL.Image.open(path).convert("L"))


def test_two_real_cameras(shared: Path) -> None:
    folder = shared / "data" / "unregistered"
    visible = _grey(folder / "vi" / "04.png")
    rig = register(_grey(folder / "ir" / "04.png"), visible)
    marks = read_landmarks(folder / "landmarks" / "04.csv")
    assert residuals(rig.homography, marks).max() < 0.01 * np.hypot(*visible.shape)


def test_two_real_scenes_are_refused(shared: Path) -> None:
    folder = shared / "data" / "unregistered"
    with pytest.raises(AlignmentError):
        register(_grey(folder / "ir" / "10.png"), _grey(folder / "vi" / "07.png"))


@pytest.mark.parametrize("way", [2, 3, 6])
def test_a_turned_or_mirrored_infrared_is_found(way: int) -> None:
    infrared, visible = draw(seed=1)
    undo = {6: 8}.get(way, way)  # a picture that is stored so is upright when turned so
    rig = register(upright(infrared, undo), visible)
    straight = register(infrared, visible, orientation=1)
    height, width = infrared.shape
    for x, y in ((10, 20), (width - 15, height - 12)):
        stored = orienting(undo, (width, height)) @ [x, y, 1]
        place, expected = rig.homography @ stored, straight.homography @ [x, y, 1]
        np.testing.assert_allclose(place[:2] / place[2], expected[:2] / expected[2], atol=4)
    assert "," in rig.made
    told = register(upright(infrared, undo), visible, orientation=way, wide=False)
    np.testing.assert_allclose(told.homography, rig.homography, atol=1e-6)
