"""Laplacian pyramid: the stronger detail at each scale."""

from itertools import pairwise

from clfnet.methods.classical import Plane
from clfnet.methods.pyramid import expand, gaussian_pyramid
from clfnet.methods.selection import stronger
from clfnet.methods.trivial import average


def laplacian(infrared: Plane, visible: Plane, *, levels: int = 4) -> Plane:
    """Return the image whose Laplacian pyramid has the stronger details and the mean top.

    L_i = G_i − expand(G_{i+1}), with G the Gaussian pyramid; of both L_i the one of larger
    magnitude is kept at each place; the smallest G is the mean of both. The sum is G_0 again.

    Source of the pyramid: Burt and Adelson, IEEE Trans. Commun. 31(4), 532 (1983); of the choice by
    magnitude: Burt and Kolczynski, "Enhanced image capture through fusion", ICCV (1993), here of
    single coefficients. Four levels are usual; small images have fewer.

    Args:
        infrared: float64, (H, W), in [0, 1].
        visible: the same.
        levels: how many scales of detail, at most.

    Returns:
        float64, (H, W); strong details of both may leave [0, 1].

    Example:
        >>> import numpy as np
        >>> image = np.eye(9)
        >>> bool(np.allclose(laplacian(image, image), image))
        True
    """
    first, second = gaussian_pyramid(infrared, levels), gaussian_pyramid(visible, levels)
    fused = average(first[-1], second[-1])
    details = zip(_details(first), _details(second), strict=True)
    for detail in reversed([stronger(*both) for both in details]):
        fused = detail + expand(fused, detail)
    return fused


def _details(gaussian: list[Plane]) -> list[Plane]:
    return [fine - expand(coarse, fine) for fine, coarse in pairwise(gaussian)]
