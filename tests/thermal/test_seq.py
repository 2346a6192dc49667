"""Sequences: blocks one after the other."""

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from clfnet.errors import ImageError
from clfnet.thermal import jpeg
from clfnet.thermal.flir import read_radiometric
from clfnet.thermal.seq import frames

Build = Callable[..., bytes]
Counts = NDArray[np.uint16]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("packing", ["raw", "swapped png", "jpeg-ls"])
@pytest.mark.parametrize("gap", [b"", bytes(100), b"FFF\0 but no block"])
def test_frames_come_in_order(
    tmp_path: Path, fff_block: Build, counts: Counts, order: str, packing: str, gap: bytes
) -> None:
    pictures = [counts + np.uint16(10 * index) for index in range(4)]
    path = tmp_path / "a.seq"
    path.write_bytes(gap.join(fff_block(p, order=order, packing=packing) for p in pictures) + gap)
    found = list(frames(path))
    assert [frame.frame_rate for frame in found] == [9] * 4
    for frame, picture in zip(found, pictures, strict=True):
        np.testing.assert_array_equal(frame.counts, picture)


def test_counts_that_look_like_a_block_are_none(
    tmp_path: Path, fff_block: Build, counts: Counts
) -> None:
    tricky = counts.copy()
    tricky.ravel()[:32] = np.frombuffer(fff_block(counts)[:64], np.uint16)
    path = tmp_path / "a.seq"
    path.write_bytes(fff_block(tricky) + fff_block(counts))
    assert len(list(frames(path))) == 2


def test_frames_before_damage_are_given(tmp_path: Path, fff_block: Build, counts: Counts) -> None:
    path = tmp_path / "a.seq"
    path.write_bytes((fff_block(counts) * 3)[:-40])
    stream = frames(path)
    assert len([next(stream), next(stream)]) == 2
    with pytest.raises(ImageError, match=r"a\.seq must be a whole image"):
        next(stream)


def test_other_files_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.seq"
    for data in (b"", b"RIFF", b"AFF\0".ljust(200)):
        path.write_bytes(data)
        with pytest.raises(ImageError, match="must be a FLIR sequence"):
            next(frames(path))
    with pytest.raises(ImageError, match="not there"):
        next(frames(tmp_path / "b.seq"))


def test_memory_holds_one_frame(tmp_path: Path, fff_block: Build) -> None:
    block = fff_block(np.full((200, 300), 16000, np.uint16))
    path = tmp_path / "a.seq"
    path.write_bytes(block * 50)
    tracemalloc.start()
    count = sum(1 for _ in frames(path))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 50
    assert peak < 8 * len(block)


def test_blocks_of_real_cameras_in_a_row(shared: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.seq"
    names = ["ax8.jpg", "flir_example.jpg", "ax8.jpg"]
    blocks = []
    for name in names:
        with (shared / "data" / "radiometric" / name).open("rb") as file:
            blocks.append(jpeg.flir_block(file) or b"")
    path.write_bytes(b"".join(blocks))
    for name, frame in zip(names, frames(path), strict=True):
        alone = read_radiometric(shared / "data" / "radiometric" / name)
        np.testing.assert_array_equal(frame.celsius, alone.celsius)
