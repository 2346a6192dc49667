"""A folder of images as a stream of frames."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from clfnet.errors import ImageError, VideoError
from clfnet.io.formats import IMAGE_SUFFIXES
from clfnet.io.image import Pixels, read_image
from clfnet.video.frames import MAX_PIXELS, Frame, rate_of

DEFAULT_FPS = 25
"""Frames per second of a folder unless the caller says otherwise."""


class FolderSource:
    """The images of a folder in natural order, one every 1 / fps seconds; see `Source`.

    An image that cannot be read or has another size than the first is left out, and its moment
    stays without a frame.

    Raises:
        VideoError: the folder has no image that can be read, or `fps` is not a rate.
    """

    live = False

    def __init__(self, folder: Path, fps: float | None = None) -> None:
        self.name = str(folder)
        self.rate = rate_of(DEFAULT_FPS if fps is None else fps)
        self._files = _pictures(folder)
        self.duration = float(len(self._files) / self.rate)
        self._unusable: list[str] = []
        self._unusable_count = 0
        self._size: tuple[int, ...] | None = None
        first = next(iter(self), None)
        if first is None:
            raise VideoError(
                f"{folder} must hold images that can be read, but has none{self._example()}."
            )
        self.height, self.width = first.pixels.shape[:2]
        self._unusable_count = 0

    @property
    def damage(self) -> Sequence[str]:
        """How many images were left out, and why the first of them."""
        if not self._unusable_count:
            return []
        return [f"{self._unusable_count} of {len(self._files)} frames left out{self._example()}"]

    def __iter__(self) -> Iterator[Frame]:
        """Yield the frames."""
        for index, file in enumerate(self._files):
            try:
                pixels = self._read(file)
            except ImageError as error:
                self._unusable_count += 1
                self._unusable = self._unusable or [str(error)]
                continue
            yield Frame(float(index / self.rate), pixels, file.stem)

    def close(self) -> None:
        """Nothing is open."""

    def _read(self, file: Path) -> Pixels:
        pixels = read_image(file, max_pixels=MAX_PIXELS).pixels
        self._size = self._size or pixels.shape[:2]
        if pixels.shape[:2] != self._size:
            raise ImageError(
                f"{file} must be {self._size[1]}x{self._size[0]} like the first frame, "
                f"but is {pixels.shape[1]}x{pixels.shape[0]}."
            )
        return pixels

    def _example(self) -> str:
        return f" (e.g. {self._unusable[0].rstrip('.')})" if self._unusable else ""


def _pictures(folder: Path) -> list[Path]:
    try:
        files = [file for file in folder.iterdir() if not file.name.startswith(".")]
    except OSError as error:
        raise VideoError(f"{folder} must be readable, but: {error.strerror}.") from error
    pictures = sorted((f for f in files if f.suffix.lower() in IMAGE_SUFFIXES), key=_natural)
    for before, after in pairwise(sorted(pictures, key=lambda file: file.stem)):
        if before.stem == after.stem:  # frames are called by it
            raise VideoError(
                f"a stem must occur once in a folder of frames, but {before} and {after.name} "
                f"share theirs. Keep one of each."
            )
    return pictures


def _natural(file: Path) -> list[tuple[int, str]]:
    """A key that puts frame9 before frame10: numbers by value, the rest by letters."""
    parts = re.split(r"(\d+)", file.name)
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]
