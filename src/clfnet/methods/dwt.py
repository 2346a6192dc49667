"""Discrete wavelet transform: the more active coefficients, by a consistent choice."""

import numpy as np
import pywt
from scipy.ndimage import correlate, maximum_filter

from clfnet.methods.classical import Plane
from clfnet.methods.selection import blend, preference
from clfnet.methods.trivial import average

WINDOW = 3
"""Coefficients a side of the areas of activity and of the vote."""


def dwt(infrared: Plane, visible: Plane, *, levels: int = 4, wavelet: str = "db4") -> Plane:
    """Return the image whose wavelet transform has the more active details and the mean top.

    A coefficient's activity is the largest magnitude in the window around it; where most of the
    window's coefficients come from the other source, so does this one (consistency check).

    Source: Li, Manjunath and Mitra, "Multisensor image fusion using the wavelet transform", Graph.
    Models Image Process. 57(3), 235 (1995). Windows of 3×3, four levels and Daubechies' wavelet of
    four vanishing moments are our choice; images are mirrored at their borders, and small ones have
    fewer levels. The transform depends on the position of the grid, so that edges may ripple.

    Args:
        infrared: float64, (H, W), in [0, 1].
        visible: the same.
        levels: how many scales of detail, at most.
        wavelet: a discrete wavelet's name in PyWavelets.

    Returns:
        float64, (H, W); strong details of both may leave [0, 1].

    Example:
        >>> image = np.eye(32)
        >>> bool(np.allclose(dwt(image, image), image))
        True
    """
    levels = min(levels, pywt.dwtn_max_level(infrared.shape, wavelet))
    first, second = (
        pywt.wavedec2(image, wavelet, "symmetric", levels) for image in (infrared, visible)
    )
    details = [
        tuple(_more_active(*bands) for bands in zip(*scales, strict=True))
        for scales in zip(first[1:], second[1:], strict=True)
    ]
    fused = pywt.waverec2([average(first[0], second[0]), *details], wavelet, "symmetric")
    height, width = infrared.shape  # an odd side comes back one longer
    return np.asarray(fused[:height, :width])


def _more_active(infrared: Plane, visible: Plane) -> Plane:
    choice = preference(_activity(infrared), _activity(visible))
    votes = correlate(choice, np.ones((WINDOW, WINDOW)), mode="nearest")
    return blend(preference(votes, np.full_like(votes, WINDOW**2 / 2)), infrared, visible)


def _activity(band: Plane) -> Plane:
    return np.asarray(maximum_filter(np.abs(band), WINDOW, mode="nearest"))
