"""The camera that wrote a file, and the time, as the file states them."""

import re
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Self

from clfnet.io import exif

_MAKE, _MODEL, _CHANGED = 271, 272, 306
_TAKEN, _SERIAL = 36867, 42033  # of the Exif directory
_DATE = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)")
_EARLIEST = 631152000  # 1990: an unset clock says less


@dataclass(frozen=True)
class Camera:
    """A camera and a moment; empty where the file does not say.

    Attributes:
        make: who made it.
        model: what it is called.
        serial: its own number.
        lens: what is before the sensor.
        taken: date and time, "YYYY-MM-DD hh:mm:ss", by the camera's clock.
    """

    make: str = ""
    model: str = ""
    serial: str = ""
    lens: str = ""
    taken: str = ""

    @classmethod
    def of(cls, data: bytes | None) -> Self:
        """Read EXIF; of damaged EXIF nothing is told.

        Example:
            >>> Camera.of(None)
            Camera(make='', model='', serial='', lens='', taken='')
        """
        try:
            found = exif.parse(data or b"")
        except ValueError:
            return cls()
        taken = _text(found.exposure, _TAKEN) or _text(found.main, _CHANGED)
        return cls(
            _text(found.main, _MAKE),
            _text(found.main, _MODEL),
            _text(found.exposure, _SERIAL),
            taken=_DATE.sub(r"\1-\2-\3 \4", taken),
        )


UNKNOWN = Camera()
"""Nothing is told."""


def plain(data: bytes) -> str:
    r"""Return the text of a fixed field, up to its end; what cannot be shown is left out.

    Example:
        >>> plain(b"FLIR T640\0\0\xff")
        'FLIR T640'
    """
    text = data.split(b"\0")[0].decode("utf-8", "ignore")
    return "".join(letter for letter in text if letter.isprintable()).strip(" *")  # "*" is unset


def moment(record: bytes, order: str) -> str:
    """Return the date of FLIR's field: seconds, milliseconds, minutes west of Greenwich.

    Example:
        >>> moment(struct.pack("<IIh", 1700000000, 0, -60), "<")
        '2023-11-14 23:13:20'
    """
    if len(record) < 10:
        return ""
    seconds, _, west = struct.unpack(order + "IIh", record[:10])
    if seconds < _EARLIEST or abs(west) > 14 * 60:
        return ""
    zone = timezone(timedelta(minutes=-west))
    return datetime.fromtimestamp(seconds, UTC).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def _text(directory: exif.Directory, tag: int) -> str:
    return plain(directory[tag].data) if tag in directory else ""
