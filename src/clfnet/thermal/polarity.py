"""Whether a display image looks black-hot: warm things dark on a bright ground.

What is warm is rare in most scenes and stands out far, so the levels of a white-hot image have a
tail towards white: their skewness is positive. Of 286 white-hot images of TNO, MSRS, RoadScene,
LLVIP and others none has a skewness below -1; turned to black-hot, those of streets at night nearly
all have.

Outdoors the sky is cold: where the upper quarter is brighter than the lower half by 1.2 standard
deviations, and levels reach further down from the median than up, the image is suspected too. Of
261 white-hot images of these sets none is; turned to black-hot, 116 are.
"""

import numpy as np
from numpy.typing import NDArray

from clfnet.thermal.values import Thermal

_LEAST = -1.0
_BRIGHTER = 1.2  # standard deviations
_ENOUGH = 2**16  # pixels


def looks_black_hot(thermal: Thermal) -> bool:
    """Tell so of levels; counts and temperatures are never turned.

    Example:
        >>> levels = np.full((20, 20), 200, np.uint8)
        >>> levels[4:6, 5] = 10
        >>> [looks_black_hot(Thermal(each, "level")) for each in (levels, 255 - levels)]
        [True, False]
    """
    if thermal.unit != "level":
        return False
    return skewness(thermal.known) < _LEAST or has_bright_sky(thermal.values)


def has_bright_sky(values: NDArray[np.generic]) -> bool:
    """Tell whether an image, (H, W), is bright above, and its darkest levels are the rarer ones.

    Example:
        >>> sky = np.full((40, 40), 60, np.uint8)
        >>> sky[12:] = 90
        >>> sky[20:24, 8:12] = 250  # a person
        >>> has_bright_sky(sky), has_bright_sky(255 - sky)
        (False, True)
    """
    step = max(1, int(np.sqrt(values.size / _ENOUGH)))
    some = values[::step, ::step].astype(np.float64)
    low, middle, high = np.percentile(some, [0.5, 50, 99.5])
    top, bottom = some[: -(-len(some) // 4)], some[len(some) // 2 :]
    brighter = top.mean() - bottom.mean() > _BRIGHTER * some.std()
    return bool(brighter and middle - low > high - middle)


def skewness(values: NDArray[np.generic]) -> float:
    """Return the third standardised moment of an array, of every n-th value of a large one.

    Example:
        >>> round(skewness(np.array([0, 0, 0, 1])), 4)
        1.1547
    """
    flat = values.ravel()
    some = flat[:: max(1, flat.size // _ENOUGH)].astype(np.float64)
    away = some - some.mean()
    deviation = float(np.sqrt((away**2).mean()))
    return float((away**3).mean()) / deviation**3 if deviation else 0.0
