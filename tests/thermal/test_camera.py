"""What files tell of their camera."""

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from tests.flir_files import flir_jpeg

from clfnet.io.image import Image, write_image
from clfnet.thermal.camera import UNKNOWN, Camera, moment, plain
from clfnet.thermal.read import read_thermal


def test_of_exif() -> None:
    notes = PIL.Image.Exif()
    notes[271], notes[272], notes[306] = "DJI", "ZH20T", "2024:05:06 07:08:09"
    notes.get_ifd(34665)[42033] = "SN-7"
    found = Camera.of(notes.tobytes())
    assert found == Camera("DJI", "ZH20T", "SN-7", taken="2024-05-06 07:08:09")


def _with_focal(millimetres: int) -> bytes:
    notes = PIL.Image.Exif()
    notes.get_ifd(34665)[41989] = millimetres
    return notes.tobytes()


def test_focal_lengths_tell_how_wide_two_cameras_see() -> None:
    """A tangent of half of the diagonal is what a length on film says."""
    heat, light = Camera.of(_with_focal(58)), Camera.of(_with_focal(24))
    assert (heat.focal, light.focal) == (58, 24)
    sides = {(640, 512): 640 / 819.6, (4056, 3040): 4056 / 5069.0}
    (own, a), (its, b) = sides.items()
    assert heat.field_beside(light, own, its) == pytest.approx(24 / 58 * a / b, rel=1e-3)
    assert light.field_beside(heat, its, own) == pytest.approx(58 / 24 * b / a, rel=1e-3)
    assert heat.field_beside(UNKNOWN, own, its) == UNKNOWN.field_beside(heat, own, its) == 0


def test_a_vue_without_r_measures_nothing(
    tmp_path: Path, fff_block: Callable[..., bytes], counts: np.ndarray
) -> None:
    path = tmp_path / "a.jpg"
    for model, measures in ((b"Vue Pro 6", False), (b"Vue Pro R", True)):
        block = fff_block(counts).replace(b"FLIR Test", model)
        assert model in block
        path.write_bytes(flir_jpeg(block))
        found = read_thermal(path)
        assert (found.celsius is not None) == measures
        assert any("does not measure" in note for note in found.notes) != measures
        np.testing.assert_array_equal(found.values, counts)


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
