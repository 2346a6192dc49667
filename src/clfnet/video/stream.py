"""Videos, cameras and network streams, decoded by PyAV."""

import re
import time as clock
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from clfnet.errors import VideoError, one_line
from clfnet.io.files import IRREGULAR
from clfnet.io.image import Pixels
from clfnet.video.frames import ACCURATE, MAX_PIXELS, Frame, load_av
from clfnet.video.url import hide_password

if TYPE_CHECKING:
    import av
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.plane import VideoPlane
    from av.video.stream import VideoStream

DEVICES = ("v4l2", "dshow", "avfoundation", "lavfi")
"""Prefixes of cameras on Linux, Windows and macOS; lavfi makes test images."""

SCHEMES = ("http", "https", "rtmp", "rtmps", "rtp", "rtsp", "rtsps", "srt", "tcp", "udp")
"""What the URL of a stream begins with."""

_URL = re.compile(rf"({'|'.join(SCHEMES)})://", re.IGNORECASE)
_PATIENCE = 10.0  # seconds without a sign of life until a live source counts as lost
_MOST_FPS = 1000
_IN_DECODER = 64  # packets whose arrival is kept: more than any decoder holds back
_PLANAR = ("yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p")
_NO_COLOUR = 128  # of chroma
_UNSPECIFIED, _HD = 2, 720  # AVCOL_SPC_UNSPECIFIED; rows from which players assume BT.709


def is_url(spec: str) -> bool:
    """Tell whether `spec` is the URL of a stream.

    Example:
        >>> is_url("rtsp://camera/1"), is_url("C:/video.mp4")
        (True, False)
    """
    return _URL.match(spec) is not None


def is_device(spec: str) -> bool:
    """Tell whether `spec` is a camera.

    Example:
        >>> is_device("/dev/video0"), is_device("v4l2:/dev/video0"), is_device("video0.mp4")
        (True, True, False)
    """
    return spec.startswith("/dev/video") or spec.partition(":")[0] in DEVICES


def is_test_image(spec: str) -> bool:
    """Tell whether `spec` is an image that FFmpeg makes, which ends where it is told to.

    Example:
        >>> is_test_image("lavfi:testsrc=size=320x240:rate=9"), is_test_image("/dev/video0")
        (True, False)
    """
    return spec.startswith("lavfi:")


