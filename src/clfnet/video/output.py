"""The kind of output that a name asks for: video, segments, stream, pipe or folder."""

import os
import re
from fractions import Fraction
from functools import partial
from math import isfinite
from pathlib import Path

from clfnet.errors import ConfigError, VideoError
from clfnet.video.audio import AudioTrack
from clfnet.video.encoding import Encoding, parse_encoding
from clfnet.video.file_sink import FORMATS, SegmentedSink, VideoSink
from clfnet.video.folder_sink import FolderSink
from clfnet.video.frames import load_av
from clfnet.video.pipe_sink import KINDS, PipeSink
from clfnet.video.sink import Sink
from clfnet.video.stream_sink import FORMATS as URL_FORMATS
from clfnet.video.stream_sink import HLS_SECONDS, HlsSink, StreamSink, scheme_of

SUFFIXES = tuple(FORMATS)
"""The videos that can be written; an output of no suffix is a folder of PNG files."""

PIPE = "-"
"""The output that is standard output."""

HLS = ".m3u8"
"""The suffix of an HLS playlist."""

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/+")
_HELD = {
    ".mp4": {"h264", "hevc", "vp9", "av1"},
    ".mkv": {"h264", "hevc", "vp9", "av1"},
    ".webm": {"vp9", "av1"},
    HLS: {"h264", "hevc"},
    "rtsp": {"h264", "hevc", "vp9"},
    "flv": {"h264"},
    "mpegts": {"h264", "hevc"},
}


def is_url(output: str | os.PathLike[str]) -> bool:
    """Tell whether an output is a URL, of whatever scheme.

    Example:
        >>> is_url("rtsp://host/1"), is_url("C:/out.mp4")
        (True, False)
    """
    return _URL.match(os.fspath(output)) is not None


def is_video_only(output: str | os.PathLike[str]) -> bool:
    """Tell whether an output means a video whatever the sources are; a folder does not.

    Example:
        >>> [is_video_only(name) for name in ("o.mp4", "o.m3u8", "-", "udp://host:1", "folder")]
        [True, True, True, True, False]
    """
    text = os.fspath(output)
    suffix = Path(text).suffix.lower()
    return text == PIPE or is_url(text) or suffix in (*SUFFIXES, HLS)


def check_output(output: str | os.PathLike[str]) -> None:
    """Refuse an output that nothing can be written to.

    Raises:
        VideoError: a URL of another scheme, or the suffix of something else.

    Example:
        >>> check_output("s3://bucket/o.mp4")
        Traceback (most recent call last):
        clfnet.errors.VideoError: OUTPUT must begin with rtsp://, rtmp://, rtmps://, srt://, tcp:// or udp:// if it is a URL, got s3://bucket/o.mp4. Write a file, or choose one of these.
    """  # noqa: E501 -- the message is one line
    text = os.fspath(output)
    if is_url(text):
        if scheme_of(text) not in URL_FORMATS or "://" not in text:
            *most, last = (f"{scheme}://" for scheme in URL_FORMATS)
            raise VideoError(
                f"OUTPUT must begin with {', '.join(most)} or {last} if it is a URL, got {text}. "
                f"Write a file, or choose one of these."
            )
        return
    path = Path(text)
    if path.suffix and not is_video_only(text) and not path.is_dir():
        raise VideoError(
            f"OUTPUT must end in {', '.join((*SUFFIXES, HLS))}, be a folder, a URL or -, "
            f"got {text}. Rename it."
        )


def holds_sound(output: str | os.PathLike[str]) -> bool:
    """Tell whether an output is a file that sound goes into.

    Example:
        >>> holds_sound("o.mp4"), holds_sound("o.m3u8")
        (True, False)
    """
    return not is_url(output) and Path(output).suffix.lower() in SUFFIXES


