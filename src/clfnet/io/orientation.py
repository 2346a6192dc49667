"""EXIF orientation: images are turned upright."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Scalar = TypeVar("Scalar", bound=np.generic)

TAG = 274
"""The tag of EXIF and TIFF."""

_TRANSPOSED, _MIRRORED_ROWS, _MIRRORED_COLUMNS = {5, 6, 7, 8}, {3, 4, 7, 8}, {2, 3, 6, 7}


def swaps(orientation: int) -> bool:
    """Tell whether width and height change places.

    Example:
        >>> [each for each in range(1, 9) if swaps(each)]
        [5, 6, 7, 8]
    """
    return orientation in _TRANSPOSED


def matrix(orientation: int, size: tuple[int, int]) -> NDArray[np.float64]:
    """Return what maps pixels of a stored image to those of the upright one.

    Args:
        orientation: 1 to 8; others count as 1.
        size: the stored width and height.

    Returns:
        float64, (3, 3), homogeneous; the centre of the first pixel is (0, 0).

    Example:
        >>> (matrix(6, (3, 1)) @ [2, 0, 1]).tolist()  # the last of a row goes to the bottom
        [0.0, 2.0, 1.0]
    """
    width, height = size
    turned = np.eye(3)
    if orientation in _TRANSPOSED:
        turned, (width, height) = turned[[1, 0, 2]], (height, width)
    across, down = orientation in _MIRRORED_COLUMNS, orientation in _MIRRORED_ROWS
    flip = np.array(
        [
            [-1.0 if across else 1.0, 0, (width - 1) * across],
            [0, -1.0 if down else 1.0, (height - 1) * down],
            [0, 0, 1],
        ]
    )
    return flip @ turned


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
