"""AG: the average gradient of the fused image."""

import numpy as np

from clfnet.metrics.image import GreyImage, check

MINIMUM_SIDE = 2
"""A gradient needs two pixels."""


def ag(fused: GreyImage, *, per_pixel: bool) -> float:
    """Return the average gradient: Σ sqrt((gx² + gy²) / 2) over all pixels, divided by their count.

    gx and gy are central differences, halved, and one-sided at the border.

    Source: Cui, Feng, Xu, Li and Chen, "Detail preserved fusion of visible and infrared images
    using regional saliency extraction and multi-scale image decomposition", Opt. Commun. 341, 199
    (2015).

    Args:
        fused: uint8, (H, W), 0..255, at least 2 pixels a side.
        per_pixel: whether the count is H·W, a plain mean (the `cddfuse` dialect), or (H−1)(W−1) as
            in the reference implementation.

    Returns:
        Levels per pixel, 0 and more. Higher is better.

    Raises:
        ImageError: `fused` is no uint8 array of shape (H, W), or smaller than 2 pixels.

    Example:
        >>> ramp = np.array([[0, 2, 4]] * 3, np.uint8)
        >>> round(ag(ramp, per_pixel=True), 4)
        1.4142
    """
    check(MINIMUM_SIDE, fused=fused)
    gy, gx = np.gradient(fused.astype(np.float64))
    height, width = fused.shape
    count = height * width if per_pixel else (height - 1) * (width - 1)
    return float(np.sqrt((gx * gx + gy * gy) / 2).sum() / count)
