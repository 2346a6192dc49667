"""Guided filtering: saliency decides, and weights follow the edges of the sources."""

import numpy as np
from scipy.ndimage import correlate1d, laplace, uniform_filter

from clfnet.methods.classical import Plane
from clfnet.methods.selection import blend, preference

BASE = 31
"""Pixels a side of the mean filter that parts base and detail."""

BLUR_RADIUS, BLUR_SIGMA = 5, 5.0
"""Of the Gaussian that makes saliency of the Laplacian's magnitude, in pixels."""


def guided_filter(
    infrared: Plane,
    visible: Plane,
    *,
    base_radius: int = 45,
    base_eps: float = 0.3,
    detail_radius: int = 7,
    detail_eps: float = 1e-6,
) -> Plane:
    """Return bases and details of both images, mixed by saliency weights that follow their edges.

    Base B = 31×31 mean of the image I, detail D = I − B, saliency S = Gaussian of |Laplacian of I|
    (Eqs. 7–10). P is 1 where a source is the more salient; the weights of bases and details are P
    filtered by each source as the guide, scaled to the sum 1 (Eqs. 11–13), and
    F = Σ W_B B + Σ W_D D (Eqs. 14–16).

    Source: Li, Kang and Hu, "Image fusion with guided filtering", IEEE Trans. Image Process. 22(7),
    2864 (2013), with its parameters. Borders are replicated, but the guided filter takes the pixels
    inside the image only. Ours: equal saliencies share P, and weights are kept in [0, 1].

    Args:
        infrared: float64, (H, W), in [0, 1].
        visible: the same.
        base_radius: of the guided filter's window for the bases, r1, in pixels.
        base_eps: its smoothing, ε1.
        detail_radius: the same for the details, r2.
        detail_eps: ε2.

    Returns:
        float64, (H, W); may leave [0, 1] at edges.

    Example:
        >>> image = np.eye(9)
        >>> bool(np.allclose(guided_filter(image, image), image))
        True
    """
    bases = [
        np.asarray(uniform_filter(image, BASE, mode="nearest")) for image in (infrared, visible)
    ]
    details = [infrared - bases[0], visible - bases[1]]
    salient = preference(_saliency(infrared), _saliency(visible))
    of_base = _weight(salient, infrared, visible, base_radius, base_eps)
    of_detail = _weight(salient, infrared, visible, detail_radius, detail_eps)
    return blend(of_base, *bases) + blend(of_detail, *details)


def _saliency(image: Plane) -> Plane:
    offsets = np.arange(-BLUR_RADIUS, BLUR_RADIUS + 1)
    window = np.exp(-(offsets**2) / (2 * BLUR_SIGMA**2))
    window /= window.sum()
    edges = np.abs(laplace(image, mode="nearest"))
    rows = correlate1d(edges, window, axis=0, mode="nearest")
    return np.asarray(correlate1d(rows, window, axis=1, mode="nearest"))


def _weight(salient: Plane, infrared: Plane, visible: Plane, radius: int, eps: float) -> Plane:
    """The weight of infrared; that of visible is what lacks to 1."""
    first = np.clip(smooth_by_guide(salient, infrared, radius, eps), 0.0, 1.0)
    second = np.clip(smooth_by_guide(1 - salient, visible, radius, eps), 0.0, 1.0)
    total = first + second
    return np.divide(first, total, out=np.full_like(total, 0.5), where=total > 0)


def smooth_by_guide(image: Plane, guide: Plane, radius: int, eps: float) -> Plane:
    """Return the guided filter of an image: locally, the guide's best linear fit to it.

    In each window, a = cov(guide, image) / (var(guide) + ε) and b = mean(image) − a mean(guide); a
    pixel becomes ā guide + b̄, with the means of a and b over the windows that hold it.

    Source: He, Sun and Tang, "Guided image filtering", IEEE Trans. Pattern Anal. Mach. Intell.
    35(6), 1397 (2013), Eqs. 5, 6 and 8. Windows are cut at the border.

    Args:
        image: float64, (H, W).
        guide: the same shape.
        radius: windows have 2 radius + 1 pixels a side.
        eps: ε, in the square of the guide's unit; edges of less variance are smoothed.

    Returns:
        float64, (H, W).

    Example:
        >>> smooth_by_guide(np.array([[0.0, 0.6, 0.0]]), np.ones((1, 3)), 1, 0.1).round(3).tolist()
        [[0.25, 0.267, 0.25]]
    """
    mean_guide, mean_image = _mean(guide, radius), _mean(image, radius)
    variance = _mean(guide * guide, radius) - mean_guide**2
    covariance = _mean(guide * image, radius) - mean_guide * mean_image
    a = covariance / (np.maximum(variance, 0.0) + eps)
    b = mean_image - a * mean_guide
    return _mean(a, radius) * guide + _mean(b, radius)


def _mean(image: Plane, radius: int) -> Plane:
    """The mean over the part of the window that lies inside the image."""
    size = 2 * radius + 1
    inside = uniform_filter(np.ones_like(image), size, mode="constant")
    return np.asarray(uniform_filter(image, size, mode="constant")) / inside