class StreamSource:
    """The first video stream of a file, camera or URL; see `Source`.

    Damaged places of a file are skipped, and whatever is missing at its end is told. A live source
    that is silent for ten seconds has ended.

    Raises:
        VideoError: it cannot be opened, has no video stream or no frame that can be decoded.
        MissingExtraError: PyAV is not installed.
    """

    def __init__(self, spec: str) -> None:
        self._av = load_av()
        self.name = hide_password(spec)
        self.path = None if is_url(spec) or is_device(spec) else Path(spec)
        self._container = open_container(spec)
        try:
            self._start()
        except BaseException:
            self._container.close()
            raise

    def _start(self) -> None:
        self._stream = _video_stream(self._container, self.name)
        _check_size(self._stream.codec_context, self.name)
        declared = self._container.duration
        self.live = self.path is None and (is_device(self.name) or declared is None)
        if not self.live:
            self._stream.thread_type = "AUTO"  # frames in parallel; costs latency
        self.rate = _rate(self._stream)
        self.duration = None if self.live else _duration(self._container, self._stream)
        self._reformatter = self._av.video.reformatter.VideoReformatter()
        self.origin = Fraction(0)  # the stream's clock at our time 0, seconds
        self._skipped = 0
        self._end: str | None = None
        self._arrivals: dict[int | None, float] = {}
        frames = self._decode()
        first = next(frames, None)
        if first is None:
            raise VideoError(
                f"{self.name} must hold frames, but none can be decoded"
                f"{''.join(f' ({line})' for line in self.damage)}. Make or copy it again."
            )
        self._frames = chain([first], frames)
        self.height, self.width = first.pixels.shape[:2]

    @property
    def damage(self) -> Sequence[str]:
        """Damaged places that were skipped, and why the stream ended early."""
        skipped = f"{self._skipped} damaged places skipped" if self._skipped else None
        return [line for line in (skipped, self._end) if line]

    def __iter__(self) -> Iterator[Frame]:
        """Yield the frames."""
        return self._frames

    def close(self) -> None:
        """Close the file or device; not while another thread takes frames."""
        self._container.close()

    def _decode(self) -> Iterator[Frame]:
        step = 1 / self.rate if self.rate else Fraction(1, 25)
        time, count, size, stamped = -step, 0, None, False
        for raw in self._raw_frames():
            if raw.pts is None or raw.time_base is None:
                time += step
            elif not stamped:
                time, stamped = time + step, True
                self.origin = raw.pts * raw.time_base - time
            else:
                after = raw.pts * raw.time_base - self.origin
                if after <= time:  # a second image of one moment has no place
                    self._skipped += 1
                    continue
                time = after
            pixels = self._pixels(raw)
            size = size or pixels.shape[:2]
            if pixels.shape[:2] != size:
                self._end = f"the frames change to {raw.width}x{raw.height} at {float(time):.2f} s"
                return
            count += 1
            yield Frame(float(time), pixels, arrived=self._arrival(raw))
        self._note_early_end(count, float(time + step))

    def _raw_frames(self) -> "Iterator[av.VideoFrame]":
        """Yield what can be decoded."""
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets, None)
            except self._av.error.ExitError:
                self._end = f"no frame for {_PATIENCE:g} s"
                return
            except self._av.error.FFmpegError as error:
                self._end = f"reading ended: {one_line(error)}"
                packet = None
            self._note_arrival(packet)
            try:
                yield from packet.decode() if packet else self._stream.decode(None)
            except self._av.error.EOFError:  # flushed before
                return
            except self._av.error.FFmpegError:
                self._skipped += 1
            if packet is None:
                return

    def _note_arrival(self, packet: "Packet[VideoStream] | None") -> None:
        if self.live and packet:
            self._arrivals[packet.pts] = clock.monotonic()
            while len(self._arrivals) > _IN_DECODER:
                del self._arrivals[next(iter(self._arrivals))]

    def _arrival(self, raw: "av.VideoFrame") -> float | None:
        """When the packet of an image came, before it was decoded."""
        return self._arrivals.pop(raw.pts, clock.monotonic()) if self.live else None

    def _note_early_end(self, count: int, end: float) -> None:
        """Tell if a file holds less than its header says."""
        declared, slack = self._stream.frames, 2
        if declared and count + self._skipped < declared - slack:
            self._end = self._end or f"{declared - count} of {declared} frames missing"
        elif not declared and self.duration and self.rate:
            missing = self.duration - end
            if missing > max(0.2, slack / float(self.rate)):
                self._end = self._end or f"the last {missing:.2f} s missing"

    def _pixels(self, raw: "av.VideoFrame") -> Pixels:
        """Convert to grey or RGB, upright; colours at full accuracy.

        What holds no colour, as most thermal cameras write it, is converted once and shown three
        times.
        """
        if _is_neutral(raw):
            plane = self._converted(raw, "gray")
            return np.broadcast_to(plane[..., None], (*plane.shape, 3))
        return self._converted(raw, _target_format(raw))

    def _converted(self, raw: "av.VideoFrame", form: str) -> Pixels:
        if raw.format.name != form:
            raw = self._reformatter.reformat(raw, format=form, **self._conversion(raw))
        pixels: Pixels = np.rot90(raw.to_ndarray(), round(raw.rotation / 90) % 4)
        return np.ascontiguousarray(pixels)

    def _conversion(self, raw: "av.VideoFrame") -> dict[str, Any]:
        reformatter = self._av.video.reformatter
        options = {"interpolation": ACCURATE, "dst_color_range": reformatter.ColorRange.JPEG}
        if raw.colorspace == _UNSPECIFIED and raw.height >= _HD:
            options["src_colorspace"] = reformatter.Colorspace.ITU709
        return options


