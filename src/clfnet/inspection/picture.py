"""A thermal image to look at: a palette, a scale in °C, what was measured, the isotherm."""

from dataclasses import dataclass
from math import ceil, floor, log10

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from clfnet.colour.palette import check_palette, paint
from clfnet.errors import ConfigError
from clfnet.inspection.measure import Measured
from clfnet.io.box import Box
from clfnet.io.labels import (
    GROUND,
    SOFT,
    TEXT,
    Colour,
    Corners,
    draw_box,
    draw_label,
    font,
    label_height,
    label_width,
)
from clfnet.io.regions import Region
from clfnet.thermal import Thermal, parse_range
from clfnet.thermal.difference import WHOLE
from clfnet.thermal.nodata import fill
from clfnet.thermal.range import Auto, Limits, Percentile
from clfnet.thermal.statistics import Statistics

Rgb = NDArray[np.uint8]

_WIDTH = 640  # pixels; narrower images are enlarged, so that labels are sharp
_TICKS = 8  # about so many steps on the scale
_NOWHERE = (44, 47, 54)  # where there is no temperature
_PAPER = (255, 255, 255)


@dataclass(frozen=True)
class Look:
    """How temperatures become colours.

    Attributes:
        palette: one of `clfnet.colour.PALETTES`.
        thermal_range: what is black and white, as `clfnet fuse --range` has it: auto,
            percentile:LOW,HIGH or LOWC,HIGHC.
        light: on white, for paper.

    Raises:
        ConfigError: there is no such palette, or the range is another: a scale needs one that is
            linear in °C.
    """

    palette: str = "ironbow"
    thermal_range: str = "auto"
    light: bool = False

    def __post_init__(self) -> None:
        check_palette(self.palette)
        chosen = parse_range(self.thermal_range)
        in_celsius = isinstance(chosen, Limits) and chosen.unit == "celsius"
        if not (in_celsius or isinstance(chosen, Auto | Percentile)):
            raise ConfigError(
                f"`range` must be auto, percentile:LOW,HIGH or LOWC,HIGHC for a scale in °C, got "
                f"{self.thermal_range!r:.60}. For example 20C,40C."
            )

    @property
    def ground(self) -> Colour:
        """The colour around the image."""
        return _PAPER if self.light else GROUND

    @property
    def text(self) -> Colour:
        """The colour of what is written there."""
        return GROUND if self.light else TEXT

    def limits(self, measured: Measured) -> tuple[float, float]:
        """Return what is black and what is white, in °C; by default all, if there is an isotherm.

        The isotherm may be a few hot pixels, which percentiles would make all white.
        """
        celsius = measured.reading.celsius
        known = np.isfinite(celsius)
        if measured.plan.isotherm is not None and isinstance(parse_range(self.thermal_range), Auto):
            low, high = float(celsius[known].min()), float(celsius[known].max())
            return low, max(high, low + 1.0)
        values = np.asarray(fill(celsius, known), np.float32)
        data = None if known.all() else known
        record = parse_range(self.thermal_range)(Thermal(values, "celsius", celsius, data)).record
        return float(record["low"]), float(record["high"])


def draw(measured: Measured, look: Look | None = None) -> Rgb:
    """Draw an image with its scale; spots, boxes and the isotherm are marked.

    With an isotherm, what lies in it has the palette's colours and a line around it; the rest is
    grey.

    Args:
        measured: what to draw.
        look: how; by default ironbow over nearly all that there is.

    Returns:
        RGB, uint8; narrow images are enlarged by a whole number.
    """
    look = look or Look()
    celsius = measured.reading.celsius
    limits = look.limits(measured)
    scale = ceil(_WIDTH / celsius.shape[1])
    size = _Sizes.of(celsius.shape[1] * scale, celsius.shape[0] * scale)
    picture = Image.fromarray(_painted(celsius, scale, measured, look, limits, size))
    extents = {each.name: _extent(each, scale, size) for each in measured.plan.regions}
    labels: list[Corners] = []
    for region in measured.plan.regions:
        others = [extent for name, extent in extents.items() if name != region.name]
        found = measured.statistics[region.name]
        labels.append(_mark(picture, region, found, scale, size, [*others, *labels]))
    return np.asarray(_page(picture, measured, look, limits, size))


