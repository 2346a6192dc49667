"""FLIR's sequences (SEQ, CSQ): radiometric images, one after the other."""

from collections.abc import Iterator
from mmap import ACCESS_READ, mmap
from pathlib import Path

from clfnet.errors import ImageError
from clfnet.io.checks import MAX_PIXELS, reading
from clfnet.io.files import open_input
from clfnet.thermal import fff
from clfnet.thermal.flir import Radiometric, from_block


def frames(path: Path, *, max_pixels: int = MAX_PIXELS) -> Iterator[Radiometric]:
    """Read a sequence, one image at a time.

    Args:
        path: a .seq or .fff file, whatever its suffix.
        max_pixels: larger images are refused before their pixels are allocated.

    Yields:
        The images; memory holds one.

    Raises:
        ImageError: the file is no sequence, is damaged, or packed in a way that is not known here.
            An image that ends early is an error too, after those before it.
    """
    with reading(path), open_input(path) as file:
        head = file.read(64)
        if not fff.is_block(head):
            raise ImageError(
                f"{path} must be a FLIR sequence (SEQ), but its bytes are of another kind. "
                f"Export it as SEQ."
            )
        with mmap(file.fileno(), 0, access=ACCESS_READ) as data:
            start = 0
            while start >= 0:
                block = fff.parse(data, start)
                yield from_block(data, block, path, max_pixels=max_pixels)
                start = _next(data, block.end)


def _next(data: mmap, start: int) -> int:
    """Return where the next block begins; -1 if none does."""
    place = data.find(fff.MAGIC, start)
    while place >= 0 and not fff.is_block(data[place : place + 64]):
        place = data.find(fff.MAGIC, place + 1)
    return place
