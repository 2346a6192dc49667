"""Where fused frames go: a video, or a folder of images; only what is complete has its name.

A video is written beside its place as NAME.part-XXXXXXXX.SUFFIX and renamed once it is complete.
Both containers are written so that a process that is killed leaves a part that plays.
"""

import secrets
from contextlib import suppress
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from clfnet.errors import InputError, OutputExistsError, VideoError, one_line
from clfnet.io.files import publish, refuse_existing
from clfnet.io.image import Image, to_uint8, write_image
from clfnet.video.audio import AudioTrack
from clfnet.video.frames import ACCURATE, Frame, Pixels, load_av

if TYPE_CHECKING:
    from av.container import OutputContainer
    from av.video.stream import VideoStream

SUFFIXES = (".mp4", ".mkv", ".webm")
"""The videos that can be written; an output of no suffix is a folder of PNG files."""

_H264 = ("libx264", "H.264", {"crf": "18", "preset": "medium"})
_VP9 = (
    "libvpx-vp9",
    "VP9",
    {"crf": "24", "b": "0", "deadline": "good", "cpu-used": "5", "row-mt": "1"},
)
_ENCODER = {".mp4": _H264, ".mkv": _H264, ".webm": _VP9}
_CONTAINER_OPTIONS = {
    # Fragments while it grows, so that it plays when cut short; an ordinary MP4 once complete.
    ".mp4": {"movflags": "+hybrid_fragmented+negative_cts_offsets"},
    ".mkv": {"cluster_time_limit": "1000"},
    ".webm": {"cluster_time_limit": "1000"},
}
_NOMINAL_RATE = 25  # what the encoder's rate control assumes where the rate is not known
_FINE_CLOCK = 90_000  # ticks per second where the rate gives none
_BT709, _LIMITED = 1, 1  # AVCOL_*_BT709, AVCOL_RANGE_MPEG


class Sink(Protocol):
    """Takes frames of one size, in order."""

    codec: str
    width: int
    height: int
    count: int

    def write(self, frame: Frame) -> None:
        """Add a frame."""
        ...

    def finish(self) -> None:
        """Complete the output; it has its name afterwards. Nothing is made of no frame."""
        ...

    def abort(self) -> None:
        """Take back what is not complete."""
        ...


def is_video_output(output: Path) -> bool:
    """Tell whether an output is a video, not a folder of frames.

    Raises:
        VideoError: it has the suffix of something else.

    Example:
        >>> is_video_output(Path("fused.mp4")), is_video_output(Path("frames"))
        (True, False)
    """
    suffix = output.suffix.lower()
    if suffix in SUFFIXES:
        return True
    if suffix and not output.is_dir():
        raise VideoError(
            f"OUTPUT must end in {', '.join(SUFFIXES)} or be a folder, got {output}. Rename it."
        )
    return False


def open_sink(
    output: Path,
    *,
    rate: Fraction | None = None,
    audio: AudioTrack | None = None,
    overwrite: bool = False,
) -> "VideoSink | FolderSink":
    """Return the sink for an output, which is not touched before the first frame.

    Raises:
        VideoError: the suffix is none that can be written, or its encoder is missing.
        OutputExistsError: it is there and `overwrite` is not set.
        MissingExtraError: PyAV is not installed.
    """
    if is_video_output(output):
        return VideoSink(output, rate=rate, audio=audio, overwrite=overwrite)
    return FolderSink(output, overwrite=overwrite)


