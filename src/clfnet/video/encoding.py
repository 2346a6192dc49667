"""How frames are encoded: codec, quality and preset, by default or as a user says."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from clfnet.errors import ConfigError, VideoError, did_you_mean
from clfnet.io.image import Pixels, to_uint8
from clfnet.video.frames import ACCURATE, load_av

if TYPE_CHECKING:
    from av.container import OutputContainer
    from av.packet import Packet
    from av.video.stream import VideoStream

NOMINAL_RATE = 25  # what the encoder's rate control assumes where the rate is not known
_FINE_CLOCK = 90_000  # ticks per second where the rate gives none
_BT709, _LIMITED = 1, 1  # AVCOL_*_BT709, AVCOL_RANGE_MPEG
_X26X = (
    *("ultrafast", "superfast", "veryfast", "faster", "fast"),
    *("medium", "slow", "slower", "veryslow"),
)
_BITRATE = re.compile(r"(\d+(?:\.\d+)?)([kM]?)")
_AT_LEAST = 1000  # bits per second; less is a forgotten unit


@dataclass(frozen=True)
class Codec:
    """What FFmpeg's encoder of a codec takes.

    Attributes:
        encoder: its name.
        name: what people call the codec.
        recorded: its options for recordings, which may look ahead.
        live: its options where each frame must leave at once.
        presets: values of `preset`, quickest first or last.
        preset: the encoder's own name for it.
        most: the largest `crf`, the worst quality; 0 where there is none.
    """

    encoder: str
    name: str
    recorded: dict[str, str] = field(default_factory=dict)
    live: dict[str, str] = field(default_factory=dict)
    presets: tuple[str, ...] = ()
    preset: str = "preset"
    most: int = 0


CODECS = {
    "h264": Codec(
        "libx264",
        "H.264",
        {"crf": "18", "preset": "medium"},
        {"crf": "20", "preset": "veryfast", "tune": "zerolatency", "sc_threshold": "0"},
        _X26X,
        most=51,
    ),
    "hevc": Codec(
        "libx265",
        "HEVC",
        {"crf": "20", "preset": "medium", "x265-params": "log-level=error"},
        {
            "crf": "22",
            "preset": "ultrafast",
            "tune": "zerolatency",
            "x265-params": "log-level=error:scenecut=0",
        },
        _X26X,
        most=51,
    ),
    "vp9": Codec(
        "libvpx-vp9",
        "VP9",
        {"crf": "24", "b": "0", "deadline": "good", "cpu-used": "5", "row-mt": "1"},
        {"crf": "28", "b": "0", "deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"},
        tuple(map(str, range(9))),
        "cpu-used",
        most=63,
    ),
    "av1": Codec(
        "libsvtav1",
        "AV1",
        {"crf": "28", "preset": "8"},
        {"crf": "32", "preset": "12", "svtav1-params": "pred-struct=1:lookahead=0"},
        tuple(map(str, range(14))),
        most=63,
    ),
}
"""The codecs of fused videos by the name that `--encoder` takes."""


@dataclass(frozen=True)
class Encoding:
    """An encoder of FFmpeg and its options.

    Attributes:
        encoder: its name, e.g. "libx264".
        name: what people call its codec, e.g. "H.264".
        options: FFmpeg's.
    """

    encoder: str
    name: str
    options: Mapping[str, str] = field(default_factory=dict)


def parse_encoding(text: str | None, *, default: str = "h264", live: bool = False) -> Encoding:
    """Return the encoding that a text asks for.

    Args:
        text: CODEC, CODEC,KEY=VALUE,… or KEY=VALUE,…; a codec is one of `CODECS` or the name of an
            encoder of FFmpeg, e.g. h264_nvenc; keys are `crf` (constant quality), `bitrate` (e.g.
            4M) and `preset`. None leaves all to the defaults.
        default: the codec where the text names none.
        live: no frame may wait for those after it.

    Raises:
        ConfigError: there is no such codec or key, or a value is out of range.
        MissingExtraError: PyAV is not installed.

    Example:
        >>> parse_encoding("crf=30,preset=fast").options
        {'crf': '30', 'preset': 'fast'}
        >>> parse_encoding("hevc,bitrate=2M", live=True).name
        'HEVC'
    """
    parts = [part.strip() for part in text.split(",")] if text is not None else []
    name = parts.pop(0) if parts and "=" not in parts[0] else default
    codec = CODECS[name] if name in CODECS else _other(name)
    encoding = Encoding(codec.encoder, codec.name, codec.live if live else codec.recorded)
    for part in parts:
        key, _, value = part.partition("=")
        encoding = replace(encoding, options=_with(encoding.options, codec, key, value, live=live))
    return encoding


def _other(name: str) -> Codec:
    """An encoder by FFmpeg's own name, e.g. of a graphics card."""
    av = load_av()
    if name in av.codecs_available:
        found = av.Codec(name, "w")
        if "yuv420p" in {form.name for form in found.video_formats or ()}:
            return Codec(name, name)
    raise ConfigError(
        f"`encoder` must be one of {', '.join(CODECS)}, or an encoder of FFmpeg for yuv420p that "
        f"this PyAV has, got {name!r:.60}. {did_you_mean(name, CODECS, 'Choose one.')}"
    )


