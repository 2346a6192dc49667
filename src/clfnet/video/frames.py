"""What a stream is: frames, each with its time, from a source that knows its size and rate."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from numpy.typing import NDArray

from clfnet.errors import MissingExtraError, VideoError

if TYPE_CHECKING:
    from types import ModuleType

MAX_PIXELS = 64_000_000
"""The largest frame that is decoded: twice 8K."""

ACCURATE = 0x4 | 0x2000 | 0x4000 | 0x40000
"""FFmpeg's SWS_BICUBIC, FULL_CHR_H_INT, FULL_CHR_H_INP and ACCURATE_RND: how colours convert."""


class Frame(NamedTuple):
    """One image of a stream.

    Attributes:
        time: seconds since the first frame of its source.
        pixels: (H, W) or (H, W, 3); uint8 or uint16 from a source, whatever the fuser returns else.
        name: the stem of its file, where it has one of its own.
        arrived: when it came from a live source, on the clock of `time.monotonic`.
    """

    time: float
    pixels: NDArray[Any]
    name: str = ""
    arrived: float | None = None


class Source(Protocol):
    """A stream of frames of one size, in order of time.

    Iterate over it once. What goes wrong after the first frame does not raise: the frames that can
    be had are given, and `damage` tells the rest.
    """

    @property
    def name(self) -> str:
        """What messages call it."""
        ...

    @property
    def width(self) -> int:
        """Columns."""
        ...

    @property
    def height(self) -> int:
        """Rows."""
        ...

    @property
    def rate(self) -> Fraction | None:
        """Frames per second, nominal; None where it is not known."""
        ...

    @property
    def duration(self) -> float | None:
        """Seconds from the first frame to the end of the last; None where it is not known."""
        ...

    @property
    def live(self) -> bool:
        """Whether frames are lost if nobody takes them: a camera, a network stream."""
        ...

    @property
    def damage(self) -> Sequence[str]:
        """What could not be used so far, in a few short lines."""
        ...

    def __iter__(self) -> Iterator[Frame]:
        """Yield the frames."""
        ...

    def close(self) -> None:
        """Let go of the file or device."""
        ...


def rate_of(fps: float) -> Fraction:
    """Return frames per second as a ratio of small numbers, as containers keep it.

    Raises:
        VideoError: it is no rate.

    Example:
        >>> rate_of(29.97)
        Fraction(2997, 100)
    """
    if not (isfinite(fps) and 0 < fps <= 1000):
        raise VideoError(f"`fps` must be above 0 and at most 1000, got {fps:g}.")
    return Fraction(fps).limit_denominator(1001)


def load_av() -> "ModuleType":
    """Return PyAV, imported on first use.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        import av
    except ImportError:
        raise MissingExtraError("PyAV", "video") from None
    return av
