"""What became of two streams that were fused."""

from dataclasses import asdict, dataclass
from pathlib import Path
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
        damage: what could not be used, in words.
    """

    name: str
    width: int
    height: int
    rate: float | None
    unused_head: float | None
    unused_tail: float | None
    damage: tuple[str, ...]


@dataclass(frozen=True)
class VideoReport:
    """What `fuse_video` did.

    Attributes:
        output: the file or folder; None if no frame was fused before it was interrupted.
        codec: "H.264", "VP9" or "PNG".
        width: columns, the one that makes them even included.
        height: rows, likewise.
        frames: how many were fused and written.
        duration: seconds of the result.
        audio: what became of the sound.
        repeated: frames whose infrared frame is that of the frame before.
        dropped: infrared frames of the overlap that went into no fused frame; None for live
            sources.
        late: visible frames of a live source that were not taken in time.
        largest_lag: largest distance in seconds between the frames of a pair; None for live
            sources, whose clocks are not compared.
        seconds: wall-clock time taken.
        fps: fused frames per second of it.
        interrupted: whether it was stopped before the streams ended.
        infrared: the infrared source.
        visible: the visible source.
    """

    output: Path | None
    codec: str
    width: int
    height: int
    frames: int
    duration: float
    audio: str
    repeated: int
    dropped: int | None
    late: int
    largest_lag: float | None
    seconds: float
    fps: float
    interrupted: bool
    infrared: StreamReport
    visible: StreamReport

    def as_dict(self) -> dict[str, Any]:
        """The report for JSON: numbers rounded, paths as text."""
        found: dict[str, Any] = _rounded(asdict(self))
        return found | {"output": None if self.output is None else str(self.output)}


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(of) for key, of in value.items()}
    if isinstance(value, tuple):
        return [_rounded(of) for of in value]
    return round(value, 4) if isinstance(value, float) else value