def _with(
    options: Mapping[str, str], codec: Codec, key: str, value: str, *, live: bool
) -> dict[str, str]:
    """Return options with one thing that a user says."""
    match key:
        case "bitrate":
            rate = str(_bits(value))
            steady = {"maxrate": rate, "bufsize": rate} if live else {}
            return {**{k: v for k, v in options.items() if k != "crf"}, "b": rate, **steady}
        case "crf" if codec.most:
            if not (value.isdecimal() and int(value) <= codec.most):
                raise ConfigError(
                    f"`encoder`: crf of {codec.name} must be a whole number from 0 (best) to "
                    f"{codec.most}, got {value!r:.20}. Write e.g. crf=20."
                )
            return {**options, "crf": value}
        case "preset" if codec.presets:
            if value not in codec.presets:
                raise ConfigError(
                    f"`encoder`: preset of {codec.name} must be one of {', '.join(codec.presets)}, "
                    f"got {value!r:.20}. Choose one."
                )
            return {**options, codec.preset: value}
    keys = ["bitrate"] + ["crf"] * bool(codec.most) + ["preset"] * bool(codec.presets)
    raise ConfigError(
        f"`encoder`: {codec.name} takes {', '.join(keys)}, got {key!r:.40}. "
        f"Write e.g. {codec.name if codec.most else codec.encoder},bitrate=4M."
    )


def _bits(text: str) -> int:
    found = _BITRATE.fullmatch(text)
    rate = round(float(found[1]) * {"": 1, "k": 1e3, "M": 1e6}[found[2]]) if found else 0
    if rate < _AT_LEAST:
        raise ConfigError(
            f"`encoder`: bitrate must be bits per second of at least {_AT_LEAST}, got "
            f"{text!r:.20}. Write e.g. bitrate=4M or bitrate=800k."
        )
    return rate


class Encoder:
    """Encodes frames of one size onto a container that it opens a stream in.

    4:2:0, 8 bits, BT.709, a key frame every two seconds. Every frame keeps its time, so an
    irregular rate stays one. Frames of an odd width or height get one more column or row, a copy of
    the last, since 4:2:0 needs pairs.

    Args:
        container: not written to yet.
        encoding: codec and options.
        pixels: the first frame, for its size.
        rate: frames per second, nominal.

    Attributes:
        width: columns, the one that makes them even included.
        height: rows, likewise.
    """

    def __init__(
        self,
        container: "OutputContainer",
        encoding: Encoding,
        pixels: NDArray[Any],
        rate: Fraction | None,
    ) -> None:
        self._av = load_av()
        self.height, self.width = (side + side % 2 for side in pixels.shape[:2])
        self._rate = rate or NOMINAL_RATE
        self._clock = _clock(rate)
        self._tick = -1
        self._stream = self._added(container, encoding)
        reformatter = self._av.video.reformatter
        self._reformatter = reformatter.VideoReformatter()
        self._conversion = {
            "format": "yuv420p",
            "interpolation": ACCURATE,
            "src_color_range": reformatter.ColorRange.JPEG,
            "dst_color_range": reformatter.ColorRange.MPEG,
            "dst_colorspace": reformatter.Colorspace.ITU709,
        }

    def encode(self, time: float, pixels: NDArray[Any]) -> "list[Packet[VideoStream]]":
        """Return what is complete after one more frame, seconds after the first.

        Raises:
            VideoError: it differs in size from the first.
        """
        levels = _even(to_8_bits(pixels))
        if levels.shape[:2] != (self.height, self.width):
            raise VideoError(
                f"fused frames must keep their size, {self.width}x{self.height}, but one is "
                f"{levels.shape[1]}x{levels.shape[0]}. Use a fuser of one output size."
            )
        form = "gray" if levels.ndim == 2 else "rgb24"
        picture = self._av.VideoFrame.from_ndarray(levels, format=form)
        picture = self._reformatter.reformat(picture, **self._conversion)
        self._tick = picture.pts = max(round(time * self._clock), self._tick + 1)
        picture.time_base = Fraction(1, self._clock)
        picture.duration = ceil(self._clock / self._rate)
        return self._stream.encode(picture)

    def rest(self) -> "list[Packet[VideoStream]]":
        """Return what waited for frames that will not come."""
        return self._stream.encode(None)

    def _added(self, container: "OutputContainer", encoding: Encoding) -> "VideoStream":
        stream: VideoStream = container.add_stream(  # type: ignore[assignment]
            encoding.encoder, rate=self._rate, options=dict(encoding.options)
        )
        stream.width, stream.height, stream.pix_fmt = self.width, self.height, "yuv420p"
        context = stream.codec_context
        context.time_base = stream.time_base = Fraction(1, self._clock)
        context.gop_size = max(1, round(2 * self._rate))  # a key frame every two seconds: to seek
        context.color_range = _LIMITED
        context.colorspace = context.color_primaries = context.color_trc = _BT709
        return stream


def to_8_bits(pixels: NDArray[Any]) -> NDArray[np.uint8]:
    """Return a frame of any depth in 8 bits; floats are in [0, 1]."""
    if np.issubdtype(pixels.dtype, np.floating):
        levels: NDArray[np.uint8] = np.rint(pixels * 255).astype(np.uint8)
        return levels
    deep: Pixels = pixels
    return to_uint8(deep)


def _clock(rate: Fraction | None) -> int:
    """Ticks per second on which every frame of a regular stream falls exactly."""
    if rate is None or rate.numerator > 1_000_000:
        return _FINE_CLOCK
    return rate.numerator * ceil(Fraction(10_000, rate.numerator))


def _even(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Repeat the last column and row where their number is odd."""
    odd = [(0, side % 2) for side in pixels.shape[:2]] + [(0, 0)] * (pixels.ndim - 2)
    return np.pad(pixels, odd, mode="edge") if any(after for _, after in odd) else pixels
