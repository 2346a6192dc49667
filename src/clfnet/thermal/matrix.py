"""Matrices of numbers as small sensors and programs write them: text, PGM, NPZ."""

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from math import isfinite
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
_EMPTY = {"": "nan", "-": "nan", "--": "nan", "n/a": "nan", "na": "nan", "null": "nan"}
_NAMES = ("temperature", "temperatures", "celsius", "thermal", "infrared", "ir", "arr_0", "data")


def read_text(file: BinaryIO, path: Path, max_pixels: int) -> NDArray[np.float32]:
    """Read a matrix of numbers in text.

    Numbers are separated by commas, semicolons, tabs or blanks; a decimal comma is one where
    something else separates. An empty field, "-" and "N/A" are no data. Lines before the matrix (a
    camera's settings, names of columns) and a first column of row numbers are left out. The numbers
    of one line may be a whole image of a sensor that is known (8×8, 16×12, 32×24, 80×60, 160×120).

    Args:
        file: at its start.
        path: its name, for messages.
        max_pixels: larger images are refused.

    Returns:
        float32, (H, W).

    Raises:
        ImageError: it holds no matrix, or a too large one.
    """
    data = file.read(_MOST_TEXT + 1)
    if len(data) > _MOST_TEXT:
        raise ImageError(
            f"{path} must have at most {_MOST_TEXT // 10**6} MB as text, but has more. Save the "
            f"image as TIFF or NPY."
        )
    wide = data.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
    text = data.decode("utf-16" if wide else "utf-8-sig", "replace")
    lines = text.splitlines()
    values = np.array(_matrix([_numbers(line) for line in lines]), np.float32)
    if not np.isfinite(values).any():
        raise ImageError(
            f"{path} must hold a matrix of numbers, one row of the image a line, but holds none. "
            f"Export it as CSV."
        )
    values = _without_frame(values, lines)
    if len(values) > 1 and np.array_equal(values[:, 0], np.arange(len(values)) + values[0, 0]):
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
    if not 0 < most < 2**16:
        raise ValueError(f"a maximum of {most}")
    stored = np.dtype(np.uint8) if most < 256 else np.dtype(">u2")
    if head[1] == b"P5":
        values = np.frombuffer(data, stored, width * height, head.end())
    else:
        values = np.array(data[head.end() :].split()[: width * height], np.int64)
        if values.min() < 0 or values.max() > np.iinfo(stored).max:
            raise ValueError("a number beyond the maximum")
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
    """Return the numbers of a line, NaN for an empty field; none if a field is something else."""
    line = line.strip(" \r\n").replace('"', "")
    if ";" in line or "\t" in line:
        parts = re.split(r"[;\t]", line.replace(",", "."))
    elif "," in line:
        parts = line.split(",")
    else:
        parts = line.split()
    try:
        found = [float(_EMPTY.get(part.strip().lower(), part)) for part in parts]
    except ValueError:
        return []
    return found if any(map(isfinite, found)) or len(found) > 1 else []


def _without_frame(values: NDArray[np.float32], lines: list[str]) -> NDArray[np.float32]:
    """Leave out what programs put around a matrix: numbers of columns, separators without numbers.

    Args:
        values: what was read as the matrix.
        lines: of the file.
    """
    if np.isnan(values[0, 0]) and np.array_equal(
        values[0, 1:], np.arange(values.shape[1] - 1) + values[0, 1:2]
    ):
        values = values[1:]
    ended = sum(line.rstrip().endswith((",", ";")) for line in lines)
    if np.isnan(values[:, -1]).all() and ended >= len(values):
        values = values[:, :-1]
    if any("nan" in line.lower() for line in lines):  # it is written out, so nothing is a gap
        return values
    filled = np.flatnonzero(np.isfinite(values).any(axis=1))
    return values[filled[0] : filled[-1] + 1]


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
