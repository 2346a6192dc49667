"""The camera that wrote a file, and the time, as the file states them."""

import re
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from math import hypot
from typing import Self

from clfnet.io import exif

_MAKE, _MODEL, _CHANGED = 271, 272, 306
_TAKEN, _SERIAL, _FOCAL = 36867, 42033, 41989  # of the Exif directory
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
        focal: focal length of a lens of the same field of view on 35 mm film, in mm; 0 if untold.
    """

    make: str = ""
    model: str = ""
    serial: str = ""
    lens: str = ""
    taken: str = ""
    focal: float = 0.0

    @classmethod
    def of(cls, data: bytes | None) -> Self:
        """Read EXIF; of damaged EXIF nothing is told.

        Example:
            >>> Camera.of(None)
            Camera(make='', model='', serial='', lens='', taken='', focal=0.0)
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
            focal=_short(found, _FOCAL),
        )

    def field_beside(self, other: "Camera", own: tuple[int, int], its: tuple[int, int]) -> float:
        """Return how wide this camera sees beside another, by their focal lengths; 0 if untold.

        Args:
            other: the other camera.
            own: width and height of this camera's image, in pixels.
            its: width and height of the other one's.

        Returns:
            The ratio of what the longer sides of the two images see.

        Example:
            >>> tele, wide = Camera(focal=48.0), Camera(focal=24.0)
            >>> tele.field_beside(wide, (640, 480), (4000, 3000))
            0.5
        """
        if not (self.focal and other.focal):
            return 0.0
        sides = max(own) / hypot(*own), max(its) / hypot(*its)  # film's length is of the diagonal
        return other.focal / self.focal * sides[0] / sides[1]


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


def _short(found: exif.Exif, tag: int) -> float:
    """Return a whole number of the Exif directory; 0 where it is missing or of another kind."""
    kind, data = found.exposure.get(tag, exif.Field(0, b""))
    return float(struct.unpack(found.order + "H", data)[0]) if (kind, len(data)) == (3, 2) else 0.0
