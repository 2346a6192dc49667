"""EN: the entropy of the fused image's histogram."""

import numpy as np
from numpy.typing import NDArray

from clfnet.metrics.image import GreyImage, check


def en(fused: GreyImage) -> float:
    """Return the entropy of the fused image: −Σ p log2 p over its histogram of 256 levels.

    Source: Roberts, van Aardt and Ahmed, "Assessment of image fusion procedures using entropy,
    image quality, and multispectral classification", J. Appl. Remote Sens. 2, 023522 (2008).

    Args:
        fused: uint8, (H, W), 0..255.

    Returns:
        Bits, 0 (one level) to 8 (all levels equally often). Higher is better.

    Raises:
        ImageError: `fused` is no uint8 array of shape (H, W).

    Example:
        >>> en(np.array([[0, 255]], np.uint8))
        1.0
    """
    check(fused=fused)
    return entropy(histogram(fused))


def histogram(image: GreyImage) -> NDArray[np.int64]:
    """Return how often each of the 256 levels occurs: int64, shape (256,)."""
    return np.bincount(image.ravel(), minlength=256)


def entropy(counts: NDArray[np.int64], base: float = 2) -> float:
    """Return −Σ p log p of the distribution that these counts have.

    Args:
        counts: int64, any shape, not all zero.
        base: of the logarithm; 2 answers in bits, e in nats.

    Example:
        >>> entropy(np.array([1, 1, 0, 2]))
        1.5
    """
    p = counts[counts > 0] / counts.sum()
    return float(np.sum(p * np.log(1 / p)) / np.log(base))
