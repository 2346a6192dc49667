"""Named boxes of an image, as commands, forms and the page have them."""

import re
from collections.abc import Iterable
from typing import NamedTuple, Self

from clfnet.errors import InputError

_NAME, _NUMBER = r"(?:(?P<name>[^=]*)=)?\s*", r"(\d{1,9})"
_BOX, _SPOT = (_NAME + r"\s*,\s*".join([_NUMBER] * count) + r"\s*" for count in (4, 2))
_LONGEST = 60  # letters of a name

MOST = 500
"""Regions of one image: each may be all of it."""


class Region(NamedTuple):
    """A named box of an image, in pixels; of one pixel, a spot.

    Attributes:
        name: what tables and images call it.
        x: its first column.
        y: its first row.
        width: columns.
        height: rows.
    """

    name: str
    x: int
    y: int
    width: int = 1
    height: int = 1

    @classmethod
    def parse(cls, text: str, *, option: str = "region", name: str = "") -> Self:
        """Read "x,y,w,h" or "name=x,y,w,h".

        Args:
            text: what is read.
            option: what messages call it.
            name: its name if it has none in the text; by default the numbers.

        Raises:
            InputError: it is written otherwise, or has no pixels.

        Example:
            >>> Region.parse("door=60,40,32,24")
            Region(name='door', x=60, y=40, width=32, height=24)
        """
        match = re.fullmatch(_BOX, text)
        box = tuple(map(int, match.groups()[1:])) if match else (0, 0, 0, 0)
        if not match or min(box[2:]) < 1:
            raise InputError(
                f"`{option}` must be X,Y,W,H or NAME=X,Y,W,H in whole pixels, W and H at least 1, "
                f"got {text!r:.99}. Write e.g. door=60,40,32,24."
            )
        return cls(_named(match["name"], name or ",".join(map(str, box))), *box)

    @classmethod
    def parse_spot(cls, text: str, *, name: str = "") -> Self:
        """Read "x,y" or "name=x,y".

        Raises:
            InputError: it is written otherwise.

        Example:
            >>> Region.parse_spot("bearing=120,80")
            Region(name='bearing', x=120, y=80, width=1, height=1)
        """
        match = re.fullmatch(_SPOT, text)
        if not match:
            raise InputError(
                f"`spot` must be X,Y or NAME=X,Y in whole pixels, got {text!r:.99}. Write e.g. "
                f"bearing=120,80."
            )
        x, y = map(int, match.groups()[1:])
        return cls(_named(match["name"], name or f"{x},{y}"), x, y)

    @property
    def is_spot(self) -> bool:
        """It is one pixel."""
        return self.width == self.height == 1

    @property
    def slices(self) -> tuple[slice, slice]:
        """Its rows and columns, to index an image with."""
        return slice(self.y, self.y + self.height), slice(self.x, self.x + self.width)

    def check_inside(self, width: int, height: int) -> None:
        """Raise an `InputError` unless it lies within an image of this size."""
        if self.x + self.width > width or self.y + self.height > height:
            raise InputError(
                f"`region` must be inside the {width}x{height} image, got x={self.x}, "
                f"y={self.y}, width={self.width}, height={self.height} ({self.name}). Move it."
            )


def parse_regions(spots: Iterable[str] = (), boxes: Iterable[str] = ()) -> list[Region]:
    """Read spots and boxes; those without a name are S1, S2, ... and B1, B2, ...

    Raises:
        InputError: one cannot be read, two have one name, or there are more than `MOST`.

    Example:
        >>> [region.name for region in parse_regions(["1,2", "pole=3,4"], ["0,0,5,5"])]
        ['S1', 'pole', 'B1']
    """
    regions = [Region.parse_spot(each, name=f"S{n}") for n, each in enumerate(spots, 1)]
    regions += [Region.parse(each, option="box", name=f"B{n}") for n, each in enumerate(boxes, 1)]
    if len(regions) > MOST:
        raise InputError(
            f"spots and boxes must be at most {MOST}, got {len(regions)}. Measure the others apart."
        )
    names = [region.name for region in regions]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InputError(
            f"spots and boxes must have names of their own, got {twice!r} twice. Rename one."
        )
    return regions


def _named(given: str | None, otherwise: str) -> str:
    return " ".join((given or otherwise).split())[:_LONGEST]
