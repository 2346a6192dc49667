"""PNG of 16 bits per sample, whole.

Pillow reads 16-bit colour and 16-bit grey with alpha as 8 bits in silence, so these are decoded
here, after the PNG specification (ISO/IEC 15948): filters, transparent colour and interlace too.
"""

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

SIGNATURE = b"\x89PNG\r\n\x1a\n"

DESCRIPTION = "Description"
"""The keyword of a text that tells of the image."""

_CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}  # colour type: samples per pixel
_COLOUR_TYPE = {channels: colour_type for colour_type, channels in _CHANNELS.items()}
_MOST_CHUNKS = 2**20
_NONE, _SUB, _UP, _AVERAGE, _PAETH = range(5)
_WHOLE = ((0, 0, 1, 1),)
_ADAM7 = (  # first column, first row, step right, step down of each pass
    (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4),
    (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2),
)  # fmt: skip


def is_16_bit(header: bytes) -> bool:
    """Tell from the first 25 bytes of a file whether it is a PNG of 16 bits per sample."""
    return header.startswith(SIGNATURE) and header[24:25] == b"\x10"


def decode(file: BinaryIO) -> NDArray[np.uint16]:
    """Decode a 16-bit PNG.

    Args:
        file: at its start; its header has been found to be 16-bit and of a bearable size.

    Returns:
        uint16, (H, W, C): C is 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha. A transparent
        colour (tRNS) comes as alpha.

    Raises:
        ValueError: the file breaks the specification or ends early.
    """
    header, transparent, compressed = _read_chunks(file)
    width, height, _, colour_type, _, _, interlaced = header
    if colour_type not in _CHANNELS or not width or not height:
        raise ValueError(f"colour type {colour_type}, {width}x{height} pixels")
    pixels = np.zeros((height, width, _CHANNELS[colour_type]), np.uint16)  # (H, W, C)
    passes = [pixels[y::down, x::right] for x, y, right, down in (_ADAM7 if interlaced else _WHOLE)]
    passes = [view for view in passes if view.size]
    lengths = [view.shape[0] * (1 + 2 * view.shape[1] * view.shape[2]) for view in passes]
    data = _inflate(compressed, sum(lengths))
    for view, length in zip(passes, lengths, strict=True):
        height, width, channels = view.shape
        rows = np.frombuffer(data[:length], np.uint8).reshape(height, -1)  # (H, 1 + 2WC)
        data = data[length:]
        samples = _unfilter(rows[:, 0], rows[:, 1:].reshape(height, width, 2 * channels))
        view[:] = samples.view(">u2")
    return _with_alpha(pixels, transparent)


def check(file: BinaryIO) -> None:
    """Compare the checksums of the chunks that the pixels depend on.

    Raises:
        ValueError: one is wrong, or the file ends early.
    """
    for kind, data, checksum in _raw_chunks(file):
        if kind[:1].isupper():  # what is not may be left out
            _check(kind, data, checksum)


