"""Two streams in, one out: decoding, fusing and encoding side by side, in constant memory."""

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from math import isfinite
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from clfnet.errors import VideoError
from clfnet.inference.arrays import grey
from clfnet.io.files import refuse_input
from clfnet.method import FloatImage
from clfnet.video.audio import AudioTrack
from clfnet.video.folder import DEFAULT_FPS
from clfnet.video.frames import Frame, Pixels, Source
from clfnet.video.pairing import NearestPairs, NewestPairs
from clfnet.video.range import Ranging, range_for
from clfnet.video.report import StreamReport, VideoReport
from clfnet.video.sink import Sink, is_video_output, open_sink
from clfnet.video.source import open_source
from clfnet.video.stream import StreamSource
from clfnet.video.threads import Drain, Feed

Fuse = Callable[[FloatImage, Pixels], NDArray[Any]]
"""Fuses one pair: infrared float32 (H, W) in [0, 1], visible as it came; e.g. `clfnet.Fuser`."""

Progress = Callable[[int, int | None], None]
"""Called after each frame with the number of frames so far and how many there will be, if known."""


def fuse_video(
    fuser: Fuse,
    infrared: str | os.PathLike[str] | Source,
    visible: str | os.PathLike[str] | Source,
    output: str | os.PathLike[str],
    *,
    offset: float = 0.0,
    fps: float | None = None,
    ranging: Ranging | None = None,
    frames: int | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
    stop: threading.Event | None = None,
) -> VideoReport:
    """Fuse two streams into a video or a folder of frames.

    The visible stream leads: its frames, times and sound make the result. Each goes with the
    infrared frame nearest in time, of live sources with the newest. Decoding, fusing (in the
    caller's thread) and encoding run side by side with a few frames between them, so memory does
    not grow with length. Ctrl-C ends the result early, complete, and the report says so.

    Args:
        fuser: what fuses one pair.
        infrared: what `open_source` takes, or a `Source`, which is closed at the end. Colour counts
            as its luma.
        visible: the same.
        output: ends in .mp4, .mkv or .webm; or a folder, which gets PNG files.
        offset: seconds by which the infrared recording began later than the visible one; negative
            if earlier.
        fps: frames per second of folders; 25 by default.
        ranging: maps infrared frames to [0, 1]; by default full scale for 8 bits and a
            `StableRange` for more.
        frames: stop after so many.
        overwrite: replace an output that is there already.
        progress: told about every frame.
        stop: set it, from another thread, to end early as Ctrl-C does.

    Raises:
        VideoError: a source cannot be opened, the two do not overlap in time, one is live and the
            other is not, an argument makes no sense, or the output cannot hold the frames.
        OutputExistsError: `output` is there and `overwrite` is not set.
        InputError: `output` is one of the inputs, or the system refuses to write.
        MissingExtraError: PyAV is not installed.

        Whatever the fuser raises passes through, and an unfinished video is removed.

    Example:
        >>> import tempfile, numpy as np
        >>> from clfnet.io.image import Image, write_image
        >>> folder = Path(tempfile.mkdtemp())
        >>> for kind in ("ir", "vi"):
        ...     write_image(folder / kind / "0.png", Image(np.zeros((4, 6), np.uint8)))
        >>> maximum = lambda infrared, visible: np.maximum(infrared, visible / 255)
        >>> report = fuse_video(maximum, folder / "ir", folder / "vi", folder / "fused")
        >>> report.frames, report.codec, report.interrupted
        (1, 'PNG', False)
    """
    begin = time.perf_counter()
    target = Path(output)
    _check(target, (infrared, visible), offset, fps, frames)
    with ExitStack() as stack:
        first, second = (_opened(source, fps) for source in (infrared, visible))
        audio, why_silent = _audio(second, target)
        sink = open_sink(target, rate=second.rate, audio=audio, overwrite=overwrite)
        stop = stop or threading.Event()
        pairs = _Pairs(first, second, offset, stop, stack)
        run = _Run(fuser, ranging, sink, frames)
        run.fuse(pairs, progress, _expected(first, second, offset, frames))
    interrupted = run.interrupted or stop.is_set()
    if not sink.count and not interrupted:
        raise _no_overlap(first, second, offset)
    whole = not interrupted and sink.count != frames
    end = run.last + _period(second)
    seconds = time.perf_counter() - begin
    return VideoReport(
        output=target if sink.count else None,
        codec=sink.codec,
        width=sink.width,
        height=sink.height,
        frames=sink.count,
        duration=end - run.first if sink.count else 0.0,
        audio=audio.state if audio else why_silent,
        repeated=pairs.repeated,
        dropped=pairs.dropped,
        late=pairs.late,
        largest_lag=pairs.largest_lag,
        seconds=seconds,
        fps=sink.count / seconds,
        interrupted=interrupted,
        infrared=_stream_report(first, run.first - offset, end - offset, whole=whole),
        visible=_stream_report(second, run.first, end, whole=whole),
    )


