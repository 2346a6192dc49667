"""Network streams and HLS as the output: frames leave as they come."""

import re
import time
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from clfnet.errors import OutputExistsError, VideoError, one_line
from clfnet.video.encoding import Encoder, Encoding
from clfnet.video.frames import Frame, load_av
from clfnet.video.url import hide_password

if TYPE_CHECKING:
    from av.container import OutputContainer

FORMATS = {
    "rtsp": "rtsp",
    "rtmp": "flv",
    "rtmps": "flv",
    "srt": "mpegts",
    "tcp": "mpegts",
    "udp": "mpegts",
}
"""FFmpeg's name of what goes over each kind of URL."""

_OPTIONS = {"rtsp": {"rtsp_transport": "tcp"}, "flv": {"flvflags": "no_duration_filesize"}}
_PATIENCE = 10.0  # seconds for a server to take what it is sent
_PACKET = 1316  # bytes of a UDP packet: seven of MPEG-TS, below what a network cuts
_NUMBER = re.compile(r"%\d*[dt]")
HLS_SECONDS = 2.0
"""Length of an HLS segment by default: the time between two key frames."""


class StreamSink:
    """Sends frames to where a URL says.

    Args:
        url: its scheme is one of `FORMATS`.
        encoding: codec and options.
        rate: frames per second, nominal.
        paced: frames come from a recording, and are held back until their time has come.
    """

    def __init__(
        self, url: str, encoding: Encoding, *, rate: Fraction | None = None, paced: bool = False
    ) -> None:
        self._av = load_av()
        self._url = url
        self._encoding = encoding
        self._rate = rate
        self._paced = paced
        self.codec = encoding.name
        self._container: OutputContainer | None = None
        self.width = self.height = self.count = 0
        self.files: list[str] = []

    def write(self, frame: Frame) -> None:
        """Send a frame.

        Raises:
            VideoError: nobody takes it, it differs in size from the first, or the encoder refuses
                it.
        """
        try:
            if self._container is None:
                self._container = self._started(frame)
            self._wait(frame)
            self._container.mux(self._encoder.encode(frame.time - self._first, frame.pixels))
        except (self._av.error.FFmpegError, OSError) as error:
            raise self._refusal(error) from error
        self.count += 1

    def finish(self) -> None:
        """Send what is left, and take leave.

        Raises:
            VideoError: nobody takes it any more.
        """
        if self._container is None:
            return
        try:
            self._container.mux(self._encoder.rest())
            self._container.close()
        except (self._av.error.FFmpegError, OSError) as error:
            raise self._refusal(error) from error
        self._container = None

    def abort(self) -> None:
        """End; what was sent is sent."""
        if self._container is not None:
            with suppress(self._av.error.FFmpegError, OSError):
                self._container.close()

    def _started(self, frame: Frame) -> "OutputContainer":
        self._first = frame.time
        self._start = time.monotonic()
        container = self._open()
        self._encoder = Encoder(container, self._encoding, frame.pixels, self._rate)
        container.start_encoding()  # connects
        self.height, self.width = self._encoder.height, self._encoder.width
        self.files = [hide_password(self._url)]
        return container

    def _open(self) -> "OutputContainer":
        form = FORMATS[scheme_of(self._url)]
        url = self._url
        if url.lower().startswith("udp:") and "?" not in url:
            url += f"?pkt_size={_PACKET}"
        container: OutputContainer = self._av.open(
            url, "w", format=form, options=_OPTIONS.get(form, {}), timeout=_PATIENCE
        )
        return container

    def _wait(self, frame: Frame) -> None:
        if self._paced:
            time.sleep(max(0.0, self._start + frame.time - self._first - time.monotonic()))

    def _refusal(self, error: Exception) -> VideoError:
        return VideoError(
            f"{hide_password(self._url)} must take the fused frames, but: "
            f"{hide_password(one_line(error))} "
            f"(after {self.count} frames). Check that its server runs and may be written to."
        )


class HlsSink(StreamSink):
    """HTTP Live Streaming: a playlist, and its segments NAME-00000.ts and on beside it.

    A segment is complete before the playlist names it, and everything stays in the list.

    Args:
        output: the playlist, NAME.m3u8.
        encoding: codec and options.
        rate: frames per second, nominal.
        seconds: of a segment; rounded up to whole key frame intervals.
        overwrite: replace files that are there already.

    Raises:
        OutputExistsError: there are such files and `overwrite` is not set.
        VideoError: the name holds what FFmpeg takes for the place of a number, such as %d.
    """

    def __init__(
        self,
        output: Path,
        encoding: Encoding,
        *,
        rate: Fraction | None = None,
        seconds: float = HLS_SECONDS,
        overwrite: bool = False,
    ) -> None:
        super().__init__(str(output), encoding, rate=rate)
        self._output = output
        self._seconds = seconds
        if _NUMBER.search(str(output)):
            raise VideoError(
                f"{output} must not contain a pattern for numbers such as %d. Choose another name."
            )
        names = [output, output.with_name(f"{output.stem}-00000.ts")]
        taken = [] if overwrite else [name for name in names if name.exists()]
        if taken:
            raise OutputExistsError(
                f"{taken[0]} must not be there yet. Allow replacing it (--overwrite), or choose "
                f"another name."
            )

    def _open(self) -> "OutputContainer":
        self._output.parent.mkdir(parents=True, exist_ok=True)
        stem = self._output.with_suffix("")
        container: OutputContainer = self._av.open(
            f"file:{self._output}",
            "w",
            format="hls",
            options={
                "hls_time": f"{self._seconds:g}",
                "hls_list_size": "0",
                "hls_playlist_type": "event",
                "hls_flags": "temp_file+independent_segments+program_date_time",
                "hls_segment_filename": f"file:{stem}-%05d.ts",
            },
        )
        return container

    def _refusal(self, error: Exception) -> VideoError:
        return VideoError(
            f"{self._output} cannot be written: {one_line(error)}. Choose another place."
        )


def scheme_of(url: str) -> str:
    """Return a URL's scheme.

    Example:
        >>> scheme_of("RTSP://host/1")
        'rtsp'
    """
    return url.partition(":")[0].lower()