def draw_visible(measured: Measured, picture: Rgb) -> Rgb:
    """Mark spots and boxes on the visible image, where the camera says how the two lie.

    Args:
        measured: whose regions are marked.
        picture: its visible image, uint8, (H, W, 3).
    """
    alignment = measured.reading.alignment
    if alignment is None:
        return picture
    marked, size = Image.fromarray(picture), _Sizes.of(picture.shape[1], picture.shape[0])
    pen = ImageDraw.Draw(marked)
    thermal = measured.reading.thermal
    frame = Region("", Box(0, 0, thermal.width, thermal.height))
    for region in (frame, *measured.plan.regions):
        corners = _corners(region.box, alignment)
        if region.is_spot:
            _cross(marked, (sum(x for x, _ in corners) / 4, sum(y for _, y in corners) / 4), size)
        else:
            pen.line([*corners, corners[0]], TEXT if region.name else SOFT, size.line)
    return np.asarray(marked)


def _corners(box: Box, alignment: NDArray[np.float64]) -> list[tuple[float, float]]:
    """Return where the outer corners of a box lie, from the corner of the first pixel."""
    x, y, right, bottom = (side - 0.5 for side in box.corners)
    ends = np.array([[x, right, right, x], [y, y, bottom, bottom], [1, 1, 1, 1]])
    across, down, depth = alignment @ ends
    return [*zip((across / depth + 0.5).tolist(), (down / depth + 0.5).tolist(), strict=True)]


def colours(
    celsius: NDArray[np.float32], palette: str, limits: tuple[float, float], measured: Measured
) -> Rgb:
    """Return temperatures as colours, uint8, (..., 3); outside of the isotherm, as greys."""
    low, high = limits
    level = np.clip((celsius - low) / ((high - low) or 1.0), 0, 1).astype(np.float32)
    shown = paint(palette, level)
    if measured.plan.isotherm is not None:
        grey = 0.15 + 0.7 * paint("whitehot", level)
        shown = np.where(measured.plan.isotherm.holds(celsius)[..., None], shown, grey)
    return np.rint(255 * shown).astype(np.uint8)


def ticks(low: float, high: float, count: int = _TICKS) -> list[float]:
    """Return round numbers between two, about so many steps apart as `count` says.

    Example:
        >>> ticks(22.3, 35.1)
        [24.0, 26.0, 28.0, 30.0, 32.0, 34.0]
    """
    rough = (high - low) / count
    unit = 10.0 ** floor(log10(rough))
    step = next(unit * each for each in (1, 2, 5, 10) if unit * each >= rough * 0.999)
    first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
    return [round(index * step, 9) for index in range(first, last + 1)]


@dataclass(frozen=True)
class _Sizes:
    """Sizes that go with the width of an image, in pixels."""

    gap: int
    line: int
    text: int
    small: int
    bar: int

    @classmethod
    def of(cls, width: int, height: int) -> "_Sizes":
        unit = (width + height) / 180
        return cls(*(max(1, round(unit * each)) for each in (2.6, 0.3, 2.7, 2.3, 3.2)))


def _painted(
    celsius: NDArray[np.float32],
    scale: int,
    measured: Measured,
    look: Look,
    limits: tuple[float, float],
    size: _Sizes,
) -> Rgb:
    """Enlarge temperatures, not colours: between two colours of a palette lie others."""
    known = np.isfinite(celsius)
    warm = _enlarged(np.asarray(fill(celsius, known), np.float32), scale)
    shown = colours(warm, look.palette, limits, measured)
    shown[~known.repeat(scale, axis=0).repeat(scale, axis=1)] = _NOWHERE
    if measured.plan.isotherm is not None:
        shown[_rim(measured.plan.isotherm.holds(warm), size.line)] = 255
    return shown


def _enlarged(values: NDArray[np.float32], scale: int) -> NDArray[np.float32]:
    if scale == 1:
        return values
    size = values.shape[1] * scale, values.shape[0] * scale
    bicubic = Image.fromarray(values).resize(size, Image.Resampling.BICUBIC)
    return np.asarray(np.clip(np.asarray(bicubic), values.min(), values.max()), np.float32)


def _rim(inside: NDArray[np.bool_], width: int) -> NDArray[np.bool_]:
    """Return the pixels of a mask that are no more than `width` from its edge, rows and columns."""
    core = inside.copy()
    for axis in (0, 1):
        for step in range(1, width + 1):
            for direction in (-step, step):
                core &= np.roll(inside, direction, axis) | _border(inside.shape, direction, axis)
    return inside & ~core


def _border(shape: tuple[int, ...], direction: int, axis: int) -> NDArray[np.bool_]:
    """Return where a roll has come around: at the image's own border there is no edge."""
    around = np.zeros(shape, np.bool_)
    part: list[slice] = [slice(None), slice(None)]
    part[axis] = slice(None, direction) if direction > 0 else slice(direction, None)
    around[tuple(part)] = True
    return around


def _middle(region: Region, scale: int) -> tuple[float, float]:
    return (region.box.x + 0.5) * scale, (region.box.y + 0.5) * scale


