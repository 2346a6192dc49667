"""A reference rule: the visible image, with the infrared's detail added."""

import numpy as np
from scipy.ndimage import gaussian_filter

from clfnet.methods.classical import Plane


def detail(infrared: Plane, visible: Plane, *, gain: float = 0.8, sigma: float = 6.0) -> Plane:
    """Return the visible image with most of the infrared's detail added.

    F = G∗B + (B − G∗B) + gain · (A − G∗A) = B + gain · (A − G∗A), G being a Gaussian: the base and
    the detail of the visible image B, and the detail of the infrared image A. A rule of this
    project; borders are mirrored.

    Args:
        infrared: float64, (H, W), in [0, 1].
        visible: the same.
        gain: of the infrared's detail.
        sigma: of the Gaussian, in pixels.

    Returns:
        float64, (H, W); details may leave [0, 1].

    Example:
        >>> detail(np.ones((2, 2)), np.full((2, 2), 0.25)).round(9).tolist()
        [[0.25, 0.25], [0.25, 0.25]]
    """
    return np.asarray(visible + gain * (infrared - gaussian_filter(infrared, sigma)))