class VideoSink:
    """A video: H.264 in MP4 or Matroska, VP9 in WebM; 4:2:0, BT.709, constant quality.

    Every frame keeps its time, so an irregular rate stays one; the first is at 0. Frames of an odd
    width or height get one more column or row, a copy of the last, since 4:2:0 needs pairs.

    Args:
        output: ends in .mp4, .mkv or .webm.
        rate: frames per second, nominal.
        audio: the sound that goes with it.
        overwrite: replace a file that is there already.
    """

    def __init__(
        self,
        output: Path,
        *,
        rate: Fraction | None = None,
        audio: AudioTrack | None = None,
        overwrite: bool = False,
    ) -> None:
        self._av = load_av()
        self._output = output
        self._suffix = output.suffix.lower()
        self._encoder, self.codec, self._options = _ENCODER[self._suffix]
        if self._encoder not in self._av.codecs_available:
            raise VideoError(
                f"{output} needs the encoder {self._encoder}, which this PyAV lacks. "
                f"Install PyAV from its wheel, or choose another of {', '.join(SUFFIXES)}."
            )
        if not overwrite:
            refuse_existing(output)
        self._overwrite = overwrite
        self._rate = rate
        self._clock = _clock(rate)
        self._audio = audio
        self._part = output.with_name(f"{output.stem}.part-{secrets.token_hex(4)}{self._suffix}")
        self._container: OutputContainer | None = None
        self.width = self.height = self.count = 0

    def write(self, frame: Frame) -> None:
        """Add a frame.

        Raises:
            VideoError: it differs in size from the first, or the encoder refuses it.
            InputError: the system refuses to write.
        """
        pixels = _to_8_bits(frame.pixels)
        try:
            if self._container is None:
                self._start(frame, pixels)
            self._write(frame.time - self._first, pixels)
        except (self._av.error.FFmpegError, OSError) as error:
            raise self._refusal(error) from error

    def finish(self) -> None:
        """Complete the file and give it its name.

        Raises:
            OutputExistsError: a file of that name appeared meanwhile; the part remains.
            InputError: the system refuses.
        """
        try:
            if self._container is not None:
                self._complete(self._container)
        except (self._av.error.FFmpegError, OSError) as error:
            raise self._refusal(error) from error
        finally:
            self._close_audio()

    def abort(self) -> None:
        """Remove the part."""
        if self._container is not None:
            with suppress(self._av.error.FFmpegError):  # the reason to abort, again
                self._container.close()
            self._part.unlink(missing_ok=True)
        self._close_audio()

    def _start(self, frame: Frame, pixels: NDArray[np.uint8]) -> None:
        self._first = frame.time
        self.height, self.width = (side + side % 2 for side in pixels.shape[:2])
        self._output.parent.mkdir(parents=True, exist_ok=True)
        container: OutputContainer = self._av.open(
            f"file:{self._part}",
            "w",
            format={".mp4": "mp4", ".mkv": "matroska", ".webm": "webm"}[self._suffix],
            options={"flush_packets": "1", **_CONTAINER_OPTIONS[self._suffix]},
        )
        self._container = container
        self._stream = self._add_stream(container)
        reformatter = self._av.video.reformatter
        self._conversion = {
            "format": "yuv420p",
            "interpolation": ACCURATE,
            "src_color_range": reformatter.ColorRange.JPEG,
            "dst_color_range": reformatter.ColorRange.MPEG,
            "dst_colorspace": reformatter.Colorspace.ITU709,
        }
        self._reformatter = reformatter.VideoReformatter()
        self._tick = -1
        if self._audio:
            self._audio.attach(container, self._suffix, self._first)

    def _add_stream(self, container: "OutputContainer") -> "VideoStream":
        rate = self._rate or _NOMINAL_RATE
        stream: VideoStream = container.add_stream(self._encoder, rate=rate, options=self._options)  # type: ignore[assignment]
        stream.width, stream.height, stream.pix_fmt = self.width, self.height, "yuv420p"
        context = stream.codec_context
        context.time_base = stream.time_base = Fraction(1, self._clock)
        context.gop_size = max(1, round(2 * rate))  # a key frame every two seconds: to seek
        context.color_range = _LIMITED
        context.colorspace = context.color_primaries = context.color_trc = _BT709
        return stream

    def _write(self, time: float, pixels: NDArray[np.uint8]) -> None:
        assert self._container is not None  # noqa: S101 -- the caller has opened it
        pixels = _even(pixels)
        if pixels.shape[:2] != (self.height, self.width):
            raise VideoError(
                f"fused frames must keep their size, {self.width}x{self.height}, but one is "
                f"{pixels.shape[1]}x{pixels.shape[0]}. Use a fuser of one output size."
            )
        form = "gray" if pixels.ndim == 2 else "rgb24"
        picture = self._av.VideoFrame.from_ndarray(pixels, format=form)
        picture = self._reformatter.reformat(picture, **self._conversion)
        self._tick = picture.pts = max(round(time * self._clock), self._tick + 1)
        picture.time_base = Fraction(1, self._clock)
        picture.duration = ceil(self._clock / (self._rate or _NOMINAL_RATE))
        self._end = time + float(1 / (self._rate or _NOMINAL_RATE))
        if self._audio:
            self._audio.mux_until(self._container, time)
        self._container.mux(self._stream.encode(picture))
        self.count += 1

    def _complete(self, container: "OutputContainer") -> None:
        if self._audio:
            self._audio.finish(container, self._end)
        container.mux(self._stream.encode(None))
        container.close()
        self._container = None  # complete: from here on it is worth keeping, whatever happens
        try:
            publish(self._part, self._output, overwrite=self._overwrite)
        except OutputExistsError:
            raise OutputExistsError(
                f"{self._output} appeared meanwhile and is kept; the result is {self._part}. "
                f"Rename one of them."
            ) from None
        self._part.unlink(missing_ok=True)

    def _refusal(self, error: Exception) -> InputError:
        if isinstance(error, OSError):
            return InputError(
                f"{self._output} cannot be written: {one_line(error)}. Choose another place."
            )
        return VideoError(
            f"{self._output} cannot hold these frames, {self.width}x{self.height}: "
            f"{one_line(error)}. Use another format or size."
        )

    def _close_audio(self) -> None:
        if self._audio:
            self._audio.close()


