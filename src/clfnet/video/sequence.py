"""A FLIR sequence as a stream of temperatures."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clfnet.errors import ImageError, VideoError
from clfnet.thermal import seq
from clfnet.video.folder import DEFAULT_FPS
from clfnet.video.frames import MAX_PIXELS, Frame, rate_of


class SequenceSource:
    """The images of a FLIR sequence, float32 in °C; see `Source`.

    Args:
        path: the file.
        fps: images per second; by default what the camera says, or 25 if it does not.

    Raises:
        VideoError: the file is no sequence, no image of it can be read, or `fps` is not a rate.
    """

    live = False
    duration: float | None = None

    def __init__(self, path: Path, fps: float | None = None) -> None:
        self.name = str(path)
        self._path = path
        self._damage: list[str] = []
        try:
            first = next(seq.frames(path, max_pixels=MAX_PIXELS))
        except ImageError as error:
            raise VideoError(str(error)) from error
        self.height, self.width = first.counts.shape
        self.rate = rate_of((first.frame_rate or DEFAULT_FPS) if fps is None else fps)

    @property
    def damage(self) -> Sequence[str]:
        """Why the sequence ends early, if it does."""
        return self._damage

    def __iter__(self) -> Iterator[Frame]:
        """Yield the frames; those of another size than the first are an end."""
        try:
            for index, picture in enumerate(seq.frames(self._path, max_pixels=MAX_PIXELS)):
                if picture.counts.shape != (self.height, self.width):
                    self._damage.append(f"frame {index} and those after it: another size")
                    return
                yield Frame(float(index / self.rate), _known(picture.celsius))
        except ImageError as error:
            self._damage.append(str(error))

    def close(self) -> None:
        """Nothing stays open."""


def _known(celsius: NDArray[np.float32]) -> NDArray[np.float32]:
    """Put the coldest temperature where the camera's constants give none."""
    missing = np.isnan(celsius)
    if missing.all():
        return np.zeros_like(celsius)
    return np.where(missing, celsius[~missing].min(), celsius)
