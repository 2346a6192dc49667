"""Qualitative panels, as Figs. 3–16: labelled images in a grid, boxes marked and enlarged."""

import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import combinations, permutations, product
from math import ceil, inf, log
from os import PathLike
from pathlib import Path
from string import ascii_lowercase
from typing import Literal, NamedTuple, Self, get_args

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from clfnet.errors import ImageError, InputError, PairingError, SizeMismatchError
from clfnet.evaluation.matching import method_names
from clfnet.evaluation.sources import Reading
from clfnet.io.box import Box
from clfnet.io.formats import IMAGE_SUFFIXES, THERMAL_SUFFIXES
from clfnet.io.image import read_image, to_uint8
from clfnet.io.pairing import images_by_stem

Colour = tuple[int, int, int]
Area = tuple[int, int, int, int]
"""Left, top, right and bottom, pixels of the drawn image; the last two are beyond it."""
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

Corner = Literal["bottom-right", "bottom-left", "top-right", "top-left"]
CORNERS: tuple[Corner, ...] = get_args(Corner)
"""Where an inset can be, the preferred first."""

COLOURS: tuple[Colour, ...] = (
    (230, 25, 35), (0, 190, 70), (30, 110, 255), (255, 190, 0), (220, 60, 220), (0, 200, 215),
)  # fmt: skip
"""RGB of the first, second, ... box, the same in all images: red, green, blue, ..."""

_MIN_WIDTH = 300  # pixels; smaller images are enlarged, so that labels are sharp
_MIN_FONT = 9  # pixels
_MAX_SHARE = 0.4  # of a side of the image for an inset: two fit side by side
_MIN_ZOOM, _MAX_ZOOM = 1.25, 6  # below, an inset tells nothing new; above, pixels are too few
_ASPECT = 1.6  # of the whole panel, where the columns are free to choose
_TEXT = re.compile(  # a box, then if wanted a zoom, which may be empty, then a corner
    r"(?P<box>(?:[^,]*,){3}[^,]*)"
    r"(?:,\s*(?P<zoom>\d+(?:\.\d*)?|\.\d+)?\s*"
    r"(?:,\s*(?P<corner>(?:bottom|top)-(?:left|right))\s*)?)?"
)


