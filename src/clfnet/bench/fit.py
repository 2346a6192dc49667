"""How cost grows with the number of pixels."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from clfnet.errors import InputError


class Fit(NamedTuple):
    """Seconds = `fixed` + `per_megapixel` × megapixels; and, fitted apart, ~ megapixels^`exponent`.

    An exponent of 1 says that cost grows linearly.
    """

    per_megapixel: float
    fixed: float
    exponent: float


def fit(megapixels: Sequence[float], seconds: Sequence[float]) -> Fit:
    """Fit a line, of least relative squares, and a power law, a line between logarithms.

    Args:
        megapixels: sizes, above 0, at least two different ones.
        seconds: their costs, above 0.

    Raises:
        InputError: there are fewer sizes, or values that are not above 0.

    Example:
        >>> Fit(*(round(value, 6) for value in fit([1, 2, 4], [3.5, 6.5, 12.5]))).fixed
        0.5
    """
    x, y = np.asarray(megapixels, float), np.asarray(seconds, float)
    if len(set(megapixels)) < 2 or min(x.min(), y.min()) <= 0:
        raise InputError(
            f"A fit must have at least two sizes with costs above 0, got {x.tolist()} megapixels "
            f"and {y.tolist()} seconds. Measure more sizes."
        )
    slope, fixed = np.polyfit(x, y, 1, w=1 / y)
    exponent, _ = np.polyfit(np.log(x), np.log(y), 1)
    return Fit(float(slope), float(fixed), float(exponent))
