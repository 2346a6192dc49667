"""FLIR's files, put together byte by byte after ExifTool's documentation of the layout."""

import struct
from io import BytesIO
from typing import Any

import numpy as np
import PIL.Image

RAW, EMBEDDED, CAMERA, OVERLAY = 1, 14, 32, 42
CONSTANTS: dict[str, float] = {
    "r1": 17837.5, "b": 1450.4, "f": 1.0, "o": -1143, "r2": 0.012333, "emissivity": 0.95,
    "distance": 1.0, "reflected": 293.15, "air": 293.15, "window": 293.15, "transmission": 1.0,
    "humidity": 0.5,
}  # fmt: skip
PLACES = {"emissivity": 0x20, "distance": 0x24, "reflected": 0x28, "air": 0x2C, "window": 0x30}
PLACES |= {"transmission": 0x34, "humidity": 0x3C, "r1": 0x58, "b": 0x5C, "f": 0x60, "r2": 0x30C}


def png(pixels: np.ndarray[Any, Any]) -> bytes:
    buffer = BytesIO()
    PIL.Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def jpeg_ls(counts: np.ndarray[Any, Any]) -> bytes:
    """JPEG-LS that begins with the frame's header, as FLIR writes it."""
    import imagecodecs

    data = bytes(imagecodecs.jpegls_encode(counts))
    return data[:2] + data[data.index(b"\xff\xf7") :]


def _camera(order: str, constants: dict[str, float], rate: int) -> bytes:
    record = bytearray(0x500)
    struct.pack_into(order + "H", record, 0, 2)
    for name, place in PLACES.items():
        struct.pack_into(order + "f", record, place, constants[name])
    air = (0.006569, 0.01262, -0.002276, -0.00667, 1.9)
    struct.pack_into(order + "5f", record, 0x70, *air)
    struct.pack_into(order + "i", record, 0x308, int(constants["o"]))
    struct.pack_into(order + "H", record, 0x464, rate)
    record[0xD4 : 0xD4 + 9] = b"FLIR Test"
    return bytes(record)


def _image(order: str, kind: int, size: tuple[int, int], data: bytes) -> bytes:
    return struct.pack(order + "HHH", kind, *size).ljust(32, b"\0") + data


def fff_block(
    counts: np.ndarray[Any, Any],
    *,
    order: str = ">",
    record_order: str = "<",
    packing: str = "raw",
    visible: bytes | None = None,
    visible_size: tuple[int, int] = (0, 0),
    overlay: tuple[float, int, int] | None = None,
    constants: dict[str, float] | None = None,
    size: tuple[int, int] | None = None,
    rate: int = 9,
) -> bytes:
    """One FFF block."""
    stored = counts.byteswap() if packing == "swapped png" else counts
    packed = {"raw": counts.astype(record_order + "u2").tobytes, "jpeg-ls": lambda: jpeg_ls(counts)}
    raw = packed.get(packing, lambda: png(stored))()
    size = size or (counts.shape[1], counts.shape[0])
    records = {
        RAW: _image(record_order, 2, size, raw),
        CAMERA: _camera(record_order, CONSTANTS | (constants or {}), rate),
    }
    if overlay:
        records[OVERLAY] = struct.pack("<fhh", *overlay).ljust(96, b"\0")
    if visible:
        records[EMBEDDED] = _image(record_order, 3, visible_size, visible)
    place = 64 + 32 * (len(records) + 1)
    directory, body = bytes(32), b""  # an entry of kind 0 is free
    for kind, record in records.items():
        fields = (kind, 1, 100, 1, place + len(body), len(record), 0, 0, 0)
        directory += struct.pack(order + "HHIIIIIII", *fields)
        body += record
    header = b"FFF\0" + bytes(16) + struct.pack(order + "III", 101, 64, len(records) + 1)
    return header.ljust(64, b"\0") + directory + body


def flir_jpeg(
    block: bytes,
    *,
    part: int = 1000,
    exif: bytes = b"",
    extra: bytes = b"",
    screen: np.ndarray[Any, Any] | None = None,
) -> bytes:
    """A JPEG with a block in it, in parts."""
    buffer = BytesIO()
    shown = np.zeros((8, 8), np.uint8) if screen is None else screen
    PIL.Image.fromarray(shown).save(buffer, "JPEG", exif=exif)
    data = buffer.getvalue()
    parts = [block[start : start + part] for start in range(0, len(block), part)]
    segments = b"".join(
        b"\xff\xe1"
        + struct.pack(">H", len(piece) + 10)
        + b"FLIR\0\1"
        + bytes([number, len(parts) - 1])
        + piece
        for number, piece in enumerate(parts)
    )
    end = 2 + 2 + struct.unpack(">H", data[4:6])[0] if exif else 2
    if exif:  # behind JFIF and EXIF
        (length,) = struct.unpack(">H", data[end + 2 : end + 4])
        end += 2 + length
    return data[:end] + segments + extra + data[end:]
