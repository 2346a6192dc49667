"""Ratio of low-pass pyramid: the stronger local contrast at each scale."""

from itertools import pairwise

from clfnet.methods.classical import Plane
from clfnet.methods.pyramid import expand, gaussian_pyramid
from clfnet.methods.selection import stronger
from clfnet.methods.trivial import average

DARK = 1 / 255
"""Added before and taken off after: contrast is not defined at zero."""


def ratio(infrared: Plane, visible: Plane, *, levels: int = 4) -> Plane:
    """Return the image whose ratio pyramid has the stronger contrasts and the mean top.

    R_i = G_i / expand(G_{i+1}), with G the Gaussian pyramid; of both R_i the one of larger
    |R_i − 1| is kept at each place; the smallest G is the mean of both. The product is G_0 again.

    Source: Toet, "Image fusion by a ratio of low-pass pyramid", Pattern Recognit. Lett. 9(4), 245
    (1989). One grey level is added to both images first, as a ratio of dark pixels would be noise,
    or infinite. Four levels are usual; small images have fewer. Contrasts multiply, so that the
    result may be far brighter than both.

    Args:
        infrared: float64, (H, W), in [0, 1].
        visible: the same.
        levels: how many scales of contrast, at most.

    Returns:
        float64, (H, W); may exceed 1.

    Example:
        >>> import numpy as np
        >>> image = np.eye(9)
        >>> bool(np.allclose(ratio(image, image), image))
        True
    """
    first, second = (gaussian_pyramid(image + DARK, levels) for image in (infrared, visible))
    fused = average(first[-1], second[-1])
    contrasts = zip(_contrasts(first), _contrasts(second), strict=True)
    for contrast in reversed([stronger(*both) for both in contrasts]):
        fused = (1 + contrast) * expand(fused, contrast)
    return fused - DARK


def _contrasts(gaussian: list[Plane]) -> list[Plane]:
    """R − 1 at each scale."""
    return [fine / expand(coarse, fine) - 1 for fine, coarse in pairwise(gaussian)]