def open_sink(
    output: str | os.PathLike[str],
    *,
    rate: Fraction | None = None,
    audio: AudioTrack | None = None,
    overwrite: bool = False,
    live: bool = False,
    encoder: str | None = None,
    segment_seconds: float | None = None,
    pipe: str | None = None,
) -> Sink:
    """Return the sink for an output, which is not touched before the first frame.

    Args:
        output: a file that ends in one of `SUFFIXES`, an HLS playlist (.m3u8), a URL, "-" for
            standard output, or a folder, which gets PNG files.
        rate: frames per second, nominal.
        audio: the sound that goes into a file.
        overwrite: replace what is there already.
        live: frames come from live sources, and must not wait for each other.
        encoder: see `clfnet.video.encoding.parse_encoding`.
        segment_seconds: length of the files that a video is written as, or of HLS segments.
        pipe: what goes to standard output, one of `clfnet.video.pipe_sink.KINDS`.

    Raises:
        VideoError: the output is none that can be written, or cannot hold what the encoder makes.
        ConfigError: an option does not fit the output.
        OutputExistsError: it is there and `overwrite` is not set.
        MissingExtraError: PyAV is not installed.
    """
    check_output(output)
    text, path = os.fspath(output), Path(output)
    _check_options(text, encoder, segment_seconds, pipe)
    if text == PIPE:
        return PipeSink(pipe or "mjpeg")
    if is_url(text):
        encoding = _encoding(text, encoder, URL_FORMATS[scheme_of(text)], live=True)
        return StreamSink(text, encoding, rate=rate, paced=not live)
    suffix = path.suffix.lower()
    if suffix == HLS:
        encoding = _encoding(text, encoder, HLS, live=live)
        seconds = segment_seconds or HLS_SECONDS
        return HlsSink(path, encoding, rate=rate, seconds=seconds, overwrite=overwrite)
    if suffix not in SUFFIXES or path.is_dir():
        return FolderSink(path, overwrite=overwrite)
    encoding = _encoding(text, encoder, suffix, live=live)
    file = partial(VideoSink, encoding=encoding, rate=rate, overwrite=overwrite, dated=live)
    if segment_seconds is None:
        return file(path, audio=audio)
    return SegmentedSink(path, segment_seconds, file, overwrite=overwrite)


def _check_options(
    output: str, encoder: str | None, segment_seconds: float | None, pipe: str | None
) -> None:
    if pipe is not None and output != PIPE:
        raise ConfigError(f"`pipe` must be given only with the output -, got {output}. Drop it.")
    if pipe is not None and pipe not in KINDS:
        raise ConfigError(
            f"`pipe` must be one of {', '.join(KINDS)}, got {pipe!r:.40}. Choose one."
        )
    encoded = output != PIPE and is_video_only(output)
    if encoder is not None and not encoded:
        raise ConfigError(f"`encoder` must be given only for videos, got {output}. Drop it.")
    if segment_seconds is None:
        return
    if not encoded or is_url(output):
        raise ConfigError(
            f"`segment_seconds` must be given only for video files and {HLS}, got {output}. "
            f"Drop it."
        )
    if not (isfinite(segment_seconds) and segment_seconds >= 1):
        raise ConfigError(
            f"`segment_seconds` must be at least 1, got {segment_seconds:g}. Write e.g. 60."
        )


def _encoding(output: str, encoder: str | None, held: str, *, live: bool) -> Encoding:
    av = load_av()
    default = "vp9" if held == ".webm" else "h264"
    encoding = parse_encoding(encoder, default=default, live=live)
    if encoding.encoder not in av.codecs_available:
        raise VideoError(
            f"{output} needs the encoder {encoding.encoder}, which this PyAV lacks. "
            f"Install PyAV from its wheel, or choose another of {', '.join(SUFFIXES)}."
        )
    if av.Codec(encoding.encoder, "w").canonical_name not in _HELD[held]:
        raise VideoError(
            f"{output} must hold one of {', '.join(sorted(_HELD[held]))}, got {encoding.name}. "
            f"Choose another (--encoder)."
        )
    return encoding
