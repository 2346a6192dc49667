"""Where two images differ, as Fig. 19(e) shows it."""

import numpy as np
from numpy.typing import NDArray

from clfnet.errors import ImageError, SizeMismatchError
from clfnet.metrics.image import GreyImage, size_of


def difference_map(first: GreyImage, second: GreyImage, *, gain: float = 1.0) -> NDArray[np.uint8]:
    """Return the inverted absolute difference of two grey images: the darker, the greater.

    Args:
        first: uint8, (H, W).
        second: uint8, (H, W).
        gain: how many times the difference is enlarged, above 0; black is the end.

    Returns:
        uint8, (H, W): 255 where both are equal.

    Raises:
        SizeMismatchError: the two differ in size.
        ImageError: `gain` is not above 0.

    Example:
        >>> a, b = np.array([[0, 200]], np.uint8), np.array([[0, 100]], np.uint8)
        >>> difference_map(a, b).tolist(), difference_map(a, b, gain=3).tolist()
        ([[255, 155]], [[255, 0]])
    """
    if first.shape != second.shape:
        raise SizeMismatchError(
            f"`second` must have the size of `first`, {size_of(first)}, got {size_of(second)}. "
            "Compare images of one scene."
        )
    if not gain > 0:
        raise ImageError(f"`gain` must be above 0, got {gain}.")
    distance = np.abs(first.astype(np.float64) - second)
    return np.rint(np.clip(255 - gain * distance, 0, 255)).astype(np.uint8)
