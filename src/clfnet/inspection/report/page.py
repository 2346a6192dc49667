"""What a page of a report says, whatever it is written as."""

from io import BytesIO
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from clfnet.inspection.measure import Measured
from clfnet.inspection.picture import Look, draw, draw_visible
from clfnet.io.image import to_uint8
from clfnet.thermal.difference import WHOLE
from clfnet.thermal.statistics import Statistics

LONGEST_SIDE = 1400
"""Larger pictures are reduced to it, in pixels."""

_QUALITY = 88
_CONDITIONS = {
    "emissivity": ("Emissivity", ""),
    "reflected": ("Reflected temperature", " °C"),
    "distance": ("Distance", " m"),
    "humidity": ("Relative humidity", " %"),
    "atmosphere": ("Air temperature", " °C"),
}


class Picture(NamedTuple):
    """A picture of a page.

    Attributes:
        caption: what it is.
        data: JPEG or PNG.
        width: pixels.
        height: pixels.
    """

    caption: str
    data: bytes
    width: int
    height: int

    @property
    def media(self) -> str:
        """Its media type."""
        return "image/png" if self.data.startswith(b"\x89PNG") else "image/jpeg"


class Page(NamedTuple):
    """A page; all text is plain.

    Attributes:
        title: the file.
        pictures: the thermal one, and perhaps a visible or fused one.
        table: rows of cells, titles first; temperatures in °C.
        facts: names and values: when, with which camera, under which conditions.
        notes: what is to be known about the file, a sentence each.
    """

    title: str
    pictures: list[Picture]
    table: list[list[str]]
    facts: list[tuple[str, str]]
    notes: list[str]


def page_of(
    measured: Measured,
    look: Look,
    beside: tuple[str, NDArray[np.uint8 | np.uint16]] | None = None,
    *,
    serial: bool = False,
) -> Page:
    """Put a page together.

    Args:
        measured: what it is about.
        look: how the thermal picture is drawn.
        beside: caption and pixels of the picture beside it; by default the visible image with what
            was measured, if there is one.
        serial: name the camera's serial number.
    """
    reading = measured.reading
    pictures = [_png(f"Thermal ({look.palette})", draw(measured, look))]
    if beside is not None:
        pictures.append(_jpeg(beside[0], _rgb(beside[1])))
    elif reading.visible is not None:
        shown = draw_visible(measured, _rgb(reading.visible.pixels))
        framed = "" if reading.alignment is None else ", with the frame of the thermal image"
        pictures.append(_jpeg(f"Visible{framed}", shown))
    title = reading.file.name if reading.frame is None else f"{reading.file.name} – {reading.frame}"
    return Page(title, pictures, _table(measured), _facts(measured, serial), _notes(measured))


def _table(measured: Measured) -> list[list[str]]:
    rows = [["Region", "Place", "Min °C", "Mean °C", "Max °C"]]
    places = {each.name: f"{each.box.x}, {each.box.y}" for each in measured.plan.regions}
    for each in measured.plan.regions:
        if not each.is_spot:
            places[each.name] += f"; {each.box.width} × {each.box.height}"
    for name, found in measured.statistics.items():
        rows.append([name, places.get(name, "all"), *_values(found)])
    for name, kelvin in measured.differences.items():
        rows.append([name, "difference", "", f"{kelvin:+.1f} K", ""])
    return rows


def _values(found: Statistics) -> list[str]:
    if found.pixels == 1:
        return ["", f"{found.mean:.1f}", ""]
    return [f"{value:.1f}" for value in (found.minimum, found.mean, found.maximum)]


def _facts(measured: Measured, serial: bool) -> list[tuple[str, str]]:
    reading, camera = measured.reading, measured.reading.thermal.camera
    told = camera.make.split()[:1] == camera.model.split()[:1]  # FLIR Systems AB, FLIR T640
    made = camera.model if told else f"{camera.make} {camera.model}"
    facts = [("Taken", camera.taken), ("Camera", made), ("Lens", camera.lens)]
    facts += [("Serial number", camera.serial)] if serial else []
    facts.append(("Resolution", f"{reading.thermal.width} × {reading.thermal.height}"))
    facts += _origin(measured)
    facts.append(("Hottest at", "{}, {}".format(*measured.statistics[WHOLE].hottest)))
    facts.append(("Coldest at", "{}, {}".format(*measured.statistics[WHOLE].coldest)))
    if measured.share is not None:
        facts.append(("Isotherm", f"{measured.plan.isotherm}: {100 * measured.share:.1f} %"))
    return [(name, value.strip()) for name, value in facts if value.strip()]


def _origin(measured: Measured) -> list[tuple[str, str]]:
    """What the temperatures come from; what is not the file's own is said to be stated."""
    stated, facts = measured.reading.stated, []
    for name, value in measured.conditions.items():
        title, unit = _CONDITIONS[name]
        by_hand = " (stated)" if name in stated.surroundings.given else ""
        facts.append((title, f"{value:g}{unit}{by_hand}"))
    if stated.points is not None:
        facts.append(("Calibration (stated)", str(stated.points)))
    if stated.kelvin_per_count is not None:
        facts.append(("Kelvin per count (stated)", f"{stated.kelvin_per_count:g}"))
    if stated.unit in ("celsius", "kelvin"):
        facts.append(("Unit of the file (stated)", stated.unit))
    return facts


def _notes(measured: Measured) -> list[str]:
    return [f"{note[:1].upper()}{note[1:]}." for note in measured.reading.thermal.notes]


def _rgb(pixels: NDArray[np.uint8 | np.uint16]) -> NDArray[np.uint8]:
    """Return (H, W, 3), 8 bits."""
    picture = Image.fromarray(to_uint8(pixels)).convert("RGB")
    return np.asarray(picture)


def _png(caption: str, pixels: NDArray[np.uint8]) -> Picture:
    return _packed(caption, pixels, "PNG", {"optimize": True})


def _jpeg(caption: str, pixels: NDArray[np.uint8]) -> Picture:
    return _packed(caption, pixels, "JPEG", {"quality": _QUALITY})


def _packed(caption: str, pixels: NDArray[np.uint8], kind: str, options: dict[str, int]) -> Picture:
    picture = Image.fromarray(pixels)
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    buffer = BytesIO()
    picture.save(buffer, kind, **options)
    return Picture(caption, buffer.getvalue(), picture.width, picture.height)
