"""A thermal image as numbers, and what they mean."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from clfnet.errors import ConfigError, ImageError
from clfnet.io.geo import Geo
from clfnet.thermal.calibration import Calibration
from clfnet.thermal.camera import UNKNOWN, Camera
from clfnet.thermal.nodata import Mask, fill, guess, note_on
from clfnet.thermal.options import check_kelvin_per_count
from clfnet.thermal.planck import ZERO_CELSIUS, Planck

Values = NDArray[np.uint8 | np.uint16 | np.float32]
Unit = Literal["level", "count", "celsius"]

_SAID = 0.001  # of the pixels beyond a calibration are worth a note
_EXACT = 2**24  # the largest whole number up to which float32 holds each


@dataclass(frozen=True, eq=False)
class Thermal:
    """A thermal image.

    Attributes:
        values: uint8, uint16 or float32, (H, W), finite; where there is no data, what is around.
        unit: what they are. "level": brightness of an image, full scale 255 for uint8 and 1 for
            float32. "count": what a sensor counts, or any number whose unit the file does not say.
            "celsius": temperature in °C.
        celsius: temperature, float32, (H, W), in °C; NaN where the camera's constants give none.
            None where nothing makes temperatures of the values.
        data: bool, (H, W), False where there is no measurement; None where there is one everywhere.
        notes: what a user should be told about the file, a sentence each.
        geo: where the image lies on the earth.
        camera: what the file tells of its camera.
        planck: the constants that `celsius` was computed with, for FLIR's files.
    """

    values: Values
    unit: Unit
    celsius: NDArray[np.float32] | None = None
    data: Mask | None = None
    notes: tuple[str, ...] = ()
    geo: Geo | None = None
    camera: Camera = UNKNOWN
    planck: Planck | None = None

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
        data = None if self.data is None else self.data[where]
        return Thermal(self.values[where], self.unit, celsius, data)

    @property
    def known(self) -> Values:
        """The values where there is data: (H, W), or (N,) where it is not everywhere."""
        return self.values if self.data is None else self.values[self.data]

    def without(self, data: Mask) -> "Thermal":
        """Return the image with data only where `data` and its own mask are True.

        Raises:
            ImageError: that is nowhere.
        """
        data = data if self.data is None else data & self.data
        if not data.any():
            raise ImageError("the infrared image must hold data, but it has none anywhere.")
        celsius = None if self.celsius is None else np.where(data, self.celsius, np.float32(np.nan))
        return replace(self, values=fill(self.values, data), celsius=celsius, data=data)

    def noted(self, *notes: str) -> "Thermal":
        """Return the image with more notes."""
        return replace(self, notes=(*self.notes, *notes))


def from_array(
    array: NDArray[Any], name: str | Path, *, unit: Unit | None = None, data: Mask | None = None
) -> Thermal:
    """Make a thermal image of an array.

    Args:
        array: (H, W), (1, H, W) or (H, W, 1); unsigned or signed integers, or floats.
        name: what messages call it.
        unit: what the numbers are. By default, uint8 and floats in [0, 1] are levels, others are
            counts.
        data: bool, (H, W), False where there is no measurement; NaN and infinity are none anyway.

    Returns:
        The image: uint8 as it is, other whole numbers as uint16 where they fit, else float32.

    Raises:
        ImageError: the array has another shape or type, no pixels, no finite number, or whole
            numbers that float32 does not hold.

    Example:
        >>> from_array(np.array([[29315, 30315]], np.int32), "a").values.dtype
        dtype('uint16')
    """
    if array.ndim == 3 and 1 in (array.shape[0], array.shape[2]):
        array = array[0] if array.shape[0] == 1 else array[..., 0]
    if array.ndim != 2 or not array.size:
        raise ImageError(
            f"{name} must have the shape (H, W), got {array.shape}. Save one image per file."
        )
    notes: tuple[str, ...] = ()
    if array.dtype.kind in "ui":
        if (found := _fill_of(array)) is not None:
            notes = (note_on(array, found),)
            data = found if data is None else found & data
            array = fill(array, found)
        values = _whole(array, name)
    elif array.dtype.kind == "f":
        values, data = _finite(array, name, data)
    else:
        raise ImageError(f"{name} must hold integers or floats, got {array.dtype}. Convert it.")
    unit = unit or ("level" if _is_level(values) else "count")
    celsius = values.astype(np.float32, copy=False) if unit == "celsius" else None
    thermal = Thermal(values, unit, celsius, notes=notes)
    return thermal if data is None or data.all() else thermal.without(data)


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
    celsius = (kelvin - ZERO_CELSIUS).astype(np.float32)
    if thermal.data is not None:
        celsius[~thermal.data] = np.nan
    return replace(thermal, celsius=celsius)


def calibrated(thermal: Thermal, calibration: Calibration, name: str | Path) -> Thermal:
    """Add the temperature of counts by what a user measured; note where nobody did.

    Args:
        thermal: of the unit "count", without temperatures.
        calibration: what was measured.
        name: what messages call it.

    Raises:
        ConfigError: the numbers are no counts, or have temperatures already.

    Example:
        >>> counts = from_array(np.array([[7500]], np.uint16), "a")
        >>> calibrated(counts, Calibration.parse("7000=20C,9000=60C"), "a").celsius.tolist()
        [[30.0]]
    """
    if thermal.celsius is not None:
        raise ConfigError(
            f"`calibration` must be given for counts only, but {name} holds temperatures. Drop it."
        )
    if thermal.unit == "level":
        raise ConfigError(
            f"`calibration` must be given for counts only, but {name} holds levels of brightness. "
            f"If these are counts, say so (--unit counts); else drop it."
        )
    celsius = calibration.celsius(thermal.values)
    if thermal.data is not None:
        celsius[~thermal.data] = np.nan
    low, high = calibration.counts[0], calibration.counts[-1]
    beyond = float(((thermal.known < low) | (thermal.known > high)).mean())
    measured = replace(thermal, celsius=celsius)
    if beyond < _SAID:
        return measured
    return measured.noted(
        f"{100 * beyond:.3g} % of the pixels are beyond the calibration of {low:g} to {high:g} "
        f"counts; their temperatures are continued from it"
    )


def _fill_of(array: NDArray[Any]) -> Mask | None:
    """Return where whole numbers beyond float32, such as -2147483648, are a fill; or None."""
    if array.dtype.itemsize <= 2 or max(-int(array.min()), int(array.max())) <= _EXACT:
        return None
    return guess(array)


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


def _finite(
    array: NDArray[Any], name: str | Path, data: Mask | None
) -> tuple[NDArray[np.float32], Mask | None]:
    """Return numbers that are finite, and where they are measurements."""
    with np.errstate(over="ignore"):
        values = array.astype(np.float32)
    finite = np.isfinite(values)
    data = finite if data is None else finite & data
    if not data.any():
        raise ImageError(
            f"{name} must hold finite numbers, but all of its {values.size} pixels are NaN, "
            f"infinite, no data or beyond float32. Take another file."
        )
    if data.all():
        return values, None
    return np.asarray(fill(values, data), np.float32), data


def _is_level(values: Values) -> bool:
    if values.dtype == np.float32:
        return bool(values.min() >= 0 and values.max() <= 1)
    return values.dtype == np.uint8
