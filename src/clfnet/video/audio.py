"""The sound of a recording, copied to the fused video."""

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from clfnet.errors import one_line
from clfnet.video.frames import load_av
from clfnet.video.stream import open_container

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import OutputContainer
    from av.packet import Packet

COPIED = {
    ".mp4": frozenset({"aac", "ac3", "alac", "eac3", "flac", "mp3", "opus"}),
    ".webm": frozenset({"opus", "vorbis"}),
}
"""Codecs that a container holds; Matroska holds every one."""

ENCODER = {".mp4": "aac", ".webm": "libopus", ".mkv": "libopus"}
"""What sound becomes where it cannot be copied."""

_OPUS_RATE = 48000


class AudioTrack:
    """The first audio stream of a file, copied packet by packet where the output can hold it.

    Args:
        spec: the file or URL.
        origin: the time of the file's first image, seconds on the file's clock.

    Attributes:
        state: what became of the sound, for the report.
    """

    def __init__(self, spec: str, origin: Fraction) -> None:
        self._av = load_av()
        self._origin = origin
        self._input = open_container(spec)
        streams = self._input.streams.audio
        self._stream: AudioStream | None = streams[0] if streams else None
        self.state = "the visible video has none"

    def attach(self, output: "OutputContainer", suffix: str, start: float) -> None:
        """Add a stream to a container that is not written to yet.

        Args:
            output: the container.
            suffix: its kind.
            start: when the output begins, seconds since the first image of the file.
        """
        if self._stream is None:
            return
        name = self._stream.codec_context.name if self._stream.codec_context else "unknown"
        self._begin = self._origin + Fraction(start).limit_denominator(1_000_000)
        self._copies = name in COPIED.get(suffix, {name})
        try:
            self._target = self._add_stream(output, suffix)
        except (self._av.error.FFmpegError, ValueError) as error:
            self.state = f"dropped: {name} cannot go into {suffix} ({one_line(error)})"
            self._stream = None
            return
        self.state = f"{name} copied"
        if not self._copies:
            self.state = f"{name} transcoded to {self._target.codec_context.name}"
        self._packets = self._input.demux(self._stream)
        self._waiting: Packet[AudioStream] | None = None

    def mux_until(self, output: "OutputContainer", time: float) -> None:
        """Write the sound before `time`, seconds since the beginning of the output."""
        while self._stream is not None:
            try:
                packet = self._waiting or next(self._packets, None)
                self._waiting = None
                if packet is None or packet.dts is None:  # the end
                    self._end(output)
                    return
                after = self._after_begin(packet)
                if after >= time:
                    self._waiting = packet
                    return
                if after >= 0:
                    self._mux(output, packet)
            except self._av.error.FFmpegError as error:
                self.state += f", until damage ({one_line(error)})"
                self._stream = None

    def finish(self, output: "OutputContainer", time: float) -> None:
        """Write the rest of the sound before `time`."""
        self.mux_until(output, time)
        if self._stream is not None:
            self._end(output)

    def close(self) -> None:
        """Close the file."""
        self._input.close()

    def _add_stream(self, output: "OutputContainer", suffix: str) -> "AudioStream":
        assert self._stream is not None  # noqa: S101 -- the caller looked
        if self._copies:
            return output.add_stream_from_template(self._stream)
        encoder = ENCODER[suffix]
        rate = _OPUS_RATE if encoder == "libopus" else self._stream.rate
        target: Any = output.add_stream(encoder, rate=rate)
        target.layout = "mono" if self._stream.channels == 1 else "stereo"
        return target  # type: ignore[no-any-return]

    def _after_begin(self, packet: "Packet[AudioStream]") -> Fraction:
        moment = packet.dts if packet.pts is None else packet.pts
        return (moment or 0) * packet.time_base - self._begin

    def _mux(self, output: "OutputContainer", packet: "Packet[AudioStream]") -> None:
        if not self._copies:
            self._encode(output, packet)
            return
        shift = round(self._begin / packet.time_base)
        packet.pts = None if packet.pts is None else packet.pts - shift
        packet.dts = None if packet.dts is None else packet.dts - shift
        packet.stream = self._target
        output.mux(packet)

    def _encode(self, output: "OutputContainer", packet: "Packet[AudioStream]") -> None:
        for frame in packet.decode():
            if frame.pts is None:
                continue
            after = frame.pts * (frame.time_base or 0) - self._begin
            frame.time_base = Fraction(1, frame.sample_rate)
            frame.pts = round(after * frame.sample_rate)
            output.mux(self._target.encode(frame))

    def _end(self, output: "OutputContainer") -> None:
        self._stream = None
        if not self._copies:
            output.mux(self._target.encode(None))