def _extent(region: Region, scale: int, size: _Sizes) -> Corners:
    """Return what a label should leave open: of a spot its cross, of a box all of it."""
    if region.is_spot:
        (x, y), reach = _middle(region, scale), 0.7 * size.gap
        return floor(x - reach), floor(y - reach), ceil(x + reach), ceil(y + reach)
    return region.box.scaled(scale).corners


def _mark(
    picture: Image.Image,
    region: Region,
    found: Statistics,
    scale: int,
    size: _Sizes,
    taken: list[Corners],
) -> Corners:
    """Mark a region; return where its label is."""
    name = region.name if region.name.isascii() else ""  # the font has no other letters
    if region.is_spot:
        text = f"{name} {found.mean:.1f} °C".strip()
        x, y = map(round, middle := _middle(region, scale))
        _cross(picture, middle, size)
        away, height = 2 * size.gap // 3, label_height(size.small)
        right, left = x + away, x - away - label_width(text, size.small)
        places = [(right, y - height), (left, y - height), (right, y), (left, y)]
        return draw_label(picture, places, text, size.small, taken)
    text = f"{name} {found.minimum:.1f} to {found.maximum:.1f} °C".strip()
    box = _extent(region, scale, size)
    return draw_box(picture, box, text, line=size.line, size=size.small, taken=taken)


def _cross(picture: Image.Image, middle: tuple[float, float], size: _Sizes) -> None:
    """Draw crosshairs that leave the pixel itself open."""
    pen, (x, y), reach, hole = ImageDraw.Draw(picture), middle, 0.7 * size.gap, 0.25 * size.gap
    arms = [(x - reach, y, x - hole, y), (x + hole, y, x + reach, y)]
    arms += [(x, y - reach, x, y - hole), (x, y + hole, x, y + reach)]
    for colour, width in (((0, 0, 0), 3 * size.line), (TEXT, size.line)):
        for arm in arms:
            pen.line(arm, colour, width)


def _page(
    picture: Image.Image,
    measured: Measured,
    look: Look,
    limits: tuple[float, float],
    size: _Sizes,
) -> Image.Image:
    """The image, the scale at its right, what is in it below."""
    room = round(max(font(size.text).getlength(text) for text in _labels(*limits).values()))
    edge = 0 if look.light else size.gap  # paper has a margin of its own
    width = 2 * edge + picture.width + size.gap + size.bar + size.gap // 2 + room
    height = 2 * edge + picture.height + size.gap + size.text
    page = Image.new("RGB", (width, height), look.ground)
    page.paste(picture, (edge, edge))
    place = (edge + picture.width + size.gap, edge)
    _scale(page, place, picture.height, measured, look, limits, size)
    whole = measured.statistics[WHOLE]
    parts = [f"min {whole.minimum:.1f}", f"mean {whole.mean:.1f}", f"max {whole.maximum:.1f} °C"]
    pen, middle = ImageDraw.Draw(page), page.height - edge - size.text // 2
    pen.text((edge, middle), "    ".join(parts), look.text, font(size.text), anchor="lm")
    if measured.share is not None:
        text = f"{measured.plan.isotherm}: {100 * measured.share:.1f} %"
        right = edge + picture.width
        pen.text((right, middle), text, SOFT, font(size.text), anchor="rm")
    return page


def _scale(
    page: Image.Image,
    place: tuple[int, int],
    tall: int,
    measured: Measured,
    look: Look,
    limits: tuple[float, float],
    size: _Sizes,
) -> None:
    """The bar and its ticks, from `place` on and so tall, "°C" at its head."""
    (low, high), left, head = limits, place[0], round(1.6 * size.text)
    top, height = place[1] + head, tall - head
    steps = np.linspace(high, low, height, dtype=np.float32)[:, None].repeat(size.bar, axis=1)
    page.paste(Image.fromarray(colours(steps, look.palette, limits, measured)), (left, top))
    pen, letters = ImageDraw.Draw(page), font(size.text)
    pen.text((left, place[1]), "°C", SOFT, letters, anchor="la")
    right = left + size.bar
    pen.rectangle((left, top, right - 1, top + height - 1), outline=SOFT, width=1)
    for value, text in _labels(low, high).items():
        y = top + (high - value) / (high - low) * (height - 1)
        pen.line((right, y, right + size.gap // 3, y), SOFT, size.line)
        pen.text((right + size.gap // 2, y), text, look.text, letters, anchor="lm")


def _labels(low: float, high: float) -> dict[float, str]:
    """Return the ticks of a scale, with as many digits as tell them apart."""
    shown = ticks(low, high)
    digits = max(0, -floor(log10(shown[1] - shown[0]) + 1e-9)) if len(shown) > 1 else 1
    return {value: f"{value:.{digits}f}" for value in shown}
