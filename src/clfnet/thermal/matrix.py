"""Matrices of numbers as small sensors and programs write them: text, PGM, NPZ."""

import re
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from clfnet.errors import ImageError
from clfnet.io.checks import check_size
from clfnet.io.formats import FORMATS
from clfnet.thermal import npy

PGM = (b"P5", b"P2")
"""What a PGM begins with."""

ZIP = b"PK\x03\x04"
"""What an NPZ begins with."""

TEXT_SUFFIXES = next(each.suffixes for each in FORMATS if each.name == "text")
"""Suffixes of text; its bytes alone do not tell it from nothing at all."""

_SENSORS = {64: (8, 8), 768: (24, 32), 4800: (60, 80), 19200: (120, 160), 192: (12, 16)}
_MOST_TEXT = 200_000_000  # bytes
_HEADER = re.compile(
    rb"\A(P[25])(?:\s|#[^\n]*\n)+(\d+)(?:\s|#[^\n]*\n)+(\d+)(?:\s|#[^\n]*\n)+(\d+)\s"
)
_NAMES = ("temperature", "temperatures", "celsius", "thermal", "infrared", "ir", "arr_0", "data")


def read_text(file: BinaryIO, path: Path, max_pixels: int) -> NDArray[np.float32]:
    """Read a matrix of numbers in text.

    Numbers are separated by commas, semicolons, tabs or blanks; a decimal comma is one where
    something else separates. Lines before the matrix (a camera's settings, names of columns) and a
    first column of row numbers are left out. The numbers of one line may be a whole image of a
    sensor that is known (8×8, 16×12, 32×24, 80×60, 160×120).

    Args:
        file: at its start.
        path: its name, for messages.
        max_pixels: larger images are refused.

    Returns:
        float32, (H, W).

    Raises:
        ImageError: it holds no matrix, or a too large one.
    """
    text = file.read(_MOST_TEXT).decode("utf-8-sig", "replace")
    rows = _matrix([_numbers(line) for line in text.splitlines()])
    if not rows:
        raise ImageError(
            f"{path} must hold a matrix of numbers, one row of the image a line, but holds none. "
            f"Export it as CSV."
        )
    values = np.array(rows, np.float32)
    if len(rows) > 1 and np.array_equal(values[:, 0], np.arange(len(rows)) + values[0, 0]):
        values = values[:, 1:] if values.shape[1] > 2 else values
    if len(values) == 1 and values.size in _SENSORS:
        values = values.reshape(_SENSORS[values.size])
    check_size((values.shape[1], values.shape[0]), path, max_pixels)
    return values


def read_pgm(file: BinaryIO, path: Path, max_pixels: int) -> NDArray[np.uint8 | np.uint16]:
    """Read a PGM, binary or text, of up to 16 bits; its numbers as they are, whatever its maximum.

    Raises:
        ImageError: it is too large.
        ValueError: it is damaged.
    """
    data = file.read(2 * max_pixels + 4096)
    head = _HEADER.match(data)
    if head is None:
        raise ValueError("no header of a PGM")
    width, height, most = (int(number) for number in head.groups()[1:])
    check_size((width, height), path, max_pixels)
    stored = np.dtype(np.uint8) if most < 256 else np.dtype(">u2")
    if head[1] == b"P5":
        values = np.frombuffer(data, stored, width * height, head.end())
    else:
        values = np.array(data[head.end() :].split()[: width * height], np.int64)
    picture = values.reshape(height, width)
    return picture.astype(np.uint8 if most < 256 else np.uint16)


def read_npz(file: BinaryIO, path: Path, max_pixels: int) -> NDArray[np.generic]:
    """Read the only array of an NPZ, or the one whose name tells of temperatures.

    Raises:
        ImageError: there are several and none is named so, or it is no image or too large.
        ValueError: it is damaged.
    """
    from zipfile import ZipFile

    with ZipFile(file) as archive:
        names = {name.removesuffix(".npy"): name for name in archive.namelist()}
        chosen = next((name for name in _NAMES if name in names), None)
        if chosen is None and len(names) == 1:
            chosen = next(iter(names))
        if chosen is None:
            raise ImageError(
                f"{path} must hold one array, or one called {', '.join(_NAMES[:6])}, got "
                f"{', '.join(names)[:120] or 'none'}. Save the image alone."
            )
        with archive.open(names[chosen]) as member:
            array: NDArray[np.generic] = npy.read(member, path, max_pixels)  # type: ignore[arg-type]
        return array


def _numbers(line: str) -> list[float]:
    """Return the numbers of a line; none if something in it is no number."""
    line = line.strip().strip(",;")
    if ";" in line or "\t" in line:
        parts = re.split(r"[;\t]", line.replace(",", "."))
    else:
        parts = re.split(r"\s*,\s*|\s+", line)
    try:
        return [float(part) for part in parts]
    except ValueError:
        return []


def _matrix(lines: list[list[float]]) -> list[list[float]]:
    """Return the longest run of lines of one length."""
    best: list[list[float]] = []
    run: list[list[float]] = []
    for line in [*lines, []]:
        if run and len(line) != len(run[0]):
            best = run if sum(map(len, run)) > sum(map(len, best)) else best
            run = []
        if line:
            run.append(line)
    return best