class FolderSink:
    """A folder of PNG files, each complete: named as the visible's frame, or by number from 0.

    Args:
        output: the folder.
        overwrite: replace frames of the same name; others in the folder stay.

    Raises:
        OutputExistsError: the folder holds something and `overwrite` is not set.
    """

    codec = "PNG"

    def __init__(self, output: Path, *, overwrite: bool = False) -> None:
        if output.is_dir() and not overwrite and any(output.iterdir()):
            raise OutputExistsError(
                f"{output} must be empty, but holds files. Allow replacing them (--overwrite)."
            )
        self._output = output
        self._overwrite = overwrite
        self.width = self.height = self.count = 0

    def write(self, frame: Frame) -> None:
        """Write one image.

        Raises:
            InputError: the system refuses to write.
        """
        pixels = frame.pixels
        if np.issubdtype(pixels.dtype, np.floating):
            pixels = _to_8_bits(pixels)
        self.height, self.width = pixels.shape[:2]
        path = self._output / f"{frame.name or f'{self.count:06d}'}.png"
        write_image(path, Image(pixels), overwrite=self._overwrite)
        self.count += 1

    def finish(self) -> None:
        """Every image is complete already."""

    def abort(self) -> None:
        """Images that are complete stay."""


def _clock(rate: Fraction | None) -> int:
    """Ticks per second on which every frame of a regular stream falls exactly."""
    if rate is None or rate.numerator > 1_000_000:
        return _FINE_CLOCK
    return rate.numerator * ceil(Fraction(10_000, rate.numerator))


def _to_8_bits(pixels: NDArray[Any]) -> NDArray[np.uint8]:
    if np.issubdtype(pixels.dtype, np.floating):
        levels: NDArray[np.uint8] = np.rint(pixels * 255).astype(np.uint8)
        return levels
    deep: Pixels = pixels
    return to_uint8(deep)


def _even(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Repeat the last column and row where their number is odd."""
    odd = [(0, side % 2) for side in pixels.shape[:2]] + [(0, 0)] * (pixels.ndim - 2)
    return np.pad(pixels, odd, mode="edge") if any(after for _, after in odd) else pixels
