"""Whether an image for the eye looks black-hot: warm things dark on a bright ground.

What is warm is rare in most scenes and stands out far, so the levels of a white-hot image have a
tail towards white: their skewness is positive. Of 286 white-hot images of TNO, MSRS, RoadScene,
LLVIP and others none has a skewness below -1; turned to black-hot, those of streets at night nearly
all have.
"""

import numpy as np
from numpy.typing import NDArray

from clfnet.thermal.values import Thermal

_LEAST = -1.0
_ENOUGH = 2**16  # pixels


def looks_black_hot(thermal: Thermal) -> bool:
    """Tell so of levels; counts and temperatures are never turned.

    Example:
        >>> levels = np.full((20, 20), 200, np.uint8)
        >>> levels[4:6, 5] = 10
        >>> [looks_black_hot(Thermal(each, "level")) for each in (levels, 255 - levels)]
        [True, False]
    """
    return thermal.unit == "level" and skewness(thermal.known) < _LEAST


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
