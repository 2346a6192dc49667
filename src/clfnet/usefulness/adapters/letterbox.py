"""An image on the square that a detector takes, and its boxes back in the image."""

from typing import NamedTuple

import numpy as np

from clfnet.usefulness.boxes import Boxes
from clfnet.usefulness.resize import Picture, resize


class Letterbox(NamedTuple):
    """An image scaled to fit a square, the rest filled.

    Attributes:
        picture: uint8, (N, N, 3) RGB.
        scale: pixels of the square per pixel of the image.
        left: where the image begins in the square, in pixels.
        top: the same, downwards.
    """

    picture: Picture
    scale: float
    left: int
    top: int

    def undo(self, boxes: Boxes) -> Boxes:
        """Return boxes of the square in pixels of the image."""
        return (boxes - [self.left, self.top] * 2) / self.scale


def letterbox(picture: Picture, side: int, *, fill: int, centred: bool) -> Letterbox:
    """Fit an image into a square.

    Args:
        picture: uint8, (H, W, 3) RGB.
        side: of the square, in pixels.
        fill: level of what the image does not cover, 0..255.
        centred: in the middle, or at the top left.

    Example:
        >>> box = letterbox(np.zeros((2, 4, 3), np.uint8), 8, fill=9, centred=True)
        >>> box.picture[:, 0, 0].tolist(), box.scale
        ([9, 9, 0, 0, 0, 0, 9, 9], 2.0)
    """
    height, width = picture.shape[:2]
    scale = side / max(height, width)
    inner = resize(picture, max(1, round(height * scale)), max(1, round(width * scale)))
    top, left = ((side - inner.shape[0]) // 2, (side - inner.shape[1]) // 2) if centred else (0, 0)
    square = np.full((side, side, 3), fill, np.uint8)
    square[top : top + inner.shape[0], left : left + inner.shape[1]] = inner
    return Letterbox(square, scale, left, top)
