"""The report of a fused video: frames, times, losses, warnings."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class StreamReport:
    """What became of one of the sources.

    Attributes:
        name: its file, folder or URL.
        width: columns.
        height: rows.
        rate: frames per second, nominal; None where it is not known.
        unused_head: seconds before the other source begins; None for live sources.
        unused_tail: seconds after the other ends; None where the length is not known, or where not
            everything was fused.
        reconnected: how often a live source was lost and came back.
        damage: what could not be used, in words.
    """

    name: str
    width: int
    height: int
    rate: float | None
    unused_head: float | None
    unused_tail: float | None
    reconnected: int
    damage: tuple[str, ...]


@dataclass(frozen=True)
class VideoProgress:
    """How far `fuse_video` is.

    Attributes:
        frames: how many are fused.
        expected: how many there will be, if that is known.
        late: see `VideoReport`.
        latency_p50: see `VideoReport`.
        latency_p99: see `VideoReport`.
    """

    frames: int
    expected: int | None
    late: int
    latency_p50: float | None
    latency_p99: float | None


@dataclass(frozen=True)
class VideoReport:
    """What `fuse_video` did.

    Attributes:
        output: the file, folder or URL; None if no frame was fused before it was interrupted.
        files: names of what is complete: the file or each segment, the folder, the URL.
        codec: what the frames were written as, e.g. "H.264" or "PNG".
        width: columns, the one that makes them even included.
        height: rows, likewise.
        frames: how many were fused and written.
        duration: seconds of the result.
        audio: what became of the sound.
        repeated: frames whose infrared frame is that of the frame before.
        dropped: infrared frames of the overlap that went into no fused frame.
        late: visible frames of a live source that were not taken in time.
        outdated: visible frames of a live source left out since the infrared frame was too old.
        largest_lag: largest distance in seconds between the frames of a pair; None for live
            sources, whose clocks are not compared.
        latency_p50: seconds from a live frame's arrival, before it is decoded, until the output has
            taken the fused one, which half of the frames do not exceed; None for recordings.
        latency_p99: the same of 99 % of the frames.
        seconds: wall-clock time taken.
        fps: fused frames per second of it.
        interrupted: whether it was stopped before the streams ended.
        infrared: the infrared source.
        visible: the visible source.
    """

    output: str | None
    files: tuple[str, ...]
    codec: str
    width: int
    height: int
    frames: int
    duration: float
    audio: str
    repeated: int
    dropped: int
    late: int
    outdated: int
    largest_lag: float | None
    latency_p50: float | None
    latency_p99: float | None
    seconds: float
    fps: float
    interrupted: bool
    infrared: StreamReport
    visible: StreamReport

    def as_dict(self) -> dict[str, Any]:
        """The report for JSON: numbers rounded."""
        found: dict[str, Any] = _rounded(asdict(self))
        return found


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(of) for key, of in value.items()}
    if isinstance(value, tuple):
        return [_rounded(of) for of in value]
    return round(value, 4) if isinstance(value, float) else value