def encode(
    pixels: NDArray[np.uint16],
    icc: bytes | None = None,
    exif: bytes | None = None,
    description: str | None = None,
) -> bytes:
    """Encode a 16-bit PNG.

    Args:
        pixels: uint16, (H, W, C); C as `decode` gives it.
        icc: a colour profile to embed.
        exif: EXIF to embed, with or without its prefix.
        description: a text to record.

    Returns:
        The bytes of the file.

    Example:
        >>> import io
        >>> pixels = np.array([[[1, 500, 65535]]], np.uint16)
        >>> decode(io.BytesIO(encode(pixels))).tolist()
        [[[1, 500, 65535]]]
    """
    height, width, channels = pixels.shape
    header = struct.pack(">IIBBBBB", width, height, 16, _COLOUR_TYPE[channels], 0, 0, 0)
    samples = np.ascontiguousarray(pixels, dtype=">u2").view(np.uint8)  # (H, W, 2C)
    filtered = samples - np.pad(samples, ((0, 0), (1, 0), (0, 0)))[:, :-1]
    rows = np.pad(filtered.reshape(height, -1), ((0, 0), (1, 0)), constant_values=_SUB)
    notes = _chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(icc)) if icc else b""
    if exif:
        notes += _chunk(b"eXIf", exif.removeprefix(b"Exif\0\0"))
    if description:
        keyword = DESCRIPTION.encode() + bytes(5)  # uncompressed, of no stated language
        notes += _chunk(b"iTXt", keyword + description.encode())
    return (
        SIGNATURE
        + _chunk(b"IHDR", header)
        + notes
        + _chunk(b"IDAT", zlib.compress(rows.tobytes()))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _read_chunks(file: BinaryIO) -> tuple[tuple[int, ...], bytes, bytes]:
    """Return the header's fields, the transparent colour and the compressed pixels."""
    header: tuple[int, ...] = ()
    transparent = b""
    compressed = []
    for kind, data in _chunks(file):
        if kind == b"IHDR":
            header = struct.unpack(">IIBBBBB", data)
        elif kind == b"tRNS":
            transparent = data
        elif kind == b"IDAT":
            compressed.append(data)
    return header, transparent, b"".join(compressed)


def _chunks(file: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    for kind, data, checksum in _raw_chunks(file):
        _check(kind, data, checksum)
        yield kind, data


def _raw_chunks(file: BinaryIO) -> Iterator[tuple[bytes, bytes, int]]:
    """Yield kind, data and the checksum that is stated."""
    file.seek(len(SIGNATURE))
    for _ in range(_MOST_CHUNKS):
        length, kind = struct.unpack(">I4s", _read(file, 8))
        data = _read(file, length)
        yield kind, data, int.from_bytes(_read(file, 4))
        if kind == b"IEND":
            return
    raise ValueError(f"it has more than {_MOST_CHUNKS} chunks")


def _check(kind: bytes, data: bytes, checksum: int) -> None:
    if checksum != zlib.crc32(data, zlib.crc32(kind)):
        raise ValueError(f"the checksum of chunk {kind!r} is wrong")


def _read(file: BinaryIO, count: int) -> bytes:
    data = file.read(count)
    if len(data) != count:
        raise ValueError("the file ends early")
    return data


def _inflate(compressed: bytes, length: int) -> memoryview:
    """Inflate `length` bytes and no more, however much the stream would give."""
    data = zlib.decompressobj().decompress(compressed, length)
    if len(data) != length:
        raise ValueError("the pixels end early")
    return memoryview(data)


def _unfilter(filters: NDArray[np.uint8], filtered: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Undo the row filters.

    A byte is predicted from its neighbours left, above and above left, so all the pixels of one
    anti-diagonal can be done at once. With a border of zeros at the top and left, diagonal d is a
    plain strided slice of the flat pixels.

    Args:
        filters: uint8, (H,): the filter of each row.
        filtered: uint8, (H, W, B): B bytes per pixel.

    Returns:
        uint8, (H, W, B).
    """
    if filters.max() > _PAETH:
        raise ValueError(f"row filter {filters.max()} does not exist")
    height, width, _ = filtered.shape
    bordered = np.pad(filtered, ((1, 0), (1, 0), (0, 0)))  # (H + 1, W + 1, B)
    flat = bordered.reshape(-1, filtered.shape[2])
    kinds = [(filters == kind)[:, None] for kind in (_SUB, _UP, _AVERAGE, _PAETH)]
    for diagonal in range(2, height + width + 1):  # row + column, both from 1
        first, last = max(1, diagonal - width), min(height, diagonal - 1)
        here = np.arange(first, last + 1) * width + diagonal  # (n,) places in flat
        left, above, corner = flat[here - 1], flat[here - width - 1], flat[here - width - 2]
        sub, up, average, paeth = (kind[first - 1 : last] for kind in kinds)
        mean = ((left.astype(np.uint16) + above) // 2).astype(np.uint8)
        flat[here] += sub * left + up * above + average * mean + paeth * _paeth(left, above, corner)
    return bordered[1:, 1:].copy()


def _paeth(
    left: NDArray[np.uint8], above: NDArray[np.uint8], corner: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """Return whichever neighbour is nearest to left + above - corner; ties go in this order."""
    a, b, c = left.astype(np.int16), above.astype(np.int16), corner.astype(np.int16)
    to_left, to_above, to_corner = abs(b - c), abs(a - c), abs(a + b - 2 * c)
    nearest = np.where(to_above <= to_corner, above, corner)
    return np.where((to_left <= to_above) & (to_left <= to_corner), left, nearest)


def _with_alpha(pixels: NDArray[np.uint16], transparent: bytes) -> NDArray[np.uint16]:
    channels = pixels.shape[2]
    if not transparent or channels not in (1, 3):
        return pixels
    colour = np.array(struct.unpack(f">{channels}H", transparent), np.uint16)
    opaque = (pixels != colour).any(axis=2, keepdims=True)
    return np.concatenate([pixels, opaque * np.uint16(65535)], axis=2)
