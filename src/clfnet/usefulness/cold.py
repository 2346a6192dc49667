"""A guard: is what is colder than its surroundings still to be seen?"""

from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import NDArray

from clfnet.usefulness.filters import Grey, detail

COLD = 0.05
"""How far below its surroundings the infrared picture is where something is cold."""

LEAST_PIXELS = 200
"""Less that is cold says nothing."""


@dataclass(frozen=True, eq=False)
class ColdDetail:
    """Where the infrared picture shows something cold, and how cold.

    Attributes:
        where: the pixels, (H, W).
        values: the infrared picture's detail on them, below 0, (N,).
    """

    where: NDArray[np.bool_]
    values: NDArray[np.float32]


def cold_detail(infrared: Grey) -> ColdDetail:
    """Return what is cold in an infrared picture, float32 in [0, 1], (H, W)."""
    own = detail(infrared)
    where = own < -COLD
    return ColdDetail(where, own[where])


def cold_contrast(fused_detail: Grey, cold: ColdDetail) -> float:
    """Return the slope of the fused detail on the infrared's where that is cold, in [0, 1]."""
    if len(cold.values) < LEAST_PIXELS:
        return nan
    slope = float((fused_detail[cold.where] * cold.values).sum() / (cold.values**2).sum())
    return min(1.0, max(0.0, slope))
