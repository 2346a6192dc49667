"""What EXIF tells of scene and camera, field by field and unchanged.

EXIF is a small TIFF file (CIPA DC-008): a header and directories of fields. Of the main directory
only what describes the image is kept, so nothing of the old file's layout gets into a new one;
of the directories of the exposure (Exif) and the place (GPS), everything but the old size. The
thumbnail is dropped, and the orientation is 1: readers turn the image upright.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from clfnet.io import orientation

PREFIX = b"Exif\0\0"
"""What EXIF begins with in a JPEG segment."""

EXPOSURE, PLACE = 34665, 34853
"""The fields of the main directory that point at the other two."""

# The bytes of one value of each kind.
_KINDS = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_SHORT, _LONG = 3, 4
_DESCRIPTION = 270
_KEPT = {  # description, make, model, resolution, software, date, artist, host, rights, Windows'
    *(_DESCRIPTION, 271, 272, 282, 283, 296, 305, 306, 315, 316, 18246, 33432),
    *range(40091, 40096),
}
_OLD_SIZE, _POINTERS = {40962, 40963}, {40965}  # Exif: width, height; interoperability directory
_LAST_PLACE = 31  # the last GPS tag; some cameras point at another directory
_MOST_FIELDS, _MOST_BYTES = 1000, 4_000_000

Read = Callable[[int, int], bytes]
"""(offset, count) → that many bytes of the file; fewer where it ends."""


class Field(NamedTuple):
    """The value of one tag: its kind (2 text, 3 short, ...) and its bytes in the file's order."""

    kind: int
    data: bytes

    @property
    def number(self) -> int:
        """How many values of that kind there are."""
        return len(self.data) // _KINDS[self.kind]


Directory = dict[int, Field]


@dataclass(frozen=True)
class Exif:
    """The fields that are kept.

    Attributes:
        order: "<" for little, ">" for big endian.
        main: camera, software, date, rights.
        exposure: the Exif directory.
        place: the GPS directory.
    """

    order: Literal["<", ">"]
    main: Directory = field(default_factory=dict)
    exposure: Directory = field(default_factory=dict)
    place: Directory = field(default_factory=dict)


def parse(data: bytes) -> Exif:
    r"""Take the fields out of EXIF bytes, with or without `PREFIX`.

    Raises:
        ValueError: they are damaged.

    Example:
        >>> maker = Field(2, b"clfnet" + bytes(1))
        >>> parse(pack(Exif("<", {271: maker}))).main[271].data
        b'clfnet\x00'
    """
    data = data.removeprefix(PREFIX)
    return parse_file(lambda offset, count: data[offset : offset + count])


def parse_file(read: Read, *, is_tiff: bool = False) -> Exif:
    """Take the fields out of a TIFF file, which EXIF is too.

    Args:
        read: gives bytes of the file.
        is_tiff: it is an image of its own; its description is its own too, and not kept.

    Raises:
        ValueError: it is damaged, or a BigTIFF.
    """
    try:
        header = read(0, 8)
        order: Literal["<", ">"] = "<" if header[:2] == b"II" else ">"
        if header[:4] not in (b"II*\0", b"MM\0*"):
            raise ValueError("not EXIF")
        main = read_directory(read, order, *struct.unpack(order + "I", header[4:]))
        below = [
            read_directory(read, order, *struct.unpack(order + "I", main[tag].data[:4]))
            if tag in main
            else {}
            for tag in (EXPOSURE, PLACE)
        ]
    except struct.error:
        raise ValueError("EXIF ends early") from None
    kept = {tag: value for tag, value in main.items() if tag in _KEPT}
    if is_tiff:
        kept.pop(_DESCRIPTION, None)
    exposure = {tag: v for tag, v in below[0].items() if tag not in _OLD_SIZE | _POINTERS}
    place = {tag: value for tag, value in below[1].items() if tag <= _LAST_PLACE}
    return Exif(order, kept, exposure, place)


def clean(read: Read | bytes, *, is_tiff: bool = False) -> bytes | None:
    """Return what is kept, packed; None where that is nothing or the EXIF is damaged."""
    try:
        exif = parse(read) if isinstance(read, bytes) else parse_file(read, is_tiff=is_tiff)
    except ValueError:
        return None
    return pack(exif) if exif.main or exif.exposure or exif.place else None


def pack(exif: Exif) -> bytes:
    """Return the bytes of EXIF, `PREFIX` first, its orientation 1."""
    head = (b"II*\0" if exif.order == "<" else b"MM\0*") + struct.pack(exif.order + "I", 8)
    upright = Field(_SHORT, struct.pack(exif.order + "H", 1))
    main = exif.main | {orientation.TAG: upright}
    below = {EXPOSURE: exif.exposure, PLACE: exif.place}
    pointers = {tag: Field(_LONG, bytes(4)) for tag, fields in below.items() if fields}
    offset = len(head) + len(pack_directory(main | pointers, exif.order, 0))
    tail = b""
    for tag in pointers:
        pointers[tag] = Field(_LONG, struct.pack(exif.order + "I", offset + len(tail)))
        tail += pack_directory(below[tag], exif.order, offset + len(tail))
    return PREFIX + head + pack_directory(main | pointers, exif.order, len(head)) + tail


def pack_directory(fields: Directory, order: str, offset: int) -> bytes:
    """Return the bytes of one directory that lies at `offset` (even) of its file."""
    entries, values = b"", b""
    place = offset + 2 + 12 * len(fields) + 4
    for tag, value in sorted(fields.items()):
        entries += struct.pack(order + "HHI", tag, value.kind, value.number)
        if len(value.data) <= 4:
            entries += value.data.ljust(4, b"\0")
        else:
            entries += struct.pack(order + "I", place + len(values))
            values += value.data + bytes(len(value.data) % 2)
    return struct.pack(order + "H", len(fields)) + entries + bytes(4) + values


def read_directory(read: Read, order: str, offset: int) -> Directory:
    """Return the fields of the directory at `offset`.

    Raises:
        ValueError: it is damaged.
        struct.error: it ends early.
    """
    (count,) = struct.unpack(order + "H", read(offset, 2))
    if count > _MOST_FIELDS:
        raise ValueError(f"{count} fields in a directory of EXIF")
    fields: Directory = {}
    room = _MOST_BYTES
    for index in range(count):
        entry = read(offset + 2 + 12 * index, 12)
        tag, kind, number = struct.unpack(order + "HHI", entry[:8])
        size = _KINDS.get(kind, 0) * number
        if not size or size > room:
            continue  # of no known kind, empty, or the strip table of a large image
        place = offset + 2 + 12 * index + 8
        if size > 4:
            (place,) = struct.unpack(order + "I", entry[8:])
        data = read(place, size)
        if len(data) < size:
            raise ValueError("EXIF ends early")
        fields[tag] = Field(kind, data)
        room -= size
    return fields
