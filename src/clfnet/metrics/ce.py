"""CE: the cross entropy, how far the levels of the fused image are from those of its sources."""

import numpy as np

from clfnet.metrics.en import histogram
from clfnet.metrics.image import GreyImage, check


def ce(fused: GreyImage, infrared: GreyImage, visible: GreyImage) -> float:
    """Return ½ [D(infrared, fused) + D(visible, fused)], D(X, F) = Σ p_X log2(p_X / p_F).

    p are the histograms of 256 levels. D, a relative entropy, would be infinite where a level of X
    is missing in F; such levels are left out, as by the reference implementation. So levels that
    the fused image loses cost nothing, and D can be a little below 0: read it beside MI.

    Source: Bulanon, Burks and Alchanatis, "Image fusion of visible and thermal images for fruit
    detection", Biosystems Engineering 103(1), 12 (2009), in the form of the benchmark VIFB: Zhang,
    Ye and Xiao, "VIFB: a visible and infrared image fusion benchmark", CVPR Workshops 2020.

    Args:
        fused: uint8, (H, W), 0..255.
        infrared: the same size.
        visible: the same size.

    Returns:
        Bits, −log2(e) / e = −0.53 and more; 0 where the three histograms are equal, or where no
        level of the fused image occurs in a source. Lower is better.

    Raises:
        ImageError: an image is no uint8 array of shape (H, W).
        SizeMismatchError: the images differ in size.

    Example:
        >>> a, b = np.array([[0, 0, 9, 9]], np.uint8), np.array([[0, 9, 9, 9]], np.uint8)
        >>> round(ce(b, a, b), 4)
        0.1038
    """
    check(fused=fused, infrared=infrared, visible=visible)
    return (_divergence(infrared, fused) + _divergence(visible, fused)) / 2


def _divergence(source: GreyImage, fused: GreyImage) -> float:
    """D(source, fused), over the levels that both have."""
    n_x, n_f = histogram(source), histogram(fused)
    both = (n_x > 0) & (n_f > 0)
    n_x, n_f = n_x[both], n_f[both]
    return float(np.sum(n_x * np.log2(n_x / n_f)) / source.size)
