"""Pixels without a measurement: which they are, and what stands in their place.

Maps have a stated value for no data, or NaN; cameras write 0 around a warped image and for dead
pixels. Such pixels count neither for a range nor for an alignment, and the visible image stays
where they are. What stands in their place is only there so that nothing sees an edge.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]

SENTINELS = (
    *(0.0, 65535.0, 32767.0, -32768.0, -32767.0, 2147483647.0, -2147483648.0, 4294967295.0),
    *(-9999.0, -10000.0, -999.0, -99999.0, 9999.0, 99999.0, -999.9, -9999.9, -273.15),
)
"""Values that files use for no data without saying so."""

_BEYOND = 1e15  # floats from here on are the fill of some program: ±3.4e38, 9.97e36, 1e20


def guess(values: NDArray[Any]) -> Mask | None:
    """Return where an unstated fill is; None if there is none.

    That is a float beyond any measurement, or one of `SENTINELS` which lies further from all other
    values than these are apart: 0 beside counts of 7000 to 7500, but not beside 0 to 255.

    Args:
        values: (H, W), finite; more than 8 bits.

    Returns:
        bool, (H, W), True for data.

    Example:
        >>> guess(np.array([[0, 7000, 7500]], np.uint16)).tolist()
        [[False, True, True]]
        >>> guess(np.array([[0, 300, 7500]], np.uint16)) is None
        True
    """
    data: Mask = np.ones(values.shape, np.bool_)
    if values.dtype.kind == "f" and (measured := abs(values) < _BEYOND).any():
        data = measured
    known = {values.dtype.type(each) for each in SENTINELS if _fits(each, values.dtype)}
    while (rest := _without_end(values, data, known)) is not None:
        data = rest
    return None if data.all() else data


def _without_end(values: NDArray[Any], data: Mask, known: set[Any]) -> Mask | None:
    """Return the data without its smallest or largest value, if that is a fill; else None."""
    for end in (values[data].min(), values[data].max()):
        rest: Mask = data & (values != end)
        if end not in known or not rest.any():
            continue
        low, high = (float(each) for each in (values[rest].min(), values[rest].max()))
        if max(low - float(end), float(end) - high) > high - low > 0:
            return rest
    return None


def _fits(value: float, dtype: np.dtype[Any]) -> bool:
    """Tell whether a type can hold a value, or one that is stored in its place."""
    if dtype.kind == "f":
        return abs(value) <= float(np.finfo(dtype).max)
    return value.is_integer() and np.iinfo(dtype).min <= value <= np.iinfo(dtype).max


def note_on(values: NDArray[Any], data: Mask) -> str:
    """Return what to tell of a fill that was guessed.

    Args:
        values: (H, W), as they were.
        data: bool, (H, W), not everywhere True.
    """
    share, value = 100 * float((~data).mean()), values[~data][0]
    return (
        f"{share:.2g} % of the pixels have the value {value:g}, far from all others; they are "
        f"taken as no data"
    )


def fill(values: NDArray[Any], data: Mask) -> NDArray[Any]:
    """Return the values with what is around them where there are none.

    Averages of ever larger blocks are taken, of the data alone, and each gap gets the finest that
    knows something; so the image goes on smoothly.

    Args:
        values: (H, W), of any type.
        data: bool, (H, W), True where a value is one; at least one is.

    Returns:
        The same type and shape; the values themselves where there is data.

    Example:
        >>> fill(np.array([[4.0, np.nan]]), np.array([[True, False]])).tolist()
        [[4.0, 4.0]]
    """
    known = np.where(data, values, 0).astype(np.float64)
    filled = _filled(known, data.astype(np.float64))
    whole = values.dtype.kind in "ui"
    return np.where(data, values, np.rint(filled) if whole else filled).astype(values.dtype)


def _filled(sums: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean where there is weight, else that of the surroundings."""
    own = sums / np.maximum(weights, 1e-12)
    if (weights > 0).all() or weights.size == 1:
        return own
    height, width = weights.shape
    coarse = _filled(_halved(sums), _halved(weights))
    around = coarse.repeat(2, axis=0).repeat(2, axis=1)[:height, :width]
    return np.where(weights > 0, own, around)


def _halved(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sums of blocks of 2 × 2."""
    height, width = values.shape
    padded = np.pad(values, ((0, height % 2), (0, width % 2)))
    sums: NDArray[np.float64] = (
        padded[::2, ::2] + padded[1::2, ::2] + padded[::2, 1::2] + padded[1::2, 1::2]
    )
    return sums
