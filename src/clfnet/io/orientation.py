"""Stored orientation → upright."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Scalar = TypeVar("Scalar", bound=np.generic)

TAG = 274
"""The tag of EXIF and TIFF."""

_TRANSPOSED, _MIRRORED_ROWS, _MIRRORED_COLUMNS = {5, 6, 7, 8}, {3, 4, 7, 8}, {2, 3, 6, 7}


def upright(pixels: NDArray[Scalar], orientation: int) -> NDArray[Scalar]:
    """Turn an image as its EXIF orientation asks.

    Args:
        pixels: (H, W) or (H, W, C), of any type.
        orientation: 1 to 8; others count as 1, upright.

    Returns:
        The same type; (W, H) or (W, H, C) for 5 to 8.

    Example:
        >>> upright(np.array([[1, 2, 3]]), 6).tolist()
        [[1], [2], [3]]
    """
    turned = pixels
    if orientation in _TRANSPOSED:
        turned = turned.swapaxes(0, 1)
    if orientation in _MIRRORED_ROWS:
        turned = turned[::-1]
    if orientation in _MIRRORED_COLUMNS:
        turned = turned[:, ::-1]
    return np.ascontiguousarray(turned)