class Mark(NamedTuple):
    """A box that all images of a panel mark.

    Attributes:
        box: in pixels of the source image.
        zoom: how many times its inset enlarges it; 0 draws no inset. By default as large as fits
            well, and no inset for a box that is large already.
        corner: where the inset is; by default where it covers least of the boxes.
    """

    box: Box
    zoom: float | None = None
    corner: Corner | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "x,y,w,h", "x,y,w,h,zoom" or "x,y,w,h,zoom,corner", where the zoom may be empty.

        Raises:
            InputError: it is written otherwise, or the box has no pixels.

        Example:
            >>> Mark.parse("60,40,32,24,,top-left")
            Mark(box=Box(x=60, y=40, width=32, height=24), zoom=None, corner='top-left')
        """
        match = _TEXT.fullmatch(text)
        box = Box.of(match["box"]) if match else None
        if not match or box is None:
            raise InputError(
                f"`box` must be X,Y,W,H in whole pixels, then if wanted a zoom and a corner "
                f"({', '.join(CORNERS)}), got {text!r}. Write e.g. 60,40,32,24."
            )
        corner = next((name for name in CORNERS if name == match["corner"]), None)
        return cls(box, float(match["zoom"]) if match["zoom"] else None, corner)


class _Inset(NamedTuple):
    """A box, enlarged: the size it is drawn in, and where."""

    box: Box
    width: int
    height: int
    colour: Colour
    corner: Corner

    def area(self, size: tuple[int, int]) -> Area:
        """Where it is in an image of a size, its frame, which touches the edge, not counted."""
        line = _line_width(size[0])
        left = line if self.corner.endswith("left") else size[0] - line - self.width
        top = line if self.corner.startswith("top") else size[1] - line - self.height
        return left, top, left + self.width, top + self.height


def panel(
    pictures: Mapping[str, NDArray[np.uint8]],
    *,
    marks: Sequence[Mark] = (),
    columns: int | None = None,
) -> NDArray[np.uint8]:
    """Draw images in a grid, each with its label below and the boxes marked and enlarged.

    Images narrower than 300 pixels are enlarged by a whole number, bicubic as the insets. Box
    outlines lie outside the box, so that nothing of it is hidden, but at the image's edge.

    Args:
        pictures: by label, uint8, (H, W) or (H, W, 3), all of one size. Labels read "(a) infrared",
            "(b) visible", ... in this order.
        marks: the first is drawn in red, then green, blue, ...
        columns: images per row; by default what fills the rows and suits a page.

    Returns:
        The panel on white, RGB, uint8, (rows, columns, 3).

    Raises:
        ImageError: an image is not uint8 of one of these shapes.
        SizeMismatchError: the images differ in size.
        InputError: there are no images, a box is not inside them, insets share a corner, are more
            than four or larger than an image, or `columns` is below 1.

    Example:
        >>> grey = np.full((40, 300), 128, np.uint8)
        >>> panel({"infrared": grey, "visible": grey}, marks=[Mark(Box(10, 10, 20, 8))]).shape
        (65, 606, 3)
    """
    height, width = _common_size(pictures)
    for mark in marks:
        _check(mark, width, height)
    if columns is not None and columns < 1:
        raise InputError(f"`columns` must be at least 1, got {columns}.")
    scale = ceil(_MIN_WIDTH / width)
    size = (width * scale, height * scale)
    insets = _insets(marks, size, scale)
    drawn = [_marked(pixels, marks, insets, scale) for pixels in pictures.values()]
    labels = [
        f"({_letters(index)}) {' '.join(name.split())}" for index, name in enumerate(pictures)
    ]
    return _grid(drawn, labels, columns)


def panel_of_folders(
    infrared: str | PathLike[str],
    visible: str | PathLike[str],
    fused: Iterable[str | PathLike[str]],
    name: str,
    *,
    marks: Sequence[Mark] = (),
    columns: int | None = None,
    sources: tuple[str, str] = ("infrared", "visible"),
    reading: Reading | None = None,
) -> NDArray[np.uint8]:
    """Draw one image of every folder: the sources, then what each method made of them.

    Args:
        infrared: the folder of infrared images.
        visible: the folder of visible images.
        fused: the folders of fused images, one per method, which takes the folder's name, or the
            name in "NAME=DIR".
        name: the stem of the image.
        marks: see `panel`.
        columns: see `panel`.
        sources: the labels of the first two, e.g. ("MR-T1", "MR-T2").
        reading: how the infrared image is read; as `clfnet fuse` reads it by default.

    Returns:
        The panel; 16-bit images are rounded to 8 bits.

    Raises:
        PairingError: a folder is missing or has no image `name`.
        InputError: two folders have the same name; and as `panel`.
        ImageError: a file is no image.
        SizeMismatchError: the images differ in size.

    Example:
        >>> import tempfile
        >>> from clfnet.io.image import Image, write_image
        >>> root = Path(tempfile.mkdtemp())
        >>> for kind in ("ir", "vi", "ours"):
        ...     write_image(root / kind / "1.png", Image(np.eye(300, dtype=np.uint8)))
        >>> panel_of_folders(root / "ir", root / "vi", [root / "ours"], "1").shape
        (325, 912, 3)
    """
    methods = method_names(fused)
    taken = [label for label in sources if label in methods]
    if taken:
        raise InputError(
            f"folders must have different names, got {taken[0]!r} more than once. The name is the "
            f"method's: write NAME=DIR."
        )
    read = reading or Reading()
    pictures = {
        sources[0]: read.infrared(_file(Path(infrared), name, THERMAL_SUFFIXES)),
        sources[1]: to_uint8(read.visible(_file(Path(visible), name))),
    }
    for label, folder in methods.items():
        pictures[label] = to_uint8(read_image(_file(folder, name)).pixels)
    return panel(pictures, marks=marks, columns=columns)


def _file(folder: Path, stem: str, suffixes: AbstractSet[str] = IMAGE_SUFFIXES) -> Path:
    files = images_by_stem(folder, suffixes)
    if stem not in files:
        known = ", ".join(sorted(files)[:8]) + (", ..." if len(files) > 8 else "")
        raise PairingError(
            f"{folder} must have an image of the stem {stem!r}, got {known}. Name one of these."
        )
    return files[stem]


def _common_size(pictures: Mapping[str, NDArray[np.uint8]]) -> tuple[int, int]:
    """Return height and width of all images."""
    if not pictures:
        raise InputError("`pictures` must be at least one, got none.")
    for name, pixels in pictures.items():
        grey, colour = pixels.ndim == 2, pixels.ndim == 3 and pixels.shape[2] == 3
        if pixels.dtype != np.uint8 or not (grey or colour) or not pixels.size:
            raise ImageError(
                f"{name} must be uint8 of shape (H, W) or (H, W, 3), "
                f"got {pixels.dtype} of {pixels.shape}. Convert it first."
            )
    first, *others = pictures
    height, width = pictures[first].shape[:2]
    for name in others:
        if pictures[name].shape[:2] != (height, width):
            other = pictures[name].shape
            raise SizeMismatchError(
                f"{name} must have the size of {first}, {width}x{height}, "
                f"got {other[1]}x{other[0]}. Resize it, or fuse again at full size."
            )
    return height, width


def _check(mark: Mark, width: int, height: int) -> None:
    mark.box.check_inside(width, height, "a box")
    if mark.zoom is not None and not (mark.zoom == 0 or 1 <= mark.zoom < inf):
        raise InputError(f"`zoom` must be at least 1, or 0 for no inset, got {mark.zoom:g}.")
    if mark.corner is not None and mark.corner not in CORNERS:
        raise InputError(f"`corner` must be of {', '.join(CORNERS)}, got {mark.corner!r}.")


def _insets(marks: Sequence[Mark], size: tuple[int, int], scale: int) -> list[_Inset]:
    """Place the insets so that together they hide least of the boxes and of each other."""
    zooms = [_zoom(mark, size, scale) for mark in marks]
    enlarged = [
        (box, round(box.width * zoom), round(box.height * zoom), COLOURS[index % len(COLOURS)])
        for index, ((box, _, _), zoom) in enumerate(zip(marks, zooms, strict=True))
        if zoom
    ]
    wanted = [mark.corner for mark, zoom in zip(marks, zooms, strict=True) if zoom]
    choices = [
        [_Inset(*inset, corner) for inset, corner in zip(enlarged, corners, strict=True)]
        for corners in permutations(CORNERS, len(enlarged))
        if all(want in (None, corner) for want, corner in zip(wanted, corners, strict=True))
    ]
    if not choices:
        raise InputError(
            f"insets must have a corner each, got {len(enlarged)} insets with the corners "
            f"{', '.join(filter(None, wanted)) or 'free'}. Give a box `zoom` 0 or another corner."
        )
    marked = [mark.box.scaled(scale).corners for mark in marks]
    return min(choices, key=lambda insets: _hidden([i.area(size) for i in insets], marked))


def _zoom(mark: Mark, size: tuple[int, int], scale: int) -> float:
    """How many times larger than in the source the inset of a box is drawn; 0 for none."""
    box, frame = mark.box, 2 * _line_width(size[0])
    largest = min((size[0] - frame) / box.width, (size[1] - frame) / box.height)
    if mark.zoom is None:
        zoom = min(_MAX_SHARE * largest, _MAX_ZOOM * scale)
        return zoom if zoom >= _MIN_ZOOM * scale else 0
    if mark.zoom * scale > largest:
        raise InputError(
            f"`zoom` must leave the inset smaller than the image, at most {largest / scale:.2f} "
            f"for a box of {box.width}x{box.height}, got {mark.zoom:g}."
        )
    return mark.zoom * scale


def _hidden(insets: list[Area], boxes: list[Area]) -> int:
    """Pixels of boxes that insets cover, and pixels that two insets cover."""
    pairs = [*product(insets, boxes), *combinations(insets, 2)]
    return sum(_overlap(a, b) for a, b in pairs)


def _overlap(a: Area, b: Area) -> int:
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    return max(width, 0) * max(height, 0)


def _marked(
    pixels: NDArray[np.uint8], marks: Sequence[Mark], insets: list[_Inset], scale: int
) -> Image.Image:
    """One image with the outlines of its boxes and their insets: RGB."""
    source = Image.fromarray(pixels).convert("RGB")
    size = (source.width * scale, source.height * scale)
    picture = source.resize(size, Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(picture)
    for index, mark in enumerate(marks):
        _outline(draw, mark.box.scaled(scale).corners, COLOURS[index % len(COLOURS)])
    for inset in insets:
        area, part = inset.area(size), inset.box.corners
        crop = source.resize((inset.width, inset.height), Image.Resampling.BICUBIC, part)
        picture.paste(crop, area[:2])
        _outline(draw, area, inset.colour)
    return picture


def _outline(draw: ImageDraw.ImageDraw, area: Area, colour: Colour) -> None:
    """A frame around an area; it hides nothing of it, but at the image's edge."""
    width, height = draw.im.size
    line = _line_width(width)
    left, top = max(area[0] - line, 0), max(area[1] - line, 0)
    right, bottom = min(area[2] + line, width), min(area[3] + line, height)
    draw.rectangle((left, top, right - 1, bottom - 1), outline=colour, width=line)


