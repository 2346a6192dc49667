"""Live sources that come back: opened again after they are lost."""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from clfnet.errors import VideoError
from clfnet.video.frames import Frame, Source

FIRST, LONGEST = 0.5, 8.0
"""Seconds until the first try to connect again, and between two at most; waits double."""

_log = logging.getLogger(__name__)


class ReconnectingSource:
    """A live source that is opened again when it ends; see `Source`.

    Times go on by this machine's clock, so that an outage is a gap in them.

    Args:
        source: as it was opened first.
        connect: opens it again.
        seconds: for how long after a loss it is tried to connect again.
        over: set by whoever has no more use for the source.

    Attributes:
        reconnected: how often it was lost and came back.
    """

    duration: float | None = None
    live = True

    def __init__(
        self,
        source: Source,
        connect: Callable[[], Source],
        seconds: float,
        over: threading.Event,
    ) -> None:
        self._source = source
        self._connect = connect
        self._seconds = seconds
        self._over = over
        self._losses: list[str] = []  # the last reason, and an end
        self.name, self.rate = source.name, source.rate
        self.width, self.height = source.width, source.height
        self.reconnected = 0

    @property
    def damage(self) -> Sequence[str]:
        """What was lost, and why the source ended."""
        often = f"lost and back (times: {self.reconnected})" if self.reconnected else None
        return [*([often] if often else []), *self._losses, *self._source.damage]

    def __iter__(self) -> Iterator[Frame]:
        """Yield the frames of all connections."""
        begin, base, last = time.monotonic(), 0.0, -1.0
        while True:
            for frame in self._source:
                last = max(base + frame.time, last + 1e-6)
                yield frame._replace(time=last)
            if self._over.is_set() or not self._again():
                return
            base = time.monotonic() - begin

    def close(self) -> None:
        """Close the connection; not while another thread takes frames."""
        self._source.close()

    def _again(self) -> bool:
        """Connect again within the time; tell whether that was possible."""
        why = "; ".join(self._source.damage) or "the stream ended"
        _log.warning("%s is lost (%s): connecting again for %g s", self.name, why, self._seconds)
        self._source.close()
        until, wait = time.monotonic() + self._seconds, FIRST
        while (left := until - time.monotonic()) > 0 and not self._over.wait(min(wait, left)):
            wait = min(2 * wait, LONGEST)
            with suppress(VideoError):
                return self._take(self._connect())
        self._losses = [] if self._over.is_set() else [f"not back within {self._seconds:g} s"]
        return False

    def _take(self, source: Source) -> bool:
        self._source = source
        if (source.width, source.height) != (self.width, self.height):
            self._losses = [f"it came back with {source.width}x{source.height} pixels"]
            return False
        self.reconnected += 1
        _log.warning("%s is back (times: %d)", self.name, self.reconnected)
        return True
