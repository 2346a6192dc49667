"""Live sources that the operator named, fused while a client watches."""

import logging
import re
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import anyio

from clfnet.errors import ClfnetError, ConfigError
from clfnet.inference.fuser import Fuser
from clfnet.serve.http.errors import RefusedError, logged

if TYPE_CHECKING:
    from clfnet.video.frames import Frame
    from clfnet.video.report import VideoProgress

MODEL = "fast"
"""What fuses live sources."""

VIEWERS = 16
"""Who may watch one pair of sources at a time."""

PATIENCE = 10.0
"""Seconds for which a request waits for a frame."""

_LINGER = 5.0  # seconds for which sources stay open when nobody watches any more
_LOOK = 0.01  # seconds between two looks for a new frame
_RETRY = 5.0  # seconds until sources that failed are opened again
_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
_NEXT = re.compile(r",(?=[A-Za-z0-9]+:|/)")

_log = logging.getLogger("clfnet.serve")


@dataclass(frozen=True)
class LiveSource:
    """A pair of live sources that callers may watch by name, and no other way.

    Attributes:
        name: letters, digits, dots, hyphens and underscores.
        infrared: a URL or a camera.
        visible: the same.
        rig: a rig file that aligns the two.
    """

    name: str
    infrared: str
    visible: str
    rig: Path | None = None

    @classmethod
    def parse(cls, text: str) -> "LiveSource":
        """Read NAME=INFRARED,VISIBLE or NAME=INFRARED,VISIBLE,RIG.json.

        Raises:
            ConfigError: it is not of this form, or a source is no URL and no camera.

        Example:
            >>> LiveSource.parse("gate=rtsp://10.0.0.5/ir,/dev/video0,gate.json").visible
            '/dev/video0'
        """
        name, _, sources = text.partition("=")
        front, comma, last = sources.rpartition(",")
        rig = Path(last) if comma and last.endswith(".json") else None
        parts = _NEXT.split(front if rig else sources)
        if not _NAME.fullmatch(name) or len(parts) != 2 or not all(map(_is_live, parts)):
            raise ConfigError(
                f"`live` must be NAME=INFRARED,VISIBLE, two URLs or cameras and perhaps a rig "
                f"file, got {text!r:.120}. Write e.g. gate=rtsp://10.0.0.5/ir,rtsp://10.0.0.5/vis."
            )
        return cls(name, parts[0], parts[1], rig)


def _is_live(spec: str) -> bool:
    from clfnet.video.stream import is_device, is_url

    return is_url(spec) or is_device(spec)


class Shown(NamedTuple):
    """A fused frame.

    Attributes:
        number: counts up from 1 for as long as the service runs.
        jpeg: the image.
    """

    number: int
    jpeg: bytes


class Live:
    """Fuses a pair of live sources in a thread of its own, while somebody watches.

    Args:
        source: which.
        fuser: makes what fuses, at the first use.
    """

    def __init__(self, source: LiveSource, fuser: Callable[[], Fuser]) -> None:
        self.source = source
        self._fuser = fuser
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._seen = self._failed = -float("inf")
        self.viewers = 0
        self.newest: Shown | None = None
        self.progress: VideoProgress | None = None
        self.error: str | None = None

    @property
    def is_running(self) -> bool:
        """The sources are open, or being opened."""
        return self._thread is not None and self._thread.is_alive()

    async def frames(
        self, after: int = 0, *, patience: float | None = None
    ) -> AsyncIterator[Shown]:
        """Yield the newest frame, and then each that is the newest when it is asked for.

        Args:
            after: the number of a frame that is known already.
            patience: seconds without a new frame after which it ends; None waits for ever.

        Raises:
            RefusedError: too many watch already, or the sources cannot be read.
        """
        with self._watched():
            told = time.monotonic()
            while not self._stop.is_set():
                self._seen = now = time.monotonic()
                newest = self.newest
                if newest and newest.number != after and self.is_running:
                    after, told = newest.number, now
                    yield newest
                    continue
                if patience is not None and now - told > patience:
                    return
                self._start()
                await anyio.sleep(_LOOK)

    def stop(self) -> None:
        """End it soon, for good."""
        self._stop.set()

    def close(self) -> None:
        """End it, for good, and wait for that."""
        self.stop()
        if self._thread is not None:
            self._thread.join()

    @contextmanager
    def _watched(self) -> Iterator[None]:
        if self.viewers >= VIEWERS:
            raise RefusedError(
                503,
                "Busy",
                f"{self.source.name} must be watched by at most {VIEWERS} at a time. Try again in "
                f"5 seconds.",
                retry_after=5,
            )
        self.viewers += 1
        try:
            yield
        finally:
            self.viewers -= 1

    def _start(self) -> None:
        """Open the sources unless they are.

        Raises:
            RefusedError: they could not be read a moment ago.
        """
        with self._lock:
            if self.is_running or self._stop.is_set():
                return
            if self.error and time.monotonic() - self._failed < _RETRY:
                raise RefusedError(503, "NoSource", self.error, retry_after=round(_RETRY))
            self.error = None
            self._thread = threading.Thread(target=self._run, name="clfnet-live", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        from clfnet.video.pipeline import fuse_video

        screen = _Screen(self)
        try:
            fuse_video(
                self._fuser(),
                self.source.infrared,
                self.source.visible,
                screen,
                stop=screen.enough,
                progress=self._note,
            )
            failed = None if screen.enough.is_set() else "they ended"
        except ClfnetError as error:
            failed = str(error)
        except Exception as error:  # noqa: BLE001 -- our bug: logged, and told by its id
            failed = logged(error)
        if failed:
            _log.warning("live %s: %s", self.source.name, failed)
            self._failed = time.monotonic()
            self.error = (
                f"The sources of {self.source.name} must be readable, but are not; the log of the "
                f"service says why. Try again in {_RETRY:g} seconds."
            )

    def _note(self, progress: "VideoProgress") -> None:
        self.progress = progress

    def show(self, image: bytes) -> None:
        """Take a frame."""
        self.newest = Shown(self.newest.number + 1 if self.newest else 1, image)

    @property
    def is_wanted(self) -> bool:
        """Somebody has watched a moment ago."""
        return not self._stop.is_set() and time.monotonic() - self._seen < _LINGER


class _Screen:
    """The `Sink` that shows frames to whoever watches."""

    codec = "Motion JPEG"

    def __init__(self, live: Live) -> None:
        self._live = live
        self.enough = threading.Event()
        self.width = self.height = self.count = 0
        self.files: list[str] = []

    def write(self, frame: "Frame") -> None:
        """Show a frame; the run ends when nobody watches."""
        from clfnet.video.encoding import to_8_bits
        from clfnet.video.pipe_sink import jpeg

        pixels = to_8_bits(frame.pixels)
        self.height, self.width = pixels.shape[:2]
        self._live.show(jpeg(pixels))
        self.count += 1
        if not self._live.is_wanted:
            self.enough.set()  # for the frames that follow

    def finish(self) -> None:
        """Nothing is kept."""

    def abort(self) -> None:
        """Nothing is kept."""
