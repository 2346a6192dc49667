"""What a JPEG is looked at for before it is decoded: bombs, and damage.

Pillow says nothing of what libjpeg warns of: it paints grey, or shifts the rest of the image. So
the entropy-coded data are gone through once more by a decoder that does, at an eighth of the size,
which takes a small part of the time of decoding. Bits that are flipped and still make sense are not
noticed: a JPEG has no checksum.
"""

import logging
import re
from pathlib import Path

from clfnet.errors import one_line
from clfnet.io.damage import report_damage

MAGIC = b"\xff\xd8\xff"

MOST_SCANS = 100
"""Each scan of a progressive JPEG goes over the whole image; encoders write about ten."""

MOST_SEGMENTS = 10_000
MOST_FILL = 1024
"""Bytes of 0xFF that may stand before a marker; encoders write none."""

_END = b"\xff\xd9"
_SCAN = 0xDA
_MARKER = re.compile(rb"\xff([\x02-\xcf\xd8-\xfe])", re.DOTALL)  # none of those within a scan
_FILL = b"\xff" * (MOST_FILL + 1)
_SIGNS = ("Corrupt JPEG data", "Premature end", "Inconsistent progression")  # libjpeg's warnings

_log = logging.getLogger(__name__)


def check_structure(data: bytes) -> bool:
    """Go from marker to marker, and tell whether the end mark is there.

    Raises:
        ValueError: there are more scans, segments or fill bytes than any camera writes, which
            would take a decoder very long.
    """
    place, scans = 2, 0
    for _ in range(MOST_SEGMENTS):
        marker = _MARKER.search(data, place)
        end = marker.start() + 1 if marker else len(data)
        if data.find(_FILL, place, end) >= 0:
            raise ValueError(f"more than {MOST_FILL} fill bytes stand before a marker")
        if marker is None:
            return False
        if data[marker.start() : marker.end()] == _END:
            return True
        scans += marker[1][0] == _SCAN
        if scans > MOST_SCANS:
            raise ValueError(f"it has more than {MOST_SCANS} scans")
        place = marker.end() + max(2, int.from_bytes(data[marker.end() : marker.end() + 2]))
    raise ValueError(f"it has more than {MOST_SEGMENTS} segments")


def check_pixels(data: bytes, path: Path, *, has_end: bool) -> bytes:
    """Look for damage that a decoder notices.

    Args:
        data: the file; its size in pixels has been checked.
        path: its name, for messages.
        has_end: whether its end mark is there. A file that lacks no more than that is read, and a
            warning is logged.

    Returns:
        What can be decoded: with an end mark.

    Raises:
        ImageError: it is damaged, and nobody allows that; see `clfnet.io.damage`.
    """
    whole = data if has_end else data + _END
    damage = _damage(whole)
    if damage:
        report_damage(path, damage)
    elif not has_end:
        _log.warning("%s lacks its end mark, and nothing else; it is read.", path)
    return whole


def _damage(data: bytes) -> str | None:
    """Return what libjpeg warns of; None if of nothing."""
    import simplejpeg

    try:
        simplejpeg.decode_jpeg(data, "GRAY", min_height=1, min_width=1, min_factor=8, strict=True)
    except ValueError as error:
        text = one_line(error)
        return text if text.startswith(_SIGNS) else None  # other kinds are for the real decoder
    return None
