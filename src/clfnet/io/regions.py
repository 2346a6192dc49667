"""Named boxes of an image, as commands, forms and the page have them."""

import re
from collections.abc import Iterable
from typing import NamedTuple, Self

from clfnet.errors import InputError
from clfnet.io.box import Box

_TEXT = re.compile(r"(?:(?P<name>[^=]*)=)?(?P<place>[^=]*)")
_SPOT = re.compile(r"\s*(\d{1,9})\s*,\s*(\d{1,9})\s*")
_LONGEST = 60  # letters of a name

MOST = 500
"""Regions of one image: each may be all of it."""


class Region(NamedTuple):
    """A named box of an image; of one pixel, a spot.

    Attributes:
        name: what tables and images call it.
        box: where it is.
    """

    name: str
    box: Box

    @classmethod
    def parse(cls, text: str, *, option: str = "region", name: str = "") -> Self:
        """Read "x,y,width,height" or "name=x,y,width,height".

        Args:
            text: what is read.
            option: what messages call it.
            name: its name if it has none in the text; by default the numbers.

        Raises:
            InputError: it is written otherwise, or has no pixels.

        Example:
            >>> Region.parse("door=60,40,32,24")
            Region(name='door', box=Box(x=60, y=40, width=32, height=24))
        """
        match = _TEXT.fullmatch(text)
        box = Box.of(match["place"]) if match else None
        if not match or box is None:
            raise InputError(
                f"`{option}` must be X,Y,W,H or NAME=X,Y,W,H in whole pixels, W and H at least 1, "
                f"got {text!r:.99}. Write e.g. door=60,40,32,24."
            )
        return cls(_named(match["name"], name or str(box)), box)

    @classmethod
    def parse_spot(cls, text: str, *, name: str = "") -> Self:
        """Read "x,y" or "name=x,y".

        Raises:
            InputError: it is written otherwise.

        Example:
            >>> Region.parse_spot("bearing=120,80")
            Region(name='bearing', box=Box(x=120, y=80, width=1, height=1))
        """
        match = _TEXT.fullmatch(text)
        place = _SPOT.fullmatch(match["place"]) if match else None
        if not match or not place:
            raise InputError(
                f"`spot` must be X,Y or NAME=X,Y in whole pixels, got {text!r:.99}. Write e.g. "
                f"bearing=120,80."
            )
        x, y = map(int, place.groups())
        return cls(_named(match["name"], name or f"{x},{y}"), Box(x, y))

    @property
    def is_spot(self) -> bool:
        """It is one pixel."""
        return self.box.width == self.box.height == 1

    def check_inside(self, width: int, height: int) -> None:
        """Raise an `InputError` unless it lies within an image of this size."""
        self.box.check_inside(width, height, f"the region {self.name}")


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
            f"spots and boxes must be at most {MOST}, got {len(regions)}. Measure the others in "
            f"another run."
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
