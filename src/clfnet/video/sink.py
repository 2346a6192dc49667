"""The interface of all outputs of fused frames."""

from typing import Protocol

from clfnet.video.frames import Frame


class Sink(Protocol):
    """Takes frames of one size, in order.

    Attributes:
        codec: what the frames are written as.
        width: columns as written.
        height: rows as written.
        count: frames so far.
        files: names of what is complete: files, the folder, the URL.
    """

    codec: str
    width: int
    height: int
    count: int
    files: list[str]

    def write(self, frame: Frame) -> None:
        """Add a frame."""
        ...

    def finish(self) -> None:
        """Complete the output; it has its name afterwards. Nothing is made of no frame."""
        ...

    def abort(self) -> None:
        """Take back what is not complete."""
        ...
