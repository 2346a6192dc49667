"""Thermal files of every kind that measures, made here."""

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from clfnet.inspection import Measured, Plan, find, measure, readings
from clfnet.io.image import Image, write_image
from clfnet.thermal import write_temperatures


@pytest.fixture
def celsius() -> np.ndarray:
    """20 to 50 °C with noise, (24, 32), a hot block and a hole."""
    image = np.linspace(20, 50, 24 * 32, dtype=np.float32).reshape(24, 32)
    image += np.random.default_rng(0).normal(0, 0.3, image.shape).astype(np.float32)
    image[4:8, 6:12] = 77.25
    image[20:22, 3:5] = np.nan
    return image


@pytest.fixture
def map_file(tmp_path: Path, celsius: np.ndarray) -> Path:
    path = tmp_path / "map.tiff"
    write_temperatures(path, celsius)
    return path


@pytest.fixture
def sequence(tmp_path: Path, fff_block: Callable[..., bytes], counts: np.ndarray) -> Path:
    """Three images, each one hotter than the one before."""
    path = tmp_path / "clip.seq"
    path.write_bytes(b"".join(fff_block(counts + 500 * n, order="<") for n in range(3)))
    return path


@pytest.fixture
def folder(tmp_path: Path, celsius: np.ndarray) -> Path:
    """Two pairs that names tell, and one thermal file alone."""
    folder = tmp_path / "mixed"
    folder.mkdir()
    for number in (1, 2):
        write_temperatures(folder / f"{number}_ir.tiff", celsius + number)
        light = np.full((48, 64, 3), 60 * number, np.uint8)
        write_image(folder / f"{number}_vis.png", Image(light))
    write_temperatures(folder / "3_ir.tiff", celsius)
    return folder


@pytest.fixture
def measured(map_file: Path) -> Callable[..., Measured]:
    """Measures the map as `Plan.parse` reads it."""

    def call(**asked: object) -> Measured:
        (source,) = find([str(map_file)])
        (reading,) = readings(source)
        return measure(reading, Plan.parse(**asked))  # type: ignore[arg-type]

    return call


@pytest.fixture
def flir_measured(flir: Path) -> Measured:
    """A FLIR file with a spot and a box."""
    (reading,) = readings(find([str(flir)])[0])
    return measure(reading, Plan.parse(spots=["mug=20,8"], boxes=["wall=0,12,10,8"]))


def _dji_jpeg(path: Path, counts: np.ndarray) -> None:
    """A JPEG with counts in APP3, as DJI's cameras write it."""
    import PIL.Image

    notes = PIL.Image.Exif()
    notes[271], notes[272] = "DJI", "ZH20T"
    screen = PIL.Image.fromarray(np.zeros(counts.shape, np.uint8))
    screen.save(path, "JPEG", exif=notes)
    data, stored = path.read_bytes(), counts.astype("<u2").tobytes()
    parts = [stored[start : start + 60000] for start in range(0, len(stored), 60000)]
    segments = b"".join(b"\xff\xe3" + struct.pack(">H", len(part) + 2) + part for part in parts)
    path.write_bytes(data[:2] + segments + data[2:])


@pytest.fixture
def dji_jpeg() -> Callable[[Path, np.ndarray], None]:
    """Writes counts as DJI's cameras do."""
    return _dji_jpeg
