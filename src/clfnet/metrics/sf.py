"""SF: the spatial frequency of the fused image."""

import numpy as np

from clfnet.metrics.image import GreyImage, check

MINIMUM_SIDE = 2
"""A difference needs two pixels."""


def sf(fused: GreyImage, *, white: float) -> float:
    """Return the spatial frequency: sqrt(mean(vertical differences²) + mean(horizontal ones²)).

    Each mean is over its own count, (H−1)·W and H·(W−1).

    Source: Eskicioglu and Fisher, "Image quality measures and their performance", IEEE Trans.
    Commun. 43(12), 2959 (1995).

    Args:
        fused: uint8, (H, W), 0..255, at least 2 pixels a side.
        white: what level 255 stands for: 1 (the `paper` dialect) or 255.

    Returns:
        In units of `white`, 0 to sqrt(2) · white. Higher is better.

    Raises:
        ImageError: `fused` is no uint8 array of shape (H, W), or smaller than 2 pixels.

    Example:
        >>> round(sf(np.array([[0, 255], [255, 0]], np.uint8), white=1), 4)
        1.4142
    """
    check(MINIMUM_SIDE, fused=fused)
    levels = fused.astype(np.int32)
    vertical, horizontal = np.diff(levels, axis=0), np.diff(levels, axis=1)
    return float(np.sqrt((vertical**2).mean() + (horizontal**2).mean()) * white / 255)