def open_container(spec: str) -> "InputContainer":
    """Open a file, camera or URL.

    Raises:
        VideoError: it cannot be opened.
        MissingExtraError: PyAV is not installed.
    """
    av = load_av()
    target, options = _target(spec)
    if target.startswith("file:") and Path(spec).exists() and not Path(spec).is_file():
        raise VideoError(f"{spec} must be a video, but is {IRREGULAR}. Save it to a file first.")
    try:
        container: InputContainer = av.open(target, "r", **options)
    except av.error.InvalidDataError as error:
        raise VideoError(
            f"{hide_password(spec)} must be a whole video, but its bytes are of another kind, or "
            f"its index is missing as in a recording cut short ({one_line(error)}). Make or copy "
            f"it again."
        ) from error
    except (av.error.FFmpegError, ValueError) as error:
        raise VideoError(
            f"{hide_password(spec)} must be a source that can be opened, but: "
            f"{hide_password(one_line(error))}. Check it."
        ) from None
    return container


def _target(spec: str) -> tuple[str, dict[str, Any]]:
    """What PyAV opens, and how. A file may not lead to other protocols, e.g. a playlist to URLs."""
    if is_url(spec):
        options = {}
        if not spec.lower().startswith("http"):
            options["fflags"] = "nobuffer"  # what comes while the stream is looked at is old
        if spec.lower().startswith("rtsp"):
            options["rtsp_transport"] = "tcp"
        return spec, {"timeout": _PATIENCE, "options": options}
    if spec.startswith("/dev/video"):
        return spec, {"format": "v4l2", "timeout": _PATIENCE}
    if is_device(spec):
        device, _, target = spec.partition(":")
        return target, {"format": device, "timeout": _PATIENCE}
    return f"file:{spec}", {"options": {"protocol_whitelist": "file"}}


def _video_stream(container: "InputContainer", name: str) -> "VideoStream":
    covers = load_av().stream.Disposition.attached_pic
    for stream in container.streams.video:
        if not stream.disposition & covers:
            if stream.codec_context is None:
                raise VideoError(f"{name} must be of a known codec, but is not. Convert it first.")
            return stream
    kinds = sorted({stream.type for stream in container.streams})
    raise VideoError(
        f"{name} must hold a video stream, but has {' and '.join(kinds) or 'no stream'} only. "
        f"Choose another file."
    )


def _check_size(codec: Any, name: str) -> None:
    width, height = codec.width, codec.height
    if width * height > MAX_PIXELS:
        raise VideoError(
            f"{name} must have frames of at most {MAX_PIXELS / 1e6:g} megapixels, "
            f"but they are {width}x{height}. Use a smaller video."
        )


def _rate(stream: "VideoStream") -> Fraction | None:
    """Frames per second, unless the header says something that no camera does."""
    rate = stream.average_rate or stream.guessed_rate
    return rate if rate and 0 < rate <= _MOST_FPS else None


def _duration(container: "InputContainer", stream: "VideoStream") -> float | None:
    """Seconds of video that the header declares."""
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    tag = re.fullmatch(r"(\d+):(\d\d):(\d\d\.\d+)", stream.metadata.get("DURATION", ""))
    if tag:
        return int(tag[1]) * 3600 + int(tag[2]) * 60 + float(tag[3])
    return container.duration / 1e6 if container.duration else None


def _is_neutral(raw: "av.VideoFrame") -> bool:
    """Tell whether an image of 8 bits holds no colour: then its luma is all there is."""
    if not raw.format.name.startswith(_PLANAR) or raw.format.components[0].bits > 8:
        return False
    return all((_levels(plane) == _NO_COLOUR).all() for plane in raw.planes[1:3])


def _levels(plane: "VideoPlane") -> Pixels:
    memory: Any = plane
    levels: Pixels = np.frombuffer(memory, np.uint8)[: plane.height * plane.line_size]
    return levels.reshape(plane.height, plane.line_size)[:, : plane.width]


def _target_format(raw: "av.VideoFrame") -> str:
    components = raw.format.components
    deep = components[0].bits > 8
    if len(components) <= 2 and not raw.format.is_rgb and not raw.format.has_palette:
        return "gray16le" if deep else "gray"
    return "rgb48le" if deep else "rgb24"
