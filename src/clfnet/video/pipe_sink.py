"""A pipe as the output: frames for the program that reads them."""

import sys
from typing import BinaryIO

import numpy as np
import simplejpeg

from clfnet.errors import VideoError, one_line
from clfnet.video.encoding import to_8_bits
from clfnet.video.frames import Frame

KINDS = ("mjpeg", "raw")
"""What can go through a pipe: JPEG images one after the other, or RGB of 8 bits row by row."""

QUALITY = 90
"""Of JPEG images."""


class PipeSink:
    """Writes frames to standard output, each at once.

    Args:
        kind: one of `KINDS`.
        pipe: where to write; standard output by default.
    """

    def __init__(self, kind: str = "mjpeg", pipe: BinaryIO | None = None) -> None:
        self.codec = {"mjpeg": "Motion JPEG", "raw": "raw RGB of 8 bits"}[kind]
        self._kind = kind
        self._pipe = pipe or sys.stdout.buffer
        self.width = self.height = self.count = 0
        self.files: list[str] = []

    def write(self, frame: Frame) -> None:
        """Write a frame.

        Raises:
            VideoError: the program that reads has ended.
        """
        pixels = to_8_bits(frame.pixels)
        self.height, self.width = pixels.shape[:2]
        try:
            self._pipe.write(jpeg(pixels) if self._kind == "mjpeg" else _rgb(pixels))
            self._pipe.flush()
        except OSError as error:
            raise VideoError(
                f"OUTPUT must be read to the end, but after {self.count} frames: "
                f"{one_line(error)}. Check the program that reads it."
            ) from error
        self.count += 1

    def finish(self) -> None:
        """Every frame is written already."""

    def abort(self) -> None:
        """What is written is written."""


def jpeg(pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> bytes:
    """Return a frame, (H, W) or (H, W, 3), as a JPEG image.

    Example:
        >>> jpeg(np.zeros((4, 6), np.uint8))[:2].hex()
        'ffd8'
    """
    space = "GRAY" if pixels.ndim == 2 else "RGB"
    data: bytes = simplejpeg.encode_jpeg(
        np.ascontiguousarray(np.atleast_3d(pixels)), QUALITY, space, "420"
    )
    return data


def _rgb(pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> bytes:
    colours = np.broadcast_to(np.atleast_3d(pixels), (*pixels.shape[:2], 3))
    return colours.tobytes()
