"""MI: how much the fused image tells about the levels of its two sources."""

import numpy as np

from clfnet.metrics.en import entropy, histogram
from clfnet.metrics.image import GreyImage, check


def mi(
    fused: GreyImage,
    infrared: GreyImage,
    visible: GreyImage,
    *,
    base: float,
    share_top_bin: bool,
) -> float:
    """Return the mutual information I(infrared; fused) + I(visible; fused), a sum.

    I(X; F) = H(X) + H(F) − H(X, F).

    Source: Qu, Zhang and Yan, "Information measure for performance of image fusion", Electronics
    Letters 38(7), 313 (2002).

    Args:
        fused: uint8, (H, W), 0..255.
        infrared: the same size.
        visible: the same size.
        base: of the logarithm; 2 answers in bits, e in nats.
        share_top_bin: whether levels 254 and 255 share one bin of the joint histogram, on both
            axes, as they do in the reference implementation; H(X) and H(F) keep 256 bins.

    Returns:
        0 to 16 bits (11.1 nats); a little more, and not 0 for independent images, where a bin is
        shared. Higher is better.

    Raises:
        ImageError: an image is no uint8 array of shape (H, W).
        SizeMismatchError: the images differ in size.

    Example:
        >>> a = np.array([[0, 9]], np.uint8)
        >>> mi(a, a, a, base=2, share_top_bin=True)
        2.0
    """
    check(fused=fused, infrared=infrared, visible=visible)
    top = 254 if share_top_bin else 255
    return sum(_shared(source, fused, base, top) for source in (infrared, visible))


def _shared(source: GreyImage, fused: GreyImage, base: float, top: int) -> float:
    """I(source; fused), with the levels of the joint histogram cut at `top`."""
    rows, columns = np.minimum(source, top).astype(np.int64), np.minimum(fused, top)
    joint = np.bincount((256 * rows + columns).ravel())
    alone = entropy(histogram(source), base) + entropy(histogram(fused), base)
    return alone - entropy(joint, base)
