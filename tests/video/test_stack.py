"""Stacks of images as streams of frames."""

from pathlib import Path

import numpy as np
import pytest
import tifffile

from clfnet.errors import VideoError
from clfnet.video.pipeline import fuse_video
from clfnet.video.source import open_source
from clfnet.video.stack import is_stack

COUNTS = np.random.default_rng(0).integers(7000, 7500, (4, 12, 16)).astype(np.uint16)
RGB = np.random.default_rng(1).integers(0, 256, (4, 12, 16, 3)).astype(np.uint8)


def _write(path: Path, stack: np.ndarray) -> Path:
    if path.suffix == ".npy":
        np.save(path, stack)
    else:
        kind = "rgb" if stack.ndim == 4 else "minisblack"
        tifffile.imwrite(path, stack, photometric=kind, compression="zlib")
    return path


@pytest.mark.parametrize("suffix", [".tif", ".npy"])
@pytest.mark.parametrize(
    "stack", [COUNTS, RGB, (COUNTS / 1000).astype(np.float32), (COUNTS // 40).astype(np.uint8)]
)
def test_frames_are_the_images(tmp_path: Path, suffix: str, stack: np.ndarray) -> None:
    path = _write(tmp_path / f"a{suffix}", stack)
    assert is_stack(path)
    source = open_source(path, fps=5)
    assert (source.width, source.height, source.duration, source.live) == (16, 12, 0.8, False)
    frames = [*source]
    assert [frame.time for frame in frames] == [0, 0.2, 0.4, 0.6]
    for frame, image in zip(frames, stack, strict=True):
        assert frame.pixels.dtype == image.dtype
        np.testing.assert_array_equal(frame.pixels, image)


def test_no_data_is_filled_from_around(tmp_path: Path) -> None:
    stack = (COUNTS / 1000).astype(np.float32)
    stack[1, 3, 4] = np.nan
    (_, frame, *_) = open_source(_write(tmp_path / "a.tif", stack))
    assert 7 <= frame.pixels[3, 4] < 7.5


@pytest.mark.parametrize(
    "image",
    [COUNTS[0], RGB[0], COUNTS[:1], COUNTS[0][..., None], RGB[:1]],
    ids=lambda a: str(a.shape),
)
@pytest.mark.parametrize("suffix", [".npy", ".tif"])
def test_one_image_is_no_stack(tmp_path: Path, suffix: str, image: np.ndarray) -> None:
    path = tmp_path / f"a{suffix}"
    if suffix == ".npy":
        np.save(path, image)
    else:
        squeezed = image.squeeze()
        tifffile.imwrite(path, squeezed, photometric="rgb" if squeezed.ndim == 3 else "minisblack")
    assert not is_stack(path)
    with pytest.raises(VideoError, match="but is an image"):
        open_source(path)


def test_images_of_another_size_are_an_end(tmp_path: Path) -> None:
    with tifffile.TiffWriter(tmp_path / "a.tif") as tiff:
        for image in (COUNTS[0], COUNTS[1], COUNTS[2, :6]):
            tiff.write(image, photometric="minisblack")
    source = open_source(tmp_path / "a.tif")
    assert len([*source]) == 2
    assert source.damage == ["frame 2 and those after it: another size"]


def test_two_stacks_become_a_folder_of_frames(tmp_path: Path) -> None:
    infrared, visible = _write(tmp_path / "i.npy", COUNTS), _write(tmp_path / "v.tif", RGB)
    report = fuse_video(lambda heat, light: light, infrared, visible, tmp_path / "out", fps=10)
    assert (report.frames, report.codec) == (4, "PNG")


def test_what_is_damaged_is_no_stack(tmp_path: Path) -> None:
    (tmp_path / "a.tif").write_bytes(b"II*\0 and no more")
    assert not is_stack(tmp_path / "a.tif")
    with pytest.raises(VideoError, match=r"a\.tif"):
        open_source(tmp_path / "a.tif")
