"""A thermal picture as numbers, and what they mean."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from clfnet.errors import ConfigError, ImageError
from clfnet.thermal.planck import ZERO_CELSIUS

Values = NDArray[np.uint8 | np.uint16 | np.float32]
Unit = Literal["level", "count", "celsius"]

_MOST_KELVIN = 10.0  # per count; cameras have 0.01 to 0.4, a file in kelvin has 1
_EXACT = 2**24  # the largest whole number up to which float32 holds each


@dataclass(frozen=True, eq=False)
class Thermal:
    """A thermal picture.

    Attributes:
        values: uint8, uint16 or float32, (H, W), finite.
        unit: what they are. "level": brightness of a picture, full scale 255 for uint8 and 1 for
            float32. "count": what a sensor counts, or any number whose unit the file does not say.
            "celsius": temperature in °C.
        celsius: temperature, float32, (H, W), in °C; NaN where the camera's constants give none.
            None where nothing makes temperatures of the values.
    """

    values: Values
    unit: Unit
    celsius: NDArray[np.float32] | None = None

    @property
    def width(self) -> int:
        """Columns."""
        return int(self.values.shape[1])

    @property
    def height(self) -> int:
        """Rows."""
        return int(self.values.shape[0])

    def part(self, where: tuple[slice, slice]) -> "Thermal":
        """Return a part of it, a view.

        Example:
            >>> whole = Thermal(np.arange(6, dtype=np.uint8).reshape(2, 3), "level")
            >>> whole.part(np.s_[:1, 1:]).values
            array([[1, 2]], dtype=uint8)
        """
        celsius = None if self.celsius is None else self.celsius[where]
        return Thermal(self.values[where], self.unit, celsius)


def from_array(array: NDArray[Any], name: str | Path, *, unit: Unit | None = None) -> Thermal:
    """Make a thermal picture of an array.

    Args:
        array: (H, W), (1, H, W) or (H, W, 1); unsigned or signed integers up to 32 bits, or floats.
        name: what messages call it.
        unit: what the numbers are. By default, uint8 and floats in [0, 1] are levels, others are
            counts.

    Returns:
        The picture: uint8 as it is, other whole numbers as uint16 where they fit, else float32.

    Raises:
        ImageError: the array has another shape or type, no pixels, numbers that are not finite, or
            whole numbers that float32 does not hold.

    Example:
        >>> from_array(np.array([[29315, 30315]], np.int32), "a").values.dtype
        dtype('uint16')
    """
    if array.ndim == 3 and 1 in (array.shape[0], array.shape[2]):
        array = array[0] if array.shape[0] == 1 else array[..., 0]
    if array.ndim != 2 or not array.size:
        raise ImageError(
            f"{name} must have the shape (H, W), got {array.shape}. Save one picture per file."
        )
    if array.dtype.kind in "ui" and array.dtype.itemsize <= 4:
        values = _whole(array, name)
    elif array.dtype.kind == "f":
        values = _finite(array, name)
    else:
        raise ImageError(
            f"{name} must hold integers of up to 32 bits or floats, got {array.dtype}. Convert it."
        )
    unit = unit or ("level" if _is_level(values) else "count")
    celsius = values.astype(np.float32, copy=False) if unit == "celsius" else None
    return Thermal(values, unit, celsius)


def check_kelvin_per_count(kelvin_per_count: float | None) -> None:
    """Raise a `ConfigError` unless it is None or a number that a camera may have."""
    if kelvin_per_count is not None and not 0 < kelvin_per_count <= _MOST_KELVIN:
        raise ConfigError(
            f"`kelvin_per_count` must be above 0 and at most {_MOST_KELVIN:g}, got "
            f"{kelvin_per_count}. FLIR cameras with TLinear have 0.01, 0.04, 0.1 or 0.4; a file in "
            f"kelvin has 1."
        )


def in_celsius(thermal: Thermal, kelvin_per_count: float, name: str | Path) -> Thermal:
    """Add the temperature of counts that are linear in it (FLIR's TLinear and the like).

    Args:
        thermal: of the unit "count", without temperatures.
        kelvin_per_count: how much warmer one count more is; the count 0 is 0 K.
        name: what messages call it.

    Raises:
        ConfigError: the numbers are no counts, or have temperatures already.

    Example:
        >>> counts = from_array(np.array([[29315]], np.uint16), "a")
        >>> in_celsius(counts, 0.01, "a").celsius.round(2).tolist()
        [[20.0]]
    """
    check_kelvin_per_count(kelvin_per_count)
    if thermal.unit != "count" or thermal.celsius is not None:
        found = "levels" if thermal.unit == "level" else "temperatures"
        raise ConfigError(
            f"`kelvin_per_count` must be given for counts only, but {name} holds {found}. Drop it."
        )
    kelvin = thermal.values.astype(np.float64) * kelvin_per_count
    return Thermal(thermal.values, "count", (kelvin - ZERO_CELSIUS).astype(np.float32))


def _whole(array: NDArray[Any], name: str | Path) -> Values:
    if array.dtype == np.uint8:
        return array.astype(np.uint8, copy=False)
    low, high = int(array.min()), int(array.max())
    if low >= 0 and high < 2**16:
        return array.astype(np.uint16)
    if max(-low, high) > _EXACT:
        raise ImageError(
            f"{name} must hold whole numbers within ±{_EXACT}, got {low} to {high}. "
            f"Convert it to float."
        )
    return array.astype(np.float32)


def _finite(array: NDArray[Any], name: str | Path) -> NDArray[np.float32]:
    with np.errstate(over="ignore"):
        values = array.astype(np.float32)
    bad = int(values.size - np.isfinite(values).sum())
    if bad:
        raise ImageError(
            f"{name} must be finite, but {bad} of {values.size} pixels are NaN, infinite or beyond "
            f"float32. Replace them, e.g. by the coldest value."
        )
    return values


def _is_level(values: Values) -> bool:
    if values.dtype == np.float32:
        return bool(values.min() >= 0 and values.max() <= 1)
    return values.dtype == np.uint8
