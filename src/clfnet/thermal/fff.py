"""FLIR's FFF: a header, a directory, and records at places of the directory's choice.

The layout is as ExifTool documents it (https://exiftool.org/TagNames/FLIR.html). A radiometric JPEG
holds one block, mostly big endian; a sequence (SEQ) is blocks one after the other, mostly little
endian.
"""

import struct
from dataclasses import dataclass
from mmap import mmap

MAGIC = b"FFF\0"

_HEADER, _ENTRY, _MOST_RECORDS = 64, 32, 500


@dataclass(frozen=True)
class Block:
    """The records of one block.

    Attributes:
        places: kind of record → start and end in the file; the first of each kind.
        end: where the block ends.
    """

    places: dict[int, tuple[int, int]]
    end: int


def parse(data: bytes | mmap, start: int = 0) -> Block:
    """Find the records of the block at `start`.

    Raises:
        ValueError: there is no whole block.
    """
    order = _order(data[start : start + _HEADER])
    directory, count = struct.unpack_from(order + "II", data, start + 24)
    if count > _MOST_RECORDS:
        raise ValueError(f"{count} records in a FLIR block")
    end = start + directory + count * _ENTRY
    entries = data[start + directory : end]
    if len(entries) < count * _ENTRY:
        raise ValueError("the directory of a FLIR block ends early")
    places: dict[int, tuple[int, int]] = {}
    for entry in range(0, len(entries), _ENTRY):
        (kind,) = struct.unpack_from(order + "H", entries, entry)
        offset, length = struct.unpack_from(order + "II", entries, entry + 12)
        if kind:
            first, last = start + offset, start + offset + length
            if last > len(data):
                raise ValueError(f"record {kind} of a FLIR block ends early")
            places.setdefault(kind, (first, last))
            end = max(end, last)
    return Block(places, end)


def is_block(header: bytes) -> bool:
    """Tell whether a block begins with these 64 bytes."""
    try:
        _order(header)
    except ValueError:
        return False
    return True


def _order(header: bytes) -> str:
    """Return the byte order, in which the version is 100 to 199."""
    if len(header) == _HEADER and header.startswith(MAGIC):
        for order in "><":
            (version,) = struct.unpack_from(order + "I", header, 20)
            if 100 <= version < 200:
                return order
    raise ValueError("no FLIR block of a known version")
