"""Resizing as detectors were trained with it: area means when smaller, bilinear when larger."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"""uint8, shape (H, W) or (H, W, 3) RGB."""


def resize(picture: Picture, height: int, width: int) -> Picture:
    """Return a picture at another size.

    Along each side that shrinks, a pixel is the mean of the area that it covers; along one that
    grows, it is interpolated between the two nearest, with pixel centres at halves.

    Args:
        picture: uint8, (H, W) or (H, W, 3).
        height: of the result, in pixels.
        width: of the result, in pixels.

    Returns:
        uint8, (height, width) or (height, width, 3).

    Example:
        >>> resize(np.array([[0, 100], [50, 54]], np.uint8), 1, 1).tolist()
        [[51]]
    """
    if picture.shape[:2] == (height, width):
        return picture
    rows = np.tensordot(_weights(picture.shape[0], height), picture, axes=1)  # (h, W[, 3])
    columns = np.tensordot(rows, _weights(picture.shape[1], width), axes=(1, 1))  # (h[, 3], w)
    values = columns if picture.ndim == 2 else np.moveaxis(columns, 1, 2)
    return np.asarray(np.rint(np.clip(values, 0, 255)), np.uint8)


def shrink(picture: Picture, factor: int) -> Picture:
    """Return a picture whose pixels are the means of `factor` × `factor` old ones, halves up.

    What is left over at the right and the bottom goes.

    Example:
        >>> shrink(np.array([[0, 10], [20, 32]], np.uint8), 2).tolist()
        [[16]]
    """
    height, width = (side // factor for side in picture.shape[:2])
    blocks = picture[: height * factor, : width * factor].reshape(
        height, factor, width, factor, *picture.shape[2:]
    )
    total = blocks.sum(axis=(1, 3), dtype=np.uint32)
    return np.asarray((total + factor**2 // 2) // factor**2, np.uint8)


@lru_cache(maxsize=64)
def _weights(before: int, after: int) -> NDArray[np.float64]:
    """How much each old place counts in each new one, shape (after, before); rows sum to 1."""
    step = before / after
    old, new = np.arange(before)[None], np.arange(after)[:, None]
    if step >= 1:
        covered = np.minimum(old + 1, (new + 1) * step) - np.maximum(old, new * step)
        return np.asarray(np.maximum(covered, 0) / step)
    centre = np.clip((new + 0.5) * step - 0.5, 0, before - 1)
    return np.asarray(np.maximum(1 - np.abs(old - centre), 0))
