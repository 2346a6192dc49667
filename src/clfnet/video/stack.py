"""A stack of images in one file, TIFF of several pages or NPY, as a stream of frames."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clfnet.errors import ImageError, VideoError
from clfnet.io import orientation, tiff
from clfnet.io.checks import reading
from clfnet.io.files import open_input
from clfnet.thermal import npy
from clfnet.thermal.values import from_array
from clfnet.video.folder import DEFAULT_FPS
from clfnet.video.frames import MAX_PIXELS, Frame, rate_of

SUFFIXES = frozenset({".tif", ".tiff", ".npy"})
"""Suffixes of files that may hold several images."""


def is_stack(path: Path) -> bool:
    """Tell by its name and its contents whether a file holds several images.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "a.npy"
        >>> np.save(path, np.zeros((3, 4, 6), np.uint16))
        >>> is_stack(path), is_stack(path.with_suffix(".png"))
        (True, False)
    """
    if path.suffix.lower() not in SUFFIXES or not path.is_file():
        return False
    try:
        return _count(path) > 1
    except ImageError:  # whoever reads it says what is wrong
        return False


class StackSource:
    """The images of a stack, one every 1 / fps seconds; see `Source`.

    Args:
        path: a TIFF of several pages, or an NPY of the shape (N, H, W) or (N, H, W, 3).
        fps: images per second, 25 by default.

    Raises:
        VideoError: the file holds no several images, none can be read, or `fps` is not a rate.
    """

    live = False

    def __init__(self, path: Path, fps: float | None = None) -> None:
        self.name = str(path)
        self.rate = rate_of(DEFAULT_FPS if fps is None else fps)
        self._path = path
        self._damage: list[str] = []
        try:
            count = _count(path)
            if count < 2:
                raise VideoError(
                    f"{path} must be a video or a folder of frames, but is an image. "
                    f"Give two images or two streams."
                )
            first = next(self._images())
        except ImageError as error:
            raise VideoError(str(error)) from error
        self.duration: float | None = float(count / self.rate)
        self.height, self.width = first.shape[:2]

    @property
    def damage(self) -> Sequence[str]:
        """Why the stack ends early, if it does."""
        return self._damage

    def __iter__(self) -> Iterator[Frame]:
        """Yield the frames; those of another size than the first are an end."""
        try:
            for index, pixels in enumerate(self._images()):
                if pixels.shape[:2] != (self.height, self.width):
                    self._damage.append(f"frame {index} and those after it: another size")
                    return
                yield Frame(float(index / self.rate), pixels)
        except ImageError as error:
            self._damage.append(str(error))

    def close(self) -> None:
        """Nothing stays open."""

    def _images(self) -> Iterator[NDArray[np.generic]]:
        """Yield images, (H, W) or (H, W, 3)."""
        if self._path.suffix.lower() == ".npy":
            for image in _mapped(self._path):
                yield self._plain(np.array(image))
            return
        with reading(self._path), open_input(self._path) as file:
            for page in tiff.decode_stack(file, self._path, MAX_PIXELS):
                samples = orientation.upright(page.samples, page.orientation)
                data = (
                    page.data
                    if page.data is None
                    else orientation.upright(page.data, page.orientation)
                )
                yield self._plain(samples if samples.shape[2] == 3 else samples[..., 0], data)

    def _plain(
        self, image: NDArray[np.generic], data: NDArray[np.bool_] | None = None
    ) -> NDArray[np.generic]:
        """Return an image of a type that frames have; where there is no data, what is around."""
        if image.ndim == 3:
            return image
        return from_array(image, self.name, data=data).values


def _count(path: Path) -> int:
    """Return how many images a stack holds.

    Raises:
        ImageError: it cannot be read.
    """
    if path.suffix.lower() == ".npy":
        return len(_mapped(path))
    with reading(path), open_input(path) as file:
        return tiff.count_of(file)


def _mapped(path: Path) -> NDArray[np.generic]:
    """Return the images of an NPY, (N, H, W) or (N, H, W, 3), on the disk; one for another shape.

    Raises:
        ImageError: it is no file of numbers.
    """
    with reading(path), open_input(path) as file:
        dtype, shape = npy.header(file, path)
        is_stack = len(shape) == 4 and shape[3] == 3 and dtype == np.uint8
        is_stack |= len(shape) == 3 and 1 not in (shape[0], shape[2]) and shape[2] != 3
        if not is_stack:
            return np.zeros((1, 1, 1), np.uint8)
        stack: NDArray[np.generic] = np.load(path, mmap_mode="r", allow_pickle=False)
        return stack
