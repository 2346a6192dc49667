"""A FLIR sequence as a stream of temperatures."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from clfnet.errors import VideoError
from clfnet.io.image import Image, Pixels, write_image
from clfnet.thermal import parse_range
from clfnet.thermal.flir import read_radiometric
from clfnet.video.pipeline import fuse_video
from clfnet.video.ranging import ranging_for
from clfnet.video.source import is_stream, open_source

Build = Callable[..., bytes]
Counts = NDArray[np.uint16]


@pytest.fixture
def sequence(tmp_path: Path, fff_block: Build, counts: Counts) -> Path:
    path = tmp_path / "a.seq"
    path.write_bytes(b"".join(fff_block(counts + np.uint16(100 * i), rate=5) for i in range(4)))
    return path


def test_frames_are_temperatures_at_the_camera_s_rate(
    sequence: Path, tmp_path: Path, fff_block: Build, counts: Counts
) -> None:
    source = open_source(sequence)
    assert is_stream(sequence)
    assert (source.width, source.height) == (32, 24)
    assert source.rate == 5
    frames = list(source)
    assert [frame.time for frame in frames] == [0, 0.2, 0.4, 0.6]
    (tmp_path / "one.fff").write_bytes(fff_block(counts + np.uint16(100)))
    expected = read_radiometric(tmp_path / "one.fff").celsius
    np.testing.assert_array_equal(frames[1].pixels, expected)


def test_what_ends_early_is_used_and_told(sequence: Path) -> None:
    sequence.write_bytes(sequence.read_bytes()[:-100])
    source = open_source(sequence, fps=10)
    assert [frame.time for frame in source] == [0, 0.1, 0.2]
    assert len(source.damage) == 1


@pytest.mark.parametrize("fps", [0.0, -1.0, float("nan"), 1e9])
def test_what_is_no_rate_is_refused(sequence: Path, fps: float) -> None:
    with pytest.raises(VideoError, match="`fps` must be above 0 and at most 1000"):
        open_source(sequence, fps=fps)


def test_no_sequence(tmp_path: Path) -> None:
    path = tmp_path / "a.seq"
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(VideoError, match=r"a\.seq must be a FLIR sequence"):
        open_source(path)


def test_limits_in_celsius(sequence: Path, tmp_path: Path) -> None:
    for index in range(4):
        write_image(tmp_path / "vi" / f"{index}.png", Image(np.zeros((24, 32), np.uint8)))
    warmest = max(float(frame.pixels.max()) for frame in open_source(sequence))
    seen = []

    def keep(infrared: NDArray[np.float32], visible: Pixels) -> Pixels:
        seen.append(float(infrared.max()))
        return visible

    ranging = ranging_for(parse_range(f"0C,{warmest:.6f}C"))
    report = fuse_video(keep, sequence, tmp_path / "vi", tmp_path / "out", fps=5, ranging=ranging)
    assert report.frames == 4
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(1, abs=1e-5)
