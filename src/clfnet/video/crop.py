"""A part of each frame: some cameras stack two images, or an image and its data, in one."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from clfnet.errors import InputError
from clfnet.io.box import Box
from clfnet.video.frames import Frame, Source


class CroppedSource:
    """A rectangle of the frames of another source; see `Source`.

    Args:
        whole: the other source; it is closed with this one.
        box: the rectangle.

    Raises:
        InputError: it lies outside of the frames; then `whole` is closed.
    """

    def __init__(self, whole: Source, box: Box) -> None:
        self.whole = whole
        self._where = box.slices
        self.width, self.height = box.width, box.height
        try:
            box.check_inside(whole.width, whole.height, f"the crop of {whole.name}")
        except InputError:
            whole.close()
            raise

    @property
    def name(self) -> str:
        """What messages call it."""
        return self.whole.name

    @property
    def rate(self) -> Fraction | None:
        """Frames per second, nominal."""
        return self.whole.rate

    @property
    def duration(self) -> float | None:
        """Seconds."""
        return self.whole.duration

    @property
    def live(self) -> bool:
        """Whether frames are lost if nobody takes them."""
        return self.whole.live

    @property
    def damage(self) -> Sequence[str]:
        """What could not be used so far."""
        return self.whole.damage

    def __iter__(self) -> Iterator[Frame]:
        """Yield the parts of the frames."""
        for frame in self.whole:
            yield frame._replace(pixels=frame.pixels[self._where])

    def close(self) -> None:
        """Let go of the file or device."""
        self.whole.close()
