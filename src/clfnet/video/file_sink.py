"""Video files as the output: one, or one after the other; only what is complete has its name.

A video is written beside its place as NAME.part-XXXXXXXX.SUFFIX and renamed once it is complete.
The containers are written so that a process that is killed leaves a part that plays.
"""

import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from clfnet.errors import InputError, OutputExistsError, VideoError, one_line
from clfnet.io.files import publish, refuse_existing, sync
from clfnet.video.audio import AudioTrack
from clfnet.video.encoding import NOMINAL_RATE, Encoder, Encoding
from clfnet.video.frames import Frame, load_av

if TYPE_CHECKING:
    from av.container import OutputContainer

FORMATS = {".mp4": "mp4", ".mkv": "matroska", ".webm": "webm"}
"""FFmpeg's name of each kind of file."""

_CONTAINER_OPTIONS = {
    # Fragments while it grows, so that it plays when cut short; an ordinary MP4 once complete.
    ".mp4": {"movflags": "+hybrid_fragmented+negative_cts_offsets"},
    ".mkv": {"cluster_time_limit": "1000"},
    ".webm": {"cluster_time_limit": "1000"},
}


class VideoSink:
    """A video file, whose first frame is at 0.

    Args:
        output: ends in one of `FORMATS`.
        encoding: codec and options.
        rate: frames per second, nominal.
        audio: the sound that goes with it.
        overwrite: replace a file that is there already.
        dated: write into the file when its first frame came: now.
    """

    def __init__(
        self,
        output: Path,
        encoding: Encoding,
        *,
        rate: Fraction | None = None,
        audio: AudioTrack | None = None,
        overwrite: bool = False,
        dated: bool = False,
    ) -> None:
        self._av = load_av()
        self._output = output
        self._suffix = output.suffix.lower()
        self._encoding = encoding
        self.codec = encoding.name
        if not overwrite:
            refuse_existing(output)
        self._overwrite = overwrite
        self._rate = rate
        self._audio = audio
        self._dated = dated
        self._part = output.with_name(f"{output.stem}.part-{secrets.token_hex(4)}{self._suffix}")
        self._container: OutputContainer | None = None
        self.width = self.height = self.count = 0
        self.files: list[str] = []

    def write(self, frame: Frame) -> None:
        """Add a frame.

        Raises:
            VideoError: it differs in size from the first, or the encoder refuses it.
            InputError: the system refuses to write.
        """
        try:
            if self._container is None:
                self._container = self._started(frame)
            self._write(self._container, frame)
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

    def _started(self, frame: Frame) -> "OutputContainer":
        self._first = frame.time
        self._output.parent.mkdir(parents=True, exist_ok=True)
        container: OutputContainer = self._av.open(
            f"file:{self._part}",
            "w",
            format=FORMATS[self._suffix],
            options={"flush_packets": "1", **_CONTAINER_OPTIONS[self._suffix]},
        )
        self._container = container
        self._encoder = Encoder(container, self._encoding, frame.pixels, self._rate)
        self.height, self.width = self._encoder.height, self._encoder.width
        if self._dated:
            container.metadata["creation_time"] = datetime.now(UTC).isoformat()
        if self._audio:
            self._audio.attach(container, self._suffix, self._first)
        return container

    def _write(self, container: "OutputContainer", frame: Frame) -> None:
        time = frame.time - self._first
        packets = self._encoder.encode(time, frame.pixels)
        self._end = time + float(1 / (self._rate or NOMINAL_RATE))
        if self._audio:
            self._audio.mux_until(container, time)
        container.mux(packets)
        self.count += 1

    def _complete(self, container: "OutputContainer") -> None:
        if self._audio:
            self._audio.finish(container, self._end)
        container.mux(self._encoder.rest())
        container.close()
        sync(self._part)
        self._container = None  # complete: from here on it is worth keeping, whatever happens
        try:
            publish(self._part, self._output, overwrite=self._overwrite)
        except OutputExistsError:
            raise OutputExistsError(
                f"{self._output} appeared meanwhile and is kept; the result is {self._part}. "
                f"Rename one of them."
            ) from None
        except OSError as error:
            raise InputError(
                f"{self._output} cannot be given its name: {one_line(error)}. The result is "
                f"complete in {self._part}. Rename that file."
            ) from error
        self._part.unlink(missing_ok=True)
        self.files = [str(self._output)]

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


class SegmentedSink:
    """Video files one after the other, NAME-00000.SUFFIX and on, so that none is ever long.

    Every file begins with a key frame, is complete and has its name before the next one begins.
    No frame is lost between two. A file that an error finds unfinished is completed, too.

    Args:
        output: NAME.SUFFIX.
        seconds: after which the next file begins.
        open_file: opens the sink of one file.
        overwrite: replace files that are there already.

    Raises:
        OutputExistsError: there are such files and `overwrite` is not set.
    """

    def __init__(
        self,
        output: Path,
        seconds: float,
        open_file: Callable[[Path], VideoSink],
        *,
        overwrite: bool = False,
    ) -> None:
        self._output = output
        self._seconds = seconds
        self._open = open_file
        for path in () if overwrite else sorted(output.parent.glob("*")):
            if self._is_segment(path):
                refuse_existing(path)
        self._sink = open_file(self._path(0))
        self.codec = self._sink.codec
        self._begin = 0.0
        self.width = self.height = self.count = 0
        self.files: list[str] = []

    def write(self, frame: Frame) -> None:
        """Add a frame; see `VideoSink.write`."""
        if not self._sink.count:
            self._begin = frame.time
        elif frame.time - self._begin >= self._seconds:
            self.finish()
            self._sink, self._begin = self._open(self._path(len(self.files))), frame.time
        self._sink.write(frame)
        self.width, self.height = self._sink.width, self._sink.height
        self.count += 1

    def finish(self) -> None:
        """Complete the last file; see `VideoSink.finish`."""
        self._sink.finish()
        self.files += self._sink.files
        self._sink.files = []

    def abort(self) -> None:
        """Complete what there is if that can be done: it was shown to nobody else."""
        try:
            self.finish()
        except InputError:
            self._sink.abort()

    def _path(self, number: int) -> Path:
        return self._output.with_stem(f"{self._output.stem}-{number:05d}")

    def _is_segment(self, path: Path) -> bool:
        stem, _, number = path.stem.rpartition("-")
        return stem == self._output.stem and number.isdecimal() and path.suffix == self._suffix

    @property
    def _suffix(self) -> str:
        return self._output.suffix
