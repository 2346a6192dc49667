"""Thermal data in the segments of a JPEG: FLIR's block, DJI's raw thermal image."""

import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from clfnet.io import exif
from clfnet.io.jpeg import MAGIC, MOST_FILL, MOST_SEGMENTS

__all__ = ["MAGIC", "exif_of", "flir_block", "frame_size", "is_dji"]

_APP1, _APP3, _SCAN, _END = 0xE1, 0xE3, 0xDA, 0xD9
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # SOF0 to SOF15
_FLIR = b"FLIR\0"


class Segment(NamedTuple):
    """One segment before the pixels: its marker, and where its payload lies."""

    marker: int
    start: int
    length: int


def flir_block(file: BinaryIO) -> bytes | None:
    r"""Return the FFF block of a FLIR JPEG; None if it is none.

    Its parts lie in segments that begin with "FLIR\0", 1, the part's number, the last one's.

    Raises:
        ValueError: a part is missing or there twice.
    """
    parts: dict[int, bytes] = {}
    last = 0
    for segment in _segments(file):
        if segment.marker == _APP1 and segment.length > 8:
            payload = _read(file, segment)
            if payload.startswith(_FLIR):
                number, last = payload[6], payload[7]
                if number in parts:
                    raise ValueError(f"part {number} of the FLIR data is there twice")
                parts[number] = payload[8:]
    if not parts:
        return None
    missing = set(range(last + 1)) - parts.keys()
    if missing:
        raise ValueError(f"part {min(missing)} of the FLIR data is missing")
    return b"".join(parts[number] for number in range(last + 1))


def is_dji(file: BinaryIO) -> bool:
    """Tell whether a JPEG holds the raw thermal image of a DJI camera."""
    raw = made = False
    for segment in _segments(file):
        raw |= segment.marker == _APP3
        if segment.marker == _APP1:
            payload = _read(file, segment)
            made |= b"drone-dji" in payload or _maker(payload).startswith(b"DJI")
    return raw and made


def dji_counts(file: BinaryIO) -> bytes:
    """Return the joined segments in which DJI's cameras keep what the sensor counts."""
    return b"".join(_read(file, each) for each in _segments(file) if each.marker == _APP3)


def frame_size(file: BinaryIO) -> tuple[int, int]:
    """Return width and height as the header states them.

    Raises:
        ValueError: it does not.
    """
    for segment in _segments(file):
        if segment.marker in _FRAMES and segment.length >= 5:
            height, width = struct.unpack(">HH", _read(file, segment)[1:5])
            return width, height
    raise ValueError("no header of a frame")


def exif_of(file: BinaryIO) -> bytes | None:
    """Return what EXIF tells of camera, exposure and place; see `clfnet.io.exif`."""
    for segment in _segments(file):
        if segment.marker == _APP1:
            payload = _read(file, segment)
            if payload.startswith(exif.PREFIX):
                return exif.clean(payload)
    return None


def _maker(payload: bytes) -> bytes:
    try:
        return exif.parse(payload).main[271].data if payload.startswith(exif.PREFIX) else b""
    except (ValueError, KeyError):
        return b""


def _segments(file: BinaryIO) -> Iterator[Segment]:
    """Yield the segments from the file's start to its pixels, or to what is no segment."""
    place, fill = 2, 0
    for _ in range(MOST_SEGMENTS + MOST_FILL):
        file.seek(place)
        head = file.read(4)
        if len(head) < 4 or head[0] != 0xFF or head[1] in (_SCAN, _END):
            return
        if head[1] == 0xFF:
            place, fill = place + 1, fill + 1
            if fill > MOST_FILL:
                raise ValueError(f"more than {MOST_FILL} fill bytes stand before its markers")
            continue
        (length,) = struct.unpack(">H", head[2:])
        if length < 2:
            return
        yield Segment(head[1], place + 4, length - 2)
        place += 2 + length
    raise ValueError(f"it has more than {MOST_SEGMENTS} segments")


def _read(file: BinaryIO, segment: Segment) -> bytes:
    file.seek(segment.start)
    return file.read(segment.length)
