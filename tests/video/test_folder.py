"""Images as frames."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from clfnet.errors import VideoError
from clfnet.io.image import Image, write_image
from clfnet.video.folder import FolderSource


def fill(folder: Path, *names: str) -> None:
    for index, name in enumerate(names):
        write_image(folder / name, Image(np.full((4, 6), 10 * index, np.uint8)))


def test_natural_order_and_times(tmp_path: Path) -> None:
    fill(tmp_path, "f10.png", "f9.jpg", "f100.tif", "a.bmp")
    (tmp_path / "notes.txt").touch()
    (tmp_path / ".hidden.png").touch()
    source = FolderSource(tmp_path, 30)
    assert [frame.name for frame in source] == ["a", "f9", "f10", "f100"]
    assert [frame.time for frame in source] == pytest.approx([0, 1 / 30, 2 / 30, 3 / 30])
    assert (source.width, source.height, source.rate, source.live) == (6, 4, Fraction(30), False)
    assert source.duration == pytest.approx(4 / 30)
    assert not source.damage


def test_25_frames_per_second_unless_told(tmp_path: Path) -> None:
    fill(tmp_path, "a.png", "b.png")
    assert [frame.time for frame in FolderSource(tmp_path)] == [0.0, 0.04]


def test_depth_and_colour_stay_and_alpha_goes(tmp_path: Path) -> None:
    deep = np.arange(24, dtype=np.uint16).reshape(4, 6) * 2000
    write_image(tmp_path / "a.png", Image(deep))
    write_image(
        tmp_path / "b.png",
        Image(np.zeros((4, 6, 3), np.uint8), np.full((4, 6), 9, np.uint8)),
    )
    first, second = FolderSource(tmp_path)
    np.testing.assert_array_equal(first.pixels, deep)
    assert second.pixels.shape == (4, 6, 3)


def test_unusable_pictures_leave_a_gap_and_are_told(tmp_path: Path) -> None:
    fill(tmp_path, "0.png", "1.png", "2.png", "3.png")
    (tmp_path / "1.png").write_bytes(b"broken")
    write_image(tmp_path / "2.png", Image(np.zeros((5, 6), np.uint8)), overwrite=True)
    source = FolderSource(tmp_path, 10)
    assert [(frame.name, frame.time) for frame in source] == [("0", 0.0), ("3", 0.3)]
    (line,) = source.damage
    assert line.startswith("2 of 4 frames left out (e.g. ")
    assert "1.png must be" in line


def test_no_picture(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match="must hold images that can be read, but has none"):
        FolderSource(tmp_path)
    (tmp_path / "0.png").write_bytes(b"broken")
    with pytest.raises(VideoError, match=r"but has none \(e.g. .*0.png must be"):
        FolderSource(tmp_path)


@pytest.mark.parametrize("fps", [0.0, -1.0, float("nan"), 1e9])
def test_a_rate_that_is_none(tmp_path: Path, fps: float) -> None:
    fill(tmp_path, "0.png")
    with pytest.raises(VideoError, match="`fps` must be above 0 and at most 1000"):
        FolderSource(tmp_path, fps)


def test_a_stem_occurs_once(tmp_path: Path) -> None:
    fill(tmp_path, "a.jpg", "a.k.png", "a.png")
    with pytest.raises(VideoError, match="a stem must occur once"):
        FolderSource(tmp_path)
