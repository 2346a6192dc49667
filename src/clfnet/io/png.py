"""PNG (ISO/IEC 15948): checksums, what Pillow does not keep whole, and quick writing.

Pillow reads 16-bit colour and 16-bit grey with alpha as 8 bits in silence. Its decoder undoes
filters and interlace whatever the bytes stand for, so it is asked for the bytes here. Files are
written with one row filter for all and deflated by ISA-L: in a small part of the time that trying
every filter and zlib take, and larger by an eighth or so.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Protocol

import numpy as np
import PIL.Image
from numpy.typing import NDArray

SIGNATURE = b"\x89PNG\r\n\x1a\n"

DESCRIPTION = "Description"
"""The keyword of a text that tells of the image."""

_CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}  # colour type: samples per pixel
_COLOUR_TYPE = {channels: colour_type for colour_type, channels in _CHANNELS.items()}
_BYTES = {  # samples per pixel: a mode of Pillow, and its layouts that give high and low bytes
    1: ("LA", ("LA",)),
    2: ("RGBA", ("RGBA",)),
    3: ("RGB", ("RGB;16B", "RGB;16L")),
    4: ("RGBA", ("RGBA;16B", "RGBA;16L")),
}
_WHOLE = ((0, 0, 1, 1),)
_ADAM7 = (  # first column, first row, step right, step down of each pass
    (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4),
    (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2),
)  # fmt: skip
_MOST_CHUNKS = 2**20
_AVERAGE = 3  # the number of the row filter
_BAND = 2**17  # bytes that are filtered and deflated at once: they stay in a core's cache


def is_16_bit(header: bytes) -> bool:
    """Tell from the first 25 bytes of a file whether it is a PNG of 16 bits per sample."""
    return header.startswith(SIGNATURE) and header[24:25] == b"\x10"


def decode_16_bit(file: BinaryIO) -> NDArray[np.uint16]:
    """Decode a PNG of 16 bits per sample.

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
    shape = height, width, _CHANNELS[colour_type]
    pixels = _samples(shape, compressed, interlaced=bool(interlaced))
    return _with_alpha(pixels, transparent)


def _samples(
    shape: tuple[int, int, int], compressed: bytes, *, interlaced: bool
) -> NDArray[np.uint16]:
    height, width, channels = shape
    mode, layouts = _BYTES[channels]
    rows = _inflate(compressed, _length(shape, interlaced=interlaced))
    stored = zlib.compress(rows, 0)  # Pillow takes no other; it is inflated once for both layouts
    try:
        parts = [
            PIL.Image.frombytes(mode, (width, height), stored, "zip", layout, interlaced)
            for layout in layouts
        ]
    except ValueError:
        raise ValueError("a row filter does not exist") from None
    if len(parts) == 1:
        return np.asarray(parts[0]).view(">u2").astype(np.uint16)
    high, low = map(np.asarray, parts)
    samples = high.astype(np.uint16) << np.uint16(8)
    samples |= low
    return samples


def exif(file: BinaryIO) -> bytes | None:
    """Return the EXIF of a PNG, wherever it stands."""
    return next((data for kind, data, _ in _raw_chunks(file) if kind == b"eXIf"), None)


def check(file: BinaryIO) -> None:
    """Compare the checksums of the chunks that the pixels depend on.

    Raises:
        ValueError: one is wrong, or the file ends early.
    """
    for kind, data, checksum in _raw_chunks(file):
        if kind[:1].isupper():  # what is not may be left out
            _check(kind, data, checksum)


