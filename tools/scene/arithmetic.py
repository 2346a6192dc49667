"""Numbers, colours and soft steps: the arithmetic that all files of the scene share.

Only + - * / and square roots touch the pixels: IEEE 754 rounds these alike on every machine, so the
bytes do not depend on the processor's sine or exponential.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Mask = NDArray[np.bool_]
Indices = NDArray[np.intp]
Value = Floats | np.floating[Any] | float
Triple = tuple[Value, Value, Value]
Vector = tuple[float, float, float]
Floats3 = tuple[Floats, Floats, Floats]


def ramp(value: Floats, low: Value, high: Value) -> Floats:
    """Smooth step: 0 below `low`, 1 above `high`."""
    t = np.clip((value - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def edge(distance: Floats, footprint: Value) -> Floats:
    """Antialiased inside of a shape: 1 where `distance` < 0, soft over one pixel's `footprint`."""
    return np.asarray(np.clip(0.5 - distance / footprint, 0, 1), np.float32)


def mix(first: Triple, second: Triple, share: Value) -> Triple:
    """Blend two colours; `share` is how much of the second."""
    a, b, c = (one + (two - one) * share for one, two in zip(first, second, strict=True))
    return a, b, c


def times(colour: Triple, factor: Value) -> Triple:
    """Scale a colour."""
    return colour[0] * factor, colour[1] * factor, colour[2] * factor


def length(x: Value, y: Value, z: Value = 0.0) -> Floats:
    """Euclidean length."""
    return np.asarray(np.sqrt(x * x + y * y + z * z), np.float32)


def fourth(value: Floats) -> Floats:
    """The fourth power, by products: a general power is not rounded alike everywhere."""
    square = value * value
    return square * square
