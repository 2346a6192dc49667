"""The Gaussian pyramid that the Laplacian and the ratio pyramid are made from.

Source: Burt and Adelson, "The Laplacian pyramid as a compact image code", IEEE Trans. Commun.
31(4), 532 (1983), Eqs. 1 and 2, with their a = 0.4. Beyond its border an image is mirrored at its
edge pixels, so that flat images stay flat.
"""

import numpy as np
from scipy.ndimage import correlate1d

from clfnet.methods.classical import Plane

A = 0.4
KERNEL = np.array([0.25 - A / 2, 0.25, A, 0.25, 0.25 - A / 2])
"""The generating kernel; it sums to 1, and so do its even and its odd taps, doubled."""


def gaussian_pyramid(image: Plane, levels: int) -> list[Plane]:
    """Return an image and its reductions, each half as large as the one before.

    Args:
        image: float64, (H, W).
        levels: how many reductions at most; there are fewer once a side is one pixel.

    Returns:
        The image first, the smallest last; a side of n pixels becomes one of ⌈n/2⌉.

    Example:
        >>> [level.shape for level in gaussian_pyramid(np.ones((5, 8)), 4)]
        [(5, 8), (3, 4), (2, 2), (1, 1)]
    """
    pyramid = [image]
    while len(pyramid) <= levels and min(pyramid[-1].shape) > 1:
        pyramid.append(reduce(pyramid[-1]))
    return pyramid


def reduce(image: Plane) -> Plane:
    """Blur an image and keep every second row and column, from the first.

    Args:
        image: float64, (H, W).

    Returns:
        float64, (⌈H/2⌉, ⌈W/2⌉).

    Example:
        >>> reduce(np.full((3, 4), 0.5)).round(9).tolist()
        [[0.5, 0.5], [0.5, 0.5]]
    """
    return _blur(image, KERNEL)[::2, ::2]


def expand(image: Plane, like: Plane) -> Plane:
    """Interpolate an image to the size of the one that it was reduced from.

    Args:
        image: float64, (⌈H/2⌉, ⌈W/2⌉).
        like: gives the size, (H, W), both at least 2.

    Returns:
        float64, (H, W).

    Example:
        >>> expand(np.array([[0.0, 1.0]] * 2), np.zeros((3, 3))).round(3)[0].tolist()
        [0.2, 0.5, 0.8]
    """
    sparse = np.zeros_like(like)
    sparse[::2, ::2] = image
    return _blur(sparse, 2 * KERNEL)


def _blur(image: Plane, kernel: Plane) -> Plane:
    rows = correlate1d(image, kernel, axis=0, mode="mirror")
    return np.asarray(correlate1d(rows, kernel, axis=1, mode="mirror"))