def encode(
    file: BinaryIO,
    samples: NDArray[np.uint8 | np.uint16],
    *,
    icc: bytes | None = None,
    exif: bytes | None = None,
    description: str | None = None,
    small: bool = False,
) -> None:
    """Write a PNG, band by band.

    Args:
        file: for writing.
        samples: uint8 or uint16, (H, W, C): C is 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha.
        icc: a colour profile to embed.
        exif: EXIF to embed, with or without its prefix.
        description: a text to record.
        small: take several times as long for a smaller file.

    Example:
        >>> import io
        >>> encode(file := io.BytesIO(), np.array([[[1, 500, 65535]]], np.uint16))
        >>> decode_16_bit(file).tolist()
        [[[1, 500, 65535]]]
    """
    height, width, channels = samples.shape
    depth = 8 * samples.itemsize
    header = struct.pack(">IIBBBBB", width, height, depth, _COLOUR_TYPE[channels], 0, 0, 0)
    file.write(SIGNATURE + _chunk(b"IHDR", header))
    if icc:
        file.write(_chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(icc)))
    if exif:
        file.write(_chunk(b"eXIf", exif.removeprefix(b"Exif\0\0")))
    if description:
        keyword = DESCRIPTION.encode() + bytes(5)  # uncompressed, of no stated language
        file.write(_chunk(b"iTXt", keyword + description.encode()))
    for part in _deflated(_filtered(samples), zlib.compressobj() if small else _quick()):
        file.write(_chunk(b"IDAT", part))
    file.write(_chunk(b"IEND", b""))


class _Deflater(Protocol):
    def compress(self, data: bytes, /) -> bytes: ...

    def flush(self) -> bytes: ...


def _quick() -> _Deflater:
    """Return the quickest that there is; ISA-L has no wheels but for x86-64 and ARM64."""
    try:
        from isal import isal_zlib
    except ImportError:
        return zlib.compressobj(1)
    return isal_zlib.compressobj(1)


def _deflated(bands: Iterable[bytes], deflater: _Deflater) -> Iterator[bytes]:
    for band in bands:
        if part := deflater.compress(band):
            yield part
    yield deflater.flush()


def _filtered(samples: NDArray[np.uint8 | np.uint16]) -> Iterator[bytes]:
    """Yield rows, less the mean of the bytes left of and above each, whose filter is "average"."""
    height, width, channels = samples.shape
    step = channels * samples.itemsize
    rows = max(1, _BAND // (width * step))
    before = np.zeros((1, width * step), np.uint8)  # the row above the band
    for top in range(0, height, rows):
        band = samples[top : top + rows].astype(samples.dtype.newbyteorder(">"), order="C")
        values = band.view(np.uint8).reshape(len(band), -1)
        above = np.concatenate([before, values[:-1]])
        left = np.pad(values[:, :-step], ((0, 0), (step, 0)))
        mean = (above & left) + ((above ^ left) >> 1)  # rounded down, without a ninth bit
        filtered = np.empty((len(values), 1 + values.shape[1]), np.uint8)
        filtered[:, 0] = _AVERAGE
        np.subtract(values, mean, out=filtered[:, 1:])
        before = values[-1:]
        yield filtered.tobytes()


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


def _length(shape: tuple[int, int, int], *, interlaced: bool) -> int:
    """Return how many bytes the filtered rows of all passes have."""
    height, width, channels = shape
    total = 0
    for x, y, right, down in _ADAM7 if interlaced else _WHOLE:
        rows, columns = len(range(y, height, down)), len(range(x, width, right))
        total += rows * (1 + 2 * channels * columns) if columns else 0
    return total


def _inflate(compressed: bytes, length: int) -> bytes:
    """Inflate `length` bytes and no more, however much the stream would give."""
    data = zlib.decompressobj().decompress(compressed, length)
    if len(data) != length:
        raise ValueError("the pixels end early")
    return data


def _with_alpha(pixels: NDArray[np.uint16], transparent: bytes) -> NDArray[np.uint16]:
    channels = pixels.shape[2]
    if not transparent or channels not in (1, 3):
        return pixels
    colour = np.array(struct.unpack(f">{channels}H", transparent), np.uint16)
    opaque = (pixels != colour).any(axis=2, keepdims=True)
    return np.concatenate([pixels, opaque * np.uint16(65535)], axis=2)
