"""The sizes that are timed."""

import re
from typing import NamedTuple

from clfnet.errors import InputError
from clfnet.io.checks import MAX_PIXELS


class Size(NamedTuple):
    """Width and height in pixels."""

    width: int
    height: int

    @property
    def pixels(self) -> int:
        """How many there are."""
        return self.width * self.height

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


SIZES = {
    "roadscene": Size(512, 301),
    "tno": Size(620, 450),
    "vga": Size(640, 480),
    "xga": Size(1024, 768),
    "sxga": Size(1280, 1024),
    "4k": Size(3840, 2160),
}
"""Sizes by name. `tno` is the commonest size of that set, `roadscene` the medians of both sides."""


def parse_size(text: str) -> Size:
    """Read a name of `SIZES` or WIDTHxHEIGHT.

    Raises:
        InputError: it is neither, or has no pixels, or more than are read from a file.

    Example:
        >>> parse_size("vga"), parse_size("320x240")
        (Size(width=640, height=480), Size(width=320, height=240))
    """
    if text.lower() in SIZES:
        return SIZES[text.lower()]
    match = re.fullmatch(r"([0-9]{1,9})[x×]([0-9]{1,9})", text)
    size = Size(int(match[1]), int(match[2])) if match else Size(0, 0)
    if not 0 < size.pixels <= MAX_PIXELS:
        raise InputError(
            f"`size` must be one of {', '.join(SIZES)}, or WIDTHxHEIGHT of at most "
            f"{MAX_PIXELS / 1e6:g} megapixels, got {text!r}. Write e.g. 640x480."
        )
    return size
