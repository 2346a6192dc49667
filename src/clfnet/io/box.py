"""A rectangle of pixels, as commands, forms and files write it: X,Y,WIDTH,HEIGHT."""

import re
from typing import NamedTuple, Self

from clfnet.errors import ConfigError, InputError

_TEXT = re.compile(r"\s*,\s*".join([r"(\d{1,9})"] * 4))


class Box(NamedTuple):
    """A rectangle of an image, in its pixels.

    Attributes:
        x: its first column.
        y: its first row.
        width: columns.
        height: rows.
    """

    x: int
    y: int
    width: int = 1
    height: int = 1

    @classmethod
    def of(cls, text: str) -> Self | None:
        """Read "x,y,width,height"; None where it is written otherwise, or has no pixels."""
        match = _TEXT.fullmatch(text.strip())
        box = cls(*map(int, match.groups())) if match else None
        return box if box and box.has_pixels else None

    @classmethod
    def parse(cls, text: str, option: str = "box") -> Self:
        """Read "x,y,width,height".

        Args:
            text: what is read.
            option: what messages call it.

        Raises:
            ConfigError: it is written otherwise, or has no pixels.

        Example:
            >>> Box.parse("60,40,32,24")
            Box(x=60, y=40, width=32, height=24)
        """
        box = cls.of(text)
        if box is None:
            raise ConfigError(
                f"`{option}` must be X,Y,WIDTH,HEIGHT in whole pixels, WIDTH and HEIGHT at least "
                f"1, got {text.strip()!r:.99}. Write e.g. 60,40,32,24."
            )
        return box

    @classmethod
    def between(cls, left: int, top: int, right: int, bottom: int) -> Self:
        """Make one of its first column and row and the first ones beyond it.

        Example:
            >>> Box.between(2, 1, 5, 3)
            Box(x=2, y=1, width=3, height=2)
        """
        return cls(left, top, right - left, bottom - top)

    def __str__(self) -> str:
        return ",".join(map(str, self))

    @property
    def has_pixels(self) -> bool:
        """It has a size, and begins at or after the first row and column."""
        return min(self.x, self.y) >= 0 and min(self.width, self.height) >= 1

    @property
    def corners(self) -> tuple[int, int, int, int]:
        """Left, top, right, bottom: the last two are the first column and row beyond it."""
        return self.x, self.y, self.x + self.width, self.y + self.height

    @property
    def slices(self) -> tuple[slice, slice]:
        """What cuts it out of an array: `array[box.slices]`."""
        return slice(self.y, self.y + self.height), slice(self.x, self.x + self.width)

    def scaled(self, factor: int) -> "Box":
        """Return it in an image so many times as large."""
        return Box(*(factor * each for each in self))

    def within(self, width: int, height: int) -> "Box":
        """Return it moved, and cut if need be, into an image of this size.

        Example:
            >>> Box(90, 10, 20, 200).within(100, 50)
            Box(x=80, y=0, width=20, height=50)
        """
        columns, rows = min(self.width, width), min(self.height, height)
        return Box(min(self.x, width - columns), min(self.y, height - rows), columns, rows)

    def check_inside(self, width: int, height: int, name: str = "`box`") -> None:
        """Raise an `InputError` unless it has pixels, all in an image of this size."""
        right, bottom = self.corners[2:]
        if not self.has_pixels or right > width or bottom > height:
            raise InputError(
                f"{name} must be inside the {width}x{height} image, got x={self.x}, y={self.y}, "
                f"width={self.width}, height={self.height}. Move it."
            )
