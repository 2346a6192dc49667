"""The separable filters that VIF, VIFF, SSIM, MS-SSIM, Qabf and Nabf share."""

from typing import Literal

import numpy as np

from clfnet.errors import MissingExtraError
from clfnet.metrics.image import FloatArray

Border = Literal["constant", "nearest", "mirror"]
"""Beyond the image lie zeros, the nearest pixel, or the image mirrored at its edge pixels."""


def gaussian(size: int, sigma: float) -> FloatArray:
    """Return a Gaussian window of one dimension that sums to 1.

    Args:
        size: how many taps, odd.
        sigma: standard deviation, in pixels.

    Returns:
        float64, shape (size,).

    Example:
        >>> gaussian(3, 1.0).round(3).tolist()
        [0.274, 0.452, 0.274]
    """
    offsets = np.arange(size) - size // 2
    window: FloatArray = np.exp(-(offsets**2) / (2 * sigma**2))
    window /= window.sum()
    return window


def correlate(
    image: FloatArray, vertical: FloatArray, horizontal: FloatArray, border: Border
) -> FloatArray:
    """Return an image correlated with the outer product of two windows, of the same size.

    Args:
        image: float64, shape (H, W).
        vertical: the window along a column, odd length.
        horizontal: the window along a row, odd length.
        border: what lies beyond the image.

    Returns:
        float64, shape (H, W).

    Raises:
        MissingExtraError: scipy is not installed.

    Example:
        >>> correlate(np.ones((1, 3)), np.ones(1), np.ones(3), "constant").tolist()
        [[2.0, 3.0, 2.0]]
    """
    columns = _correlate(image, vertical, 0, border)
    return _correlate(columns, horizontal, 1, border)


def blur_inside(image: FloatArray, window: FloatArray, step: int = 1) -> FloatArray:
    """Return an image blurred where the window lies wholly inside it ("valid").

    Args:
        image: float64, shape (H, W), at least as large as the window.
        window: along a column and along a row, odd length n.
        step: of the kept places, from the first; 2 halves the size.

    Returns:
        float64, shape (⌈(H − n + 1) / step⌉, ⌈(W − n + 1) / step⌉).

    Raises:
        MissingExtraError: scipy is not installed.

    Example:
        >>> blur_inside(np.arange(15.0).reshape(3, 5), np.full(3, 1 / 3), step=2).round(9).tolist()
        [[6.0, 8.0]]
    """
    half = len(window) // 2
    height, width = image.shape
    columns = _correlate(image, window, 0, "nearest")[half : height - half : step]
    return _correlate(columns, window, 1, "nearest")[:, half : width - half : step]


def sobel(image: FloatArray, border: Border) -> tuple[FloatArray, FloatArray]:
    """Return the Sobel responses across the columns (horizontal) and across the rows (vertical).

    Args:
        image: float64, shape (H, W).
        border: what lies beyond the image.

    Returns:
        Two float64 arrays of shape (H, W): rising to the right, and rising downwards; a step of one
        level answers 4.

    Raises:
        MissingExtraError: scipy is not installed.

    Example:
        >>> horizontal, vertical = sobel(np.array([[0.0, 1.0, 2.0]] * 3), "nearest")
        >>> horizontal[1, 1], vertical[1, 1]
        (np.float64(8.0), np.float64(0.0))
    """
    smooth, slope = np.array([1.0, 2.0, 1.0]), np.array([-1.0, 0.0, 1.0])
    return correlate(image, smooth, slope, border), correlate(image, slope, smooth, border)


def _correlate(image: FloatArray, window: FloatArray, axis: int, border: Border) -> FloatArray:
    try:
        from scipy.ndimage import correlate1d
    except ImportError as error:
        raise MissingExtraError("scipy", "evaluate") from error
    return np.asarray(correlate1d(image, window, axis=axis, mode=border))
