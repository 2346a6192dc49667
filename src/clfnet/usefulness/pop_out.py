"""P, the pop-out: the contrast of persons with their surroundings."""

from math import nan, sqrt

import numpy as np
from numpy.typing import NDArray

from clfnet.usefulness.boxes import Boxes
from clfnet.usefulness.filters import Grey

BODY = (0.25, 0.08, 0.25, 0.15)
"""What is cut off a box at the left, top, right and bottom, in its sides: the rest is body."""

RING = (0.5, 0.15)
"""How much wider on each side, and higher, the surroundings are than the box, in its sides."""

LEAST_BODY, LEAST_RING = 20, 40
"""Of fewer pixels a contrast says nothing."""

FLOOR = 0.02
"""Spread of levels in [0, 1] that a camera's noise has anyway."""


def contrasts(image: Grey, persons: Boxes) -> NDArray[np.float64]:
    """Return how far each person stands out from the ring around it, in spreads.

    |mean of the body − mean of the ring| / sqrt((variance of both, averaged) + `FLOOR`²): a dark
    person on snow counts as a bright one in the dark does.

    Args:
        image: float32 in [0, 1], (H, W).
        persons: boxes in its pixels, (P, 4).

    Returns:
        float64, at least 0, (P,); not a number for a person too small or at the border.

    Example:
        >>> image = np.zeros((60, 60), np.float32)
        >>> image[20:40, 25:35] = 0.5
        >>> contrasts(image, np.array([[25.0, 20, 35, 40]])).round(1).tolist()
        [25.0]
    """
    return np.array([_contrast(image, *box) for box in persons], np.float64)


def pop_out(
    fused: NDArray[np.float64], infrared: NDArray[np.float64], visible: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return each person's contrast in the fused image over the better source's, at most 1.

    Args:
        fused: `contrasts` in the fused image, (P,).
        infrared: those in the infrared image.
        visible: those in the visible image.

    Returns:
        In [0, 1], (P,); not a number where no contrast is known.

    Example:
        >>> pop_out(np.array([1.0, 9.0]), np.array([4.0, 3.0]), np.array([2.0, 5.0])).tolist()
        [0.25, 1.0]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.minimum(1, fused / np.fmax(infrared, visible))


def _contrast(image: Grey, x1: float, y1: float, x2: float, y2: float) -> float:
    height, width = image.shape
    a, b = x2 - x1, y2 - y1

    def inside(left: float, top: float, right: float, bottom: float) -> tuple[int, int, int, int]:
        return (
            *(max(0, min(width, round(x))) for x in (left, right)),
            *(max(0, min(height, round(y))) for y in (top, bottom)),
        )

    left, top, right, bottom = BODY
    x, to_x, y, to_y = inside(x1 + left * a, y1 + top * b, x2 - right * a, y2 - bottom * b)
    body = image[y:to_y, x:to_x]
    wide, high = RING
    x, to_x, y, to_y = inside(x1 - wide * a, y1 - high * b, x2 + wide * a, y2 + high * b)
    around = np.ones((to_y - y, to_x - x), bool)
    left_edge, right_edge, top_edge, bottom_edge = inside(x1, y1, x2, y2)
    around[top_edge - y : bottom_edge - y, left_edge - x : right_edge - x] = False
    ring = image[y:to_y, x:to_x][around]
    if body.size < LEAST_BODY or ring.size < LEAST_RING:
        return nan
    gap = abs(float(body.mean()) - float(ring.mean()))
    return gap / sqrt((float(body.var()) + float(ring.var())) / 2 + FLOOR**2)
