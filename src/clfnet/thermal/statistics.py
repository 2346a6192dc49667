"""What temperatures an image or a part of it has."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clfnet.errors import InputError
from clfnet.io.box import Box
from clfnet.io.regions import Region

PERCENTILES = (5.0, 50.0, 95.0)
"""Those that are told by default."""


class Statistics(NamedTuple):
    """Temperatures of some pixels, in °C.

    Attributes:
        minimum: the lowest.
        mean: their arithmetic mean.
        maximum: the highest.
        percentiles: by percentile from 0 to 100, interpolated linearly.
        coldest: x and y of the first pixel that has `minimum`, in the whole image.
        hottest: the same for `maximum`.
        pixels: how many there are with a temperature.
    """

    minimum: float
    mean: float
    maximum: float
    percentiles: dict[float, float]
    coldest: tuple[int, int]
    hottest: tuple[int, int]
    pixels: int


def statistics_of(
    celsius: NDArray[np.float32],
    region: Region | None = None,
    percentiles: tuple[float, ...] = PERCENTILES,
) -> Statistics:
    """Return what temperatures there are.

    Args:
        celsius: float32, (H, W), in °C; NaN where there is none, which does not count.
        region: a part of it; the whole by default.
        percentiles: 0 to 100.

    Raises:
        InputError: the region is not inside the image, or has no temperature anywhere.

    Example:
        >>> image = np.array([[20, 30], [np.nan, 40]], np.float32)
        >>> found = statistics_of(image)
        >>> found.mean, found.hottest, found.percentiles[50.0]
        (30.0, (1, 1), 30.0)
        >>> statistics_of(image, Region("spot", Box(1, 0))).mean
        30.0
    """
    region = region or Region("whole", Box(0, 0, celsius.shape[1], celsius.shape[0]))
    region.check_inside(celsius.shape[1], celsius.shape[0])
    part = celsius[region.box.slices]
    known = np.isfinite(part)
    if not known.any():
        raise InputError(
            f"{region.name} must have a temperature, but no pixel of it has one. Move it."
        )
    values = part[known].astype(np.float64)
    low, high = np.where(known, part, np.inf), np.where(known, part, -np.inf)
    return Statistics(
        float(values.min()),
        float(values.mean()),
        float(values.max()),
        dict(zip(percentiles, np.percentile(values, percentiles).tolist(), strict=True)),
        _place(int(low.argmin()), region.box),
        _place(int(high.argmax()), region.box),
        len(values),
    )


def summary(celsius: NDArray[np.float32]) -> dict[str, float]:
    """Return min, mean and max in °C, rounded to what cameras resolve; empty if there is none.

    Example:
        >>> summary(np.array([[20, 31.2345]], np.float32))
        {'min': 20.0, 'mean': 25.62, 'max': 31.23}
    """
    values = celsius[np.isfinite(celsius)]
    if not values.size:
        return {}
    ends = {"min": values.min(), "mean": values.mean(dtype=np.float64), "max": values.max()}
    return {name: round(float(value), 2) for name, value in ends.items()}


def _place(index: int, box: Box) -> tuple[int, int]:
    row, column = divmod(index, box.width)
    return box.x + column, box.y + row
