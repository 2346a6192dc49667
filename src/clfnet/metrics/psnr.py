"""PSNR: the peak signal-to-noise ratio against both sources."""

import numpy as np

from clfnet.metrics.image import GreyImage
from clfnet.metrics.mse import mse


def psnr(fused: GreyImage, infrared: GreyImage, visible: GreyImage) -> float:
    """Return 10 log10(1 / MSE), of the mean squared error against both sources in [0, 1].

    The reference implementation divides 255² by that MSE of [0, 1], which adds 48.13 dB to every
    value; this one does not.

    Args:
        fused: uint8, (H, W), 0..255.
        infrared: the same size.
        visible: the same size.

    Returns:
        Decibel, 0 and more; infinite where the three images are equal. Higher is better.

    Raises:
        ImageError: an image is no uint8 array of shape (H, W).
        SizeMismatchError: the images differ in size.

    Example:
        >>> black, white = np.zeros((2, 2), np.uint8), np.full((2, 2), 255, np.uint8)
        >>> round(psnr(black, black, white), 3)
        3.01
    """
    error = mse(fused, infrared, visible)
    return float(10 * np.log10(1 / error)) if error > 0 else np.inf
