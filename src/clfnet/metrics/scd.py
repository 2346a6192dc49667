"""SCD: the sum of the correlations of differences."""

import numpy as np

from clfnet.metrics.cc import correlation
from clfnet.metrics.image import GreyImage, check


def scd(fused: GreyImage, infrared: GreyImage, visible: GreyImage) -> float:
    """Return corr(fused − visible, infrared) + corr(fused − infrared, visible).

    What the fused image has beyond one source should be what the other source gave.

    Source: Aslantas and Bendes, "A new image quality metric for image fusion: the sum of the
    correlations of differences", AEU Int. J. Electron. Commun. 69(12), 1890 (2015).

    Args:
        fused: uint8, (H, W), 0..255.
        infrared: the same size.
        visible: the same size.

    Returns:
        −2 to 2; not a number where a source, or the difference to one, is constant. Higher is
        better.

    Raises:
        ImageError: an image is no uint8 array of shape (H, W).
        SizeMismatchError: the images differ in size.

    Example:
        >>> a, b = np.array([[0, 9, 5]], np.uint8), np.array([[7, 0, 2]], np.uint8)
        >>> round(scd(a + b, a, b), 9)
        2.0
    """
    check(fused=fused, infrared=infrared, visible=visible)
    f, a, b = (image.astype(np.int16) for image in (fused, infrared, visible))
    return correlation(f - b, a) + correlation(f - a, b)
