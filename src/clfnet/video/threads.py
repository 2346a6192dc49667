"""The threads of the pipeline that run beside fusing: one reads ahead, one writes."""

import threading
import time
from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING

from clfnet.video.frames import Frame, Source
from clfnet.video.latency import Latency

if TYPE_CHECKING:
    from clfnet.video.sink import Sink

AHEAD = 4
"""Frames that a queue holds at most: what bounds the memory."""

_TICK = 0.1  # seconds; waits are short so that Ctrl-C is heard on every system
_GOODBYE = 2.0  # seconds that a source gets to end; one that hangs in the network is left behind


class Feed:
    """Takes frames from a source in a thread of its own.

    Args:
        source: where frames come from; `close` closes it.
        stop: set by whoever wants the feed to end.
        newest: a frame that was not taken gives way to the next one; else the source waits.

    Attributes:
        dropped: frames that gave way.
    """

    def __init__(self, source: Source, stop: threading.Event, *, newest: bool = False) -> None:
        self._source = source
        self._stop = stop
        self._newest = newest
        self._frames: deque[Frame] = deque()
        self._last: Frame | None = None
        self._error: BaseException | None = None
        self._ended = self._closed = False
        self._changed = threading.Condition()
        self.dropped = 0
        self._thread = threading.Thread(target=self._read, name="clfnet-read", daemon=True)
        self._thread.start()

    def __iter__(self) -> Iterator[Frame]:
        """Yield frames until the source ends or somebody stops it."""
        while (frame := self._take()) is not None:
            yield frame

    def latest(self) -> Frame | None:
        """Return the newest frame, waiting for the first; None once the source has ended."""
        with self._changed:
            nothing_new = self._last is not None and not self._frames and not self._ended
        return self._last if nothing_new else self._take()

    def close(self) -> None:
        """End the thread, which closes the source, too, as late as that may be."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join(_GOODBYE)

    def _take(self) -> Frame | None:
        with self._changed:
            while not self._frames and not self._ended and not self._stop.is_set():
                self._changed.wait(_TICK)
            if self._stop.is_set():
                return None
            if self._frames:
                self._last = self._frames.popleft()
                self._changed.notify_all()
                return self._last
            if self._error:
                raise self._error
            return None

    def _read(self) -> None:
        try:
            for frame in self._source:
                if not self._put(frame):
                    break
        except BaseException as error:  # noqa: BLE001 -- raised again where frames are taken
            self._error = error
        with self._changed:
            self._ended = True
            self._changed.notify_all()
            while not self._closed:  # the last frames may be of use to the source's reports
                self._changed.wait()
        self._source.close()

    def _put(self, frame: Frame) -> bool:
        """Queue a frame; False once nobody wants more."""
        with self._changed:
            while len(self._frames) >= (1 if self._newest else AHEAD) and not self._closed:
                if self._newest:
                    self._frames.popleft()
                    self.dropped += 1
                else:
                    self._changed.wait(_TICK)
            if self._closed:
                return False
            self._frames.append(frame)
            self._changed.notify_all()
            return True


class Drain:
    """Gives frames to a sink in a thread of its own, in order.

    Args:
        sink: where they go.
        ahead: how many may wait for it.

    Attributes:
        latency: from a frame's arrival until the sink has taken it, of frames that arrived live.
    """

    def __init__(self, sink: "Sink", ahead: int = AHEAD) -> None:
        self._sink = sink
        self._ahead = ahead
        self.latency = Latency()
        self._frames: deque[Frame] = deque()
        self._error: BaseException | None = None
        self._finishing = self._aborted = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._write, name="clfnet-write", daemon=True)
        self._thread.start()

    def put(self, frame: Frame) -> None:
        """Queue a frame, waiting for room; raises what the sink raised."""
        with self._changed:
            while len(self._frames) >= self._ahead and self._error is None:
                self._changed.wait(_TICK)
            if self._error:
                raise self._error
            self._frames.append(frame)
            self._changed.notify_all()

    def finish(self) -> None:
        """Write what is queued and complete the output; raises what the sink raised."""
        self._end(aborted=False)
        if self._error:
            raise self._error

    def abort(self) -> None:
        """Take the output back."""
        self._end(aborted=True)

    def _end(self, *, aborted: bool) -> None:
        with self._changed:
            self._finishing, self._aborted = True, aborted
            self._changed.notify_all()
        while self._thread.is_alive():
            self._thread.join(_TICK)

    def _write(self) -> None:
        try:
            while (frame := self._take()) is not None:
                self._sink.write(frame)
                if frame.arrived is not None:
                    self.latency.add(time.monotonic() - frame.arrived)
            if not self._aborted:
                self._sink.finish()
        except BaseException as error:  # noqa: BLE001 -- raised again where frames are put
            with self._changed:
                self._error = error
                self._changed.notify_all()
        if self._aborted or self._error:
            self._sink.abort()

    def _take(self) -> Frame | None:
        with self._changed:
            while not self._frames and not self._finishing:
                self._changed.wait(_TICK)
            if self._aborted or not self._frames:
                return None
            frame = self._frames.popleft()
            self._changed.notify_all()
            return frame