def _line_width(width: int) -> int:
    """Of an outline in an image that is so wide."""
    return max(2, round(width / 250))


def _grid(pictures: list[Image.Image], labels: list[str], columns: int | None) -> NDArray[np.uint8]:
    """Set images of one size in rows, a label below each."""
    width, height = pictures[0].size
    gutter = max(4, width // 50)
    font_size = max(_MIN_FONT, width // 18)
    font = _fitting_font(labels, font_size, width)
    cell = (width + gutter, height + gutter // 2 + round(1.4 * font_size) + gutter)
    columns = min(columns or _columns(len(pictures), cell), len(pictures))
    rows = ceil(len(pictures) / columns)
    page = Image.new("RGB", (columns * cell[0] - gutter, rows * cell[1] - gutter), "white")
    draw = ImageDraw.Draw(page)
    for index, (picture, label) in enumerate(zip(pictures, labels, strict=True)):
        left, top = index % columns * cell[0], index // columns * cell[1]
        page.paste(picture, (left, top))
        where = (left + width / 2, top + height + gutter / 2)
        draw.text(where, _elided(label, font, width), fill="black", font=font, anchor="ma")
    return np.asarray(page)


def _columns(count: int, cell: tuple[int, int]) -> int:
    """How many images a row has: few gaps first, then the shape of a page."""
    if count <= 3:
        return count

    def cost(columns: int) -> tuple[int, float]:
        rows = ceil(count / columns)
        return columns * rows - count, abs(log(columns * cell[0] / (rows * cell[1]) / _ASPECT))

    return min(range(3, min(count, 6) + 1), key=cost)


def _fitting_font(labels: list[str], size: int, width: int) -> Font:
    """The largest font, up to a size, in which all labels fit a width, if one is large enough."""
    fonts = (ImageFont.load_default(s) for s in range(size, _MIN_FONT, -1))
    fits = (font for font in fonts if all(font.getlength(label) <= width for label in labels))
    return next(fits, ImageFont.load_default(_MIN_FONT))


def _elided(label: str, font: Font, width: int) -> str:
    """A label that fits a width, its end cut where it must be."""
    if font.getlength(label) <= width:
        return label
    fitting = (label[:end] + "..." for end in range(len(label), 0, -1))
    return next((text for text in fitting if font.getlength(text) <= width), "")


def _letters(index: int) -> str:
    """a, b, ... z, aa, ab, ..."""
    head, last = divmod(index, 26)
    return (_letters(head - 1) if head else "") + ascii_lowercase[last]
