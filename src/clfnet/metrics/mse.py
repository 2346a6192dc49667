"""MSE: the mean squared error against both sources."""

import numpy as np

from clfnet.metrics.image import GreyImage, check


def mse(fused: GreyImage, infrared: GreyImage, visible: GreyImage) -> float:
    """Return ½ [mean((F − A)²) + mean((F − B)²)] of levels in [0, 1].

    Args:
        fused: uint8, (H, W), 0..255.
        infrared: the same size.
        visible: the same size.

    Returns:
        0 to 1. Lower is better.

    Raises:
        ImageError: an image is no uint8 array of shape (H, W).
        SizeMismatchError: the images differ in size.

    Example:
        >>> black, white = np.zeros((2, 2), np.uint8), np.full((2, 2), 255, np.uint8)
        >>> mse(black, black, white)
        0.5
    """
    check(fused=fused, infrared=infrared, visible=visible)
    f, a, b = (image.astype(np.int32) for image in (fused, infrared, visible))
    return float((((f - a) ** 2).mean() + ((f - b) ** 2).mean()) / 2 / 255**2)
