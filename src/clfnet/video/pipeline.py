"""Two streams in, one out: decoding, fusing and encoding side by side, in constant memory."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from math import isfinite
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from clfnet.errors import VideoError
from clfnet.inference.arrays import grey
from clfnet.io.box import Box
from clfnet.io.files import refuse_input
from clfnet.io.image import Pixels
from clfnet.method import FloatImage
from clfnet.video.audio import AudioTrack
from clfnet.video.crop import CroppedSource
from clfnet.video.folder import DEFAULT_FPS
from clfnet.video.frames import Frame, Source
from clfnet.video.latency import Latency
from clfnet.video.output import check_output, holds_sound, is_url, open_sink
from clfnet.video.pairing import NearestPairs, NewestPairs
from clfnet.video.range import Ranging, range_for
from clfnet.video.reconnect import ReconnectingSource
from clfnet.video.report import StreamReport, VideoProgress, VideoReport
from clfnet.video.sink import Sink
from clfnet.video.source import open_source, takes_fps
from clfnet.video.stream import StreamSource, is_test_image
from clfnet.video.threads import AHEAD, Drain, Feed
from clfnet.video.url import hide_password

Fuse = Callable[[FloatImage, Pixels], NDArray[Any]]
"""Fuses one pair: infrared float32 (H, W) in [0, 1], visible as it came; e.g. `clfnet.Fuser`."""

Progress = Callable[[VideoProgress], None]
"""Called after each frame."""

RECONNECT = 60.0
"""Seconds for which a live source that is lost is tried to be opened again, by default."""

_STALE = 1.0  # seconds, or three frames of a slower camera: older infrared frames pair with nothing


def fuse_video(
    fuser: Fuse,
    infrared: str | os.PathLike[str] | Source,
    visible: str | os.PathLike[str] | Source,
    output: str | os.PathLike[str] | Sink,
    *,
    offset: float = 0.0,
    fps: float | None = None,
    crop: str | None = None,
    crop_visible: str | None = None,
    ranging: Ranging | None = None,
    frames: int | None = None,
    overwrite: bool = False,
    encoder: str | None = None,
    segment_seconds: float | None = None,
    pipe: str | None = None,
    reconnect: float = RECONNECT,
    progress: Progress | None = None,
    stop: threading.Event | None = None,
) -> VideoReport:
    """Fuse two streams into a video, a folder of frames, a stream or a pipe.

    The visible stream leads: its frames, times and sound make the result. Each goes with the
    infrared frame nearest in time, of live sources with the newest. Decoding, fusing (in the
    caller's thread) and encoding run side by side with a few frames between them, so memory does
    not grow with length. Ctrl-C ends the result early, complete, and the report says so. Of
    recordings nothing is left out; of live sources, what comes while there is no time for it, and
    the report counts it.

    Args:
        fuser: what fuses one pair.
        infrared: what `open_source` takes, or a `Source`, which is closed at the end. Colour counts
            as its luma.
        visible: the same.
        output: see `clfnet.video.output.open_sink`; or a `Sink`.
        offset: seconds by which the infrared recording began later than the visible one; negative
            if earlier.
        fps: frames per second of folders and stacks; 25 by default.
        crop: the part of the infrared frames that is the image, "X,Y,WIDTH,HEIGHT", for cameras
            that stack two images in one frame.
        crop_visible: that of the visible frames.
        ranging: maps infrared frames to [0, 1]; by default full scale for 8 bits and a
            `StableRange` for more.
        frames: stop after so many.
        overwrite: replace an output that is there already.
        encoder: see `clfnet.video.encoding.parse_encoding`.
        segment_seconds: length of the files that a video is written as, or of HLS segments.
        pipe: what goes to standard output, "mjpeg" or "raw".
        reconnect: seconds for which a URL or camera that is lost is tried to be opened again.
        progress: told about every frame.
        stop: set it, from another thread, to end early as Ctrl-C does.

    Raises:
        VideoError: a source cannot be opened, the two do not overlap in time, one is live and the
            other is not, an argument makes no sense, or the output cannot hold the frames.
        ConfigError: an option does not fit the output.
        OutputExistsError: `output` is there and `overwrite` is not set.
        InputError: `output` is one of the inputs, or the system refuses to write.
        MissingExtraError: PyAV is not installed.

        Whatever the fuser raises passes through, and an unfinished video is removed.

    Example:
        >>> import tempfile, numpy as np
        >>> from clfnet.io.image import Image, Pixels, write_image
        >>> folder = Path(tempfile.mkdtemp())
        >>> for kind in ("ir", "vi"):
        ...     write_image(folder / kind / "0.png", Image(np.zeros((4, 6), np.uint8)))
        >>> maximum = lambda infrared, visible: np.maximum(infrared, visible / 255)
        >>> report = fuse_video(maximum, folder / "ir", folder / "vi", folder / "fused")
        >>> report.frames, report.codec, report.interrupted
        (1, 'PNG', False)
    """
    begin = time.perf_counter()
    _check(output, (infrared, visible), offset, fps, frames)
    stop = stop or threading.Event()
    with ExitStack() as stack:
        over = threading.Event()
        first, second = (
            _opened(source, fps, crop=box, reconnect=reconnect, over=over)
            for source, box in ((infrared, crop), (visible, crop_visible))
        )
        audio, why_silent = _audio(second, output, segment_seconds)
        sink = output
        if isinstance(sink, str | os.PathLike):
            sink = open_sink(
                sink,
                rate=second.rate,
                audio=audio,
                overwrite=overwrite,
                live=second.live,
                encoder=encoder,
                segment_seconds=segment_seconds,
                pipe=pipe,
            )
        pairs = _Pairs(first, second, offset, stop, stack)
        stack.callback(over.set)  # before the sources are closed
        run = _Run(fuser, ranging, sink, frames, live=second.live)
        run.fuse(pairs, progress, _expected(first, second, offset, frames))
    interrupted = run.interrupted or stop.is_set()
    if not sink.count and not interrupted:
        raise _no_overlap(first, second, offset)
    whole = not interrupted and sink.count != frames
    end = run.last + _period(second)
    seconds = time.perf_counter() - begin
    return VideoReport(
        output=hide_password(_name(output)) if sink.count else None,
        files=tuple(sink.files),
        codec=sink.codec,
        width=sink.width,
        height=sink.height,
        frames=sink.count,
        duration=end - run.first if sink.count else 0.0,
        audio=audio.state if audio else why_silent,
        repeated=pairs.repeated,
        dropped=pairs.dropped,
        late=pairs.late,
        outdated=pairs.outdated,
        largest_lag=pairs.largest_lag,
        latency_p50=run.latency.percentile(50),
        latency_p99=run.latency.percentile(99),
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
        self._infrared, self._visible = infrared_feed, visible_feed
        self._pairs: NearestPairs | NewestPairs = (
            NewestPairs(infrared_feed.latest, visible_feed, max(_STALE, 3 * _period(infrared)))
            if live
            else NearestPairs(infrared_feed, visible_feed, offset=offset, period=_period(infrared))
        )

    def __iter__(self) -> Iterator[tuple[Frame, Frame]]:
        return iter(self._pairs)

    @property
    def repeated(self) -> int:
        return self._pairs.repeated

    @property
    def dropped(self) -> int:
        if isinstance(self._pairs, NearestPairs):
            return self._pairs.dropped
        return self._infrared.dropped

    @property
    def largest_lag(self) -> float | None:
        return self._pairs.largest_lag if isinstance(self._pairs, NearestPairs) else None

    @property
    def late(self) -> int:
        return self._visible.dropped

    @property
    def outdated(self) -> int:
        return self._pairs.outdated if isinstance(self._pairs, NewestPairs) else 0


class _Run:
    """Fuses pairs into a sink, and keeps which moments it fused."""

    def __init__(
        self,
        fuser: Fuse,
        ranging: Ranging | None,
        sink: Sink,
        frames: int | None,
        *,
        live: bool,
    ) -> None:
        self._fuser = fuser
        self._ranging = ranging
        self._sink = sink
        self._frames = frames
        self._ahead = 1 if live else AHEAD  # what waits is late
        self.latency = Latency()
        self._last_infrared: tuple[Frame, FloatImage] | None = None
        self.first = self.last = 0.0
        self.interrupted = False

    def fuse(
        self,
        pairs: _Pairs,
        progress: Progress | None,
        expected: int | None,
    ) -> None:
        drain = Drain(self._sink, self._ahead)
        self.latency = drain.latency
        try:
            for count, (infrared_frame, visible_frame) in enumerate(pairs, 1):
                fused = self._fuser(self._ranged(infrared_frame), visible_frame.pixels)
                drain.put(visible_frame._replace(pixels=fused))
                self.first, self.last = (
                    self.first if count > 1 else visible_frame.time,
                    visible_frame.time,
                )
                if progress:
                    progress(self._progress(count, expected, pairs.late))
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

    def _progress(self, count: int, expected: int | None, late: int) -> VideoProgress:
        half, most = (self.latency.percentile(percent) for percent in (50, 99))
        return VideoProgress(count, expected, late, half, most)

    def _ranged(self, infrared_frame: Frame) -> FloatImage:
        """Range an infrared frame, once where it is repeated."""
        if self._last_infrared is None or self._last_infrared[0] is not infrared_frame:
            grey = _grey(infrared_frame.pixels)
            self._ranging = self._ranging or range_for(infrared_frame.pixels)
            self._last_infrared = infrared_frame, self._ranging(grey, infrared_frame.time)
        return self._last_infrared[1]


def _check(
    output: str | os.PathLike[str] | Sink,
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
    if isinstance(output, str | os.PathLike):
        check_output(output)
        if not is_url(output):
            refuse_input(Path(output), paths)
    if fps is not None and not any(map(takes_fps, paths)):
        raise VideoError(
            f"`fps` is for folders of frames, got {fps:g}, but neither source is one. Leave it out."
        )


def _name(output: str | os.PathLike[str] | Sink) -> str:
    return os.fspath(output) if isinstance(output, str | os.PathLike) else output.codec


def _opened(
    source: str | os.PathLike[str] | Source,
    fps: float | None,
    *,
    crop: str | None,
    reconnect: float,
    over: threading.Event,
) -> Source:
    """Open a source; one that may be lost is opened so that it comes back."""
    if not isinstance(source, str | os.PathLike):
        return source if crop is None else CroppedSource(source, Box.parse(crop, "crop"))
    spec = os.fspath(source)
    opened = open_source(spec, fps=fps, crop=crop)
    if not opened.live or is_test_image(spec) or not reconnect:
        return opened
    return ReconnectingSource(opened, partial(open_source, spec, crop=crop), reconnect, over)


def _audio(
    visible: Source, output: str | os.PathLike[str] | Sink, segment_seconds: float | None
) -> tuple[AudioTrack | None, str]:
    """Return the sound that goes with the result, or why there is none."""
    if not (isinstance(output, str | os.PathLike) and holds_sound(output)):
        return None, "the output holds none"
    if segment_seconds is not None:
        return None, "segments hold none"
    if visible.live:
        return None, "not recorded from live sources"
    whole = visible.whole if isinstance(visible, CroppedSource) else visible
    if not isinstance(whole, StreamSource):
        return None, f"{visible.name} has none"
    return AudioTrack(whole.name, whole.origin), ""


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
        reconnected=source.reconnected if isinstance(source, ReconnectingSource) else 0,
        damage=tuple(source.damage),
    )


def _grey(pixels: NDArray[Any]) -> NDArray[Any]:
    """Return grey pixels as they are, which have a range of their own; the luma of colours."""
    return pixels if pixels.ndim == 2 else grey(pixels)
