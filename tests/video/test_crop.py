"""A part of each frame."""

from pathlib import Path

import numpy as np
import pytest

from clfnet.errors import InputError
from clfnet.video.alignment import sizes_differ
from clfnet.video.crop import CroppedSource
from clfnet.video.pipeline import fuse_video
from clfnet.video.source import open_source

BOTH = np.random.default_rng(0).integers(0, 256, (3, 12, 8)).astype(np.uint8)
"""Cameras that stack: the infrared image above the visible one."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    np.save(tmp_path / "both.npy", BOTH)
    return tmp_path / "both.npy"


def test_frames_are_cut(path: Path) -> None:
    whole, part = open_source(path), open_source(path, crop="1,6,5,4")
    assert isinstance(part, CroppedSource)
    assert (part.width, part.height) == (5, 4)
    assert (part.name, part.rate, part.duration) == (whole.name, whole.rate, whole.duration)
    assert (part.live, [*part.damage]) == (False, [])
    for frame, image in zip(part, BOTH, strict=True):
        np.testing.assert_array_equal(frame.pixels, image[6:10, 1:6])


def test_one_stream_holds_both(path: Path, tmp_path: Path) -> None:
    """The two halves of each frame meet, whole."""
    seen = []

    def fuse(infrared: np.ndarray, visible: np.ndarray) -> np.ndarray:
        seen.append((infrared, visible))
        return visible

    fuse_video(fuse, path, path, tmp_path / "out", crop="0,0,8,6", crop_visible="0,6,8,6")
    assert len(seen) == 3
    for (infrared, visible), image in zip(seen, BOTH, strict=True):
        np.testing.assert_allclose(infrared * 255, image[:6], atol=1e-3)
        np.testing.assert_array_equal(visible, image[6:])


def test_sizes_are_those_of_the_parts(path: Path) -> None:
    assert not sizes_differ(str(path), str(path), crop="0,0,8,6", crop_visible="0,6,8,6")
    assert sizes_differ(str(path), str(path), crop="0,0,8,6")


@pytest.mark.parametrize("crop", ["0,0,8", "0,0,0,4", "1,0,8,6", "a"])
def test_what_is_no_part_is_refused(path: Path, crop: str) -> None:
    with pytest.raises(InputError, match=r"crop.* must be"):
        open_source(path, crop=crop)
