"""What files tell of their camera."""

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from clfnet.io.image import Image, write_image
from clfnet.thermal.camera import UNKNOWN, Camera, moment, plain
from clfnet.thermal.read import read_thermal


def test_of_exif() -> None:
    notes = PIL.Image.Exif()
    notes[271], notes[272], notes[306] = "DJI", "ZH20T", "2024:05:06 07:08:09"
    notes.get_ifd(34665)[42033] = "SN-7"
    found = Camera.of(notes.tobytes())
    assert found == Camera("DJI", "ZH20T", "SN-7", taken="2024-05-06 07:08:09")


@pytest.mark.parametrize("data", [None, b"", b"Exif\0\0II*\0\xff\xff\xff\xff"])
def test_damage_tells_nothing(data: bytes | None) -> None:
    assert Camera.of(data) == UNKNOWN


def test_plain() -> None:
    assert plain(b"A\x1b[31mB\0rest") == "A[31mB"
    assert plain(b"*\0\0") == ""


@pytest.mark.parametrize("order", "<>")
def test_moment(order: str) -> None:
    stored = struct.pack(order + "IIh", 1368123743, 0x12340065, -120)
    assert moment(stored, order) == "2013-05-09 20:22:23"
    assert moment(struct.pack(order + "IIh", 0, 0, 0), order) == ""
    assert moment(struct.pack(order + "IIh", 1368123743, 0, 5000), order) == ""
    assert moment(b"short", order) == ""


def test_of_flir_s_records(
    tmp_path: Path, fff_block: Callable[..., bytes], counts: np.ndarray
) -> None:
    path = tmp_path / "a.fff"
    path.write_bytes(fff_block(counts))
    assert read_thermal(path).camera == Camera("FLIR", "FLIR Test")


def test_of_a_picture(tmp_path: Path) -> None:
    notes = PIL.Image.Exif()
    notes[272] = "Vue Pro 640"
    pixels = np.arange(64, dtype=np.uint8).reshape(8, 8)
    write_image(tmp_path / "a.jpg", Image(pixels, exif=b"Exif\0\0" + notes.tobytes()[6:]))
    assert read_thermal(tmp_path / "a.jpg").camera.model == "Vue Pro 640"