class _Pairs:
    """Pairs of frames, read ahead in threads: by time from recordings, the newest live."""

    def __init__(
        self,
        infrared: Source,
        visible: Source,
        offset: float,
        stop: threading.Event,
        stack: ExitStack,
    ) -> None:
        live = infrared.live
        if live != visible.live:
            names = (infrared.name, visible.name) if live else (visible.name, infrared.name)
            raise VideoError(
                f"INFRARED and VISIBLE must be both live or both recorded, but {names[0]} is live "
                f"and {names[1]} is not. Record it first."
            )
        if live and offset:
            raise VideoError(
                f"`offset` must be 0 for live sources, whose newest frames are paired, "
                f"got {offset:g}. Leave it out."
            )
        infrared_feed, visible_feed = (
            Feed(source, stop, newest=live) for source in (infrared, visible)
        )
        stack.callback(infrared_feed.close)
        stack.callback(visible_feed.close)
        self._visible = visible_feed
        self._pairs: NearestPairs | NewestPairs = (
            NewestPairs(infrared_feed.latest, visible_feed)
            if live
            else NearestPairs(infrared_feed, visible_feed, offset=offset, period=_period(infrared))
        )

    def __iter__(self) -> Iterator[tuple[Frame, Frame]]:
        return iter(self._pairs)

    @property
    def repeated(self) -> int:
        return self._pairs.repeated

    @property
    def dropped(self) -> int | None:
        return self._pairs.dropped if isinstance(self._pairs, NearestPairs) else None

    @property
    def largest_lag(self) -> float | None:
        return self._pairs.largest_lag if isinstance(self._pairs, NearestPairs) else None

    @property
    def late(self) -> int:
        return self._visible.dropped


class _Run:
    """Fuses pairs into a sink, and keeps which moments it fused."""

    def __init__(
        self, fuser: Fuse, ranging: Ranging | None, sink: Sink, frames: int | None
    ) -> None:
        self._fuser = fuser
        self._ranging = ranging
        self._sink = sink
        self._frames = frames
        self._last_infrared: tuple[Frame, FloatImage] | None = None
        self.first = self.last = 0.0
        self.interrupted = False

    def fuse(
        self,
        pairs: Iterable[tuple[Frame, Frame]],
        progress: Progress | None,
        expected: int | None,
    ) -> None:
        drain = Drain(self._sink)
        try:
            for count, (infrared_frame, visible_frame) in enumerate(pairs, 1):
                fused = self._fuser(self._ranged(infrared_frame), visible_frame.pixels)
                drain.put(Frame(visible_frame.time, fused, visible_frame.name))
                self.first, self.last = (
                    self.first if count > 1 else visible_frame.time,
                    visible_frame.time,
                )
                if progress:
                    progress(count, expected)
                if count == self._frames:
                    break
        except KeyboardInterrupt:
            self.interrupted = True
        except BaseException:
            drain.abort()
            raise
        try:
            drain.finish()
        except KeyboardInterrupt:  # the first one lets the encoder finish, the second does not
            if self.interrupted:
                raise
            self.interrupted = True
            drain.finish()

    def _ranged(self, infrared_frame: Frame) -> FloatImage:
        """Range an infrared frame, once where it is repeated."""
        if self._last_infrared is None or self._last_infrared[0] is not infrared_frame:
            grey = _grey(infrared_frame.pixels)
            self._ranging = self._ranging or range_for(infrared_frame.pixels)
            self._last_infrared = infrared_frame, self._ranging(grey, infrared_frame.time)
        return self._last_infrared[1]


def _check(
    output: Path,
    inputs: tuple[str | os.PathLike[str] | Source, ...],
    offset: float,
    fps: float | None,
    frames: int | None,
) -> None:
    """Find out before the work whether what is asked for makes sense."""
    if not isfinite(offset):
        raise VideoError(f"`offset` must be a number of seconds, got {offset:g}.")
    if frames is not None and frames < 1:
        raise VideoError(f"`frames` must be at least 1, got {frames}.")
    paths = [Path(spec) for spec in inputs if isinstance(spec, str | os.PathLike)]
    refuse_input(output, paths)
    if fps is not None and not any(path.is_dir() for path in paths):
        raise VideoError(
            f"`fps` is for folders of frames, got {fps:g}, but neither source is one. Leave it out."
        )


def _opened(source: str | os.PathLike[str] | Source, fps: float | None) -> Source:
    return open_source(source, fps=fps) if isinstance(source, str | os.PathLike) else source


def _audio(visible: Source, output: Path) -> tuple[AudioTrack | None, str]:
    """Return the sound that goes with the result, or why there is none."""
    if not is_video_output(output):
        return None, "a folder of frames holds none"
    if not isinstance(visible, StreamSource):
        return None, f"{visible.name} has none"
    if visible.live:
        return None, "not recorded from live sources"
    return AudioTrack(visible.name, visible.origin), ""


def _period(source: Source) -> float:
    return float(1 / source.rate) if source.rate else 1 / DEFAULT_FPS


def _expected(infrared: Source, visible: Source, offset: float, frames: int | None) -> int | None:
    """How many frames there will be, by what the headers say."""
    if infrared.duration is None or visible.duration is None or visible.rate is None:
        return frames
    begin, end = max(0.0, offset), min(visible.duration, infrared.duration + offset)
    overlap = max(0, round((end - begin) * visible.rate))
    return overlap if frames is None else min(frames, overlap)


def _no_overlap(infrared: Source, visible: Source, offset: float) -> VideoError:
    spans = " and ".join(
        f"{begin:.2f} to {f'{begin + source.duration:.2f}' if source.duration else '?'} s"
        for source, begin in ((infrared, offset), (visible, 0.0))
    )
    return VideoError(
        f"INFRARED and VISIBLE must overlap in time, got {spans} of the visible's clock. "
        f"Correct --offset."
    )


def _stream_report(source: Source, begin: float, end: float, *, whole: bool) -> StreamReport:
    tail = source.duration - end if whole and source.duration is not None else None
    return StreamReport(
        name=source.name,
        width=source.width,
        height=source.height,
        rate=float(source.rate) if source.rate else None,
        unused_head=None if source.live else max(0.0, begin),
        unused_tail=None if tail is None else max(0.0, tail),
        damage=tuple(source.damage),
    )


def _grey(pixels: NDArray[Any]) -> NDArray[Any]:
    """Return grey pixels as they are, which have a range of their own; the luma of colours."""
    return pixels if pixels.ndim == 2 else grey(pixels)
