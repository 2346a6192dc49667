"""Raw values → [0, 1], and a record of how.

What part of the values is shown decides what can be seen in a fused image, so each range returns,
beside the image, what it did: a plain dict for the file's metadata.
"""

from dataclasses import dataclass
from math import isfinite
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from clfnet.errors import ConfigError
from clfnet.method import FloatImage
from clfnet.thermal.values import Thermal

Record = dict[str, str | float]

_BINS = 1024
_MOST_GAIN = 12 / 255  # of full scale for one step
_LEAST_CELSIUS, _LEAST_COUNTS, _LEAST_FLOAT = 1.0, 64.0, 1.0
_CELSIUS_STEP = 0.02  # °C; half of what uncooled cameras resolve


class Ranged(NamedTuple):
    """An image in [0, 1], float32, (H, W), and how it was made."""

    image: FloatImage
    record: Record


class Range(Protocol):
    """Maps the values of a thermal image to [0, 1]."""

    def __call__(self, thermal: Thermal) -> Ranged:
        """Return the image and how it was made."""
        ...

    def is_pointwise(self, thermal: Thermal) -> bool:
        """Tell whether each pixel of this image is mapped whatever the others are."""
        ...


@dataclass(frozen=True)
class Full:
    """The type's full scale: 0 to 255 or 65535; floats are to be in [0, 1] already."""

    def __call__(self, thermal: Thermal) -> Ranged:
        """Map the values.

        Raises:
            ConfigError: the values are floats beyond [0, 1].
        """
        values = thermal.values
        if values.dtype == np.float32:
            low, high = float(thermal.known.min()), float(thermal.known.max())
            if low < 0 or high > 1:
                raise ConfigError(
                    f"`range` full must have floats in [0, 1], got {low:g} to {high:g}. Use "
                    f"percentile, agc, or limits."
                )
            return Ranged(values.astype(np.float32), _record("full", 0.0, 1.0, thermal.unit))
        full = 255.0 if values.dtype == np.uint8 else 65535.0
        return Ranged(spread(values, 0.0, full), _record("full", 0.0, full, thermal.unit))

    def is_pointwise(self, thermal: Thermal) -> bool:
        """Tell so of integers, and of floats that are in [0, 1]; others are refused as a whole."""
        values = thermal.values
        if values.dtype != np.float32:
            return True
        return bool(values.min() >= 0 and values.max() <= 1)  # NaN is neither


@dataclass(frozen=True)
class Percentile:
    """From one percentile of the values to another; what lies beyond is clipped.

    Attributes:
        low: percentile that becomes 0, in [0, 100].
        high: percentile that becomes 1, above `low`.

    Raises:
        ConfigError: they are out of order.
    """

    low: float = 0.5
    high: float = 99.5

    def __post_init__(self) -> None:
        if not 0 <= self.low < self.high <= 100:
            raise ConfigError(
                f"`range` percentile must have 0 ≤ LOW < HIGH ≤ 100, got {self.low:g} and "
                f"{self.high:g}. For example percentile:1,99."
            )

    def __call__(self, thermal: Thermal) -> Ranged:
        """Map the values."""
        low, high = limits_of(thermal.known, self.low, self.high)
        record = _record("percentile", low, high, thermal.unit)
        record |= {"low_percentile": self.low, "high_percentile": self.high}
        return Ranged(spread(thermal.values, low, high), record)

    def is_pointwise(self, thermal: Thermal) -> bool:  # noqa: ARG002 -- as the protocol has it
        """The whole image decides."""
        return False


@dataclass(frozen=True)
class Limits:
    """From one fixed value to another, the same for every image; what lies beyond is clipped.

    Attributes:
        low: becomes 0.
        high: becomes 1, above `low`.
        unit: "value", the file's own numbers; or "celsius", temperature in °C.

    Raises:
        ConfigError: they are out of order.
    """

    low: float
    high: float
    unit: Literal["value", "celsius"] = "value"

    def __post_init__(self) -> None:
        if not (isfinite(self.low) and isfinite(self.high) and self.low < self.high):
            raise ConfigError(
                f"`range` must have LOW < HIGH, got {self.low:g} and {self.high:g}. For example "
                f"20000,24000 or 20C,40C."
            )

    def __call__(self, thermal: Thermal) -> Ranged:
        """Map the values.

        Raises:
            ConfigError: the limits are in °C, and the image has no temperatures.
        """
        if self.unit == "value":
            record = _record("limits", self.low, self.high, thermal.unit)
            return Ranged(spread(thermal.values, self.low, self.high), record)
        if thermal.celsius is None:
            raise ConfigError(
                f"`range` in °C must have temperatures, but the file holds {thermal.unit}s. Give "
                f"limits in those, or say what they are (--unit, --kelvin-per-count or "
                f"--calibration)."
            )
        record = _record("limits", self.low, self.high, "celsius")
        return Ranged(spread(thermal.celsius, self.low, self.high), record)

    def is_pointwise(self, thermal: Thermal) -> bool:  # noqa: ARG002 -- as the protocol has it
        """Limits are fixed."""
        return True


@dataclass(frozen=True)
class Agc:
    """Histogram equalisation with a plateau, as thermal cameras do it.

    Attributes:
        plateau: the largest share of the pixels that counts in one bin of the histogram, above 0 to
            1; see `equalised`.

    Raises:
        ConfigError: it is out of range.
    """

    plateau: float = 0.003

    def __post_init__(self) -> None:
        if not 0 < self.plateau <= 1:
            raise ConfigError(
                f"`range` agc must have a plateau above 0 and at most 1, got {self.plateau:g}. For "
                f"example agc:0.003."
            )

    def __call__(self, thermal: Thermal) -> Ranged:
        """Map the values."""
        values = thermal.values
        step = 1.0 if values.dtype != np.float32 else 0.0
        if thermal.unit == "celsius":
            step = _CELSIUS_STEP
        known = thermal.known
        record = _record("agc", float(known.min()), float(known.max()), thermal.unit)
        image = equalised(values, plateau=self.plateau, step=step, known=known)
        return Ranged(image, record | {"plateau": self.plateau})

    def is_pointwise(self, thermal: Thermal) -> bool:  # noqa: ARG002 -- as the protocol has it
        """The whole image decides."""
        return False


@dataclass(frozen=True)
class Auto:
    """`Full` for levels, which are an image already; `Percentile` for counts and temperatures.

    The percentiles are kept apart by a least span, so that a scene of one temperature is shown dark
    and even, as it is, and the noise of the sensor is not shown as a scene.
    """

    def __call__(self, thermal: Thermal) -> Ranged:
        """Map the values."""
        if thermal.unit == "level":
            return Full()(thermal)
        found = Percentile()
        low, high = limits_of(thermal.known, found.low, found.high)
        least = least_span(thermal)
        if high - low >= least:
            return found(thermal)
        record = _record("percentile", low, low + least, thermal.unit)
        record |= {"low_percentile": found.low, "high_percentile": found.high, "least_span": least}
        return Ranged(spread(thermal.values, low, low + least), record)

    def is_pointwise(self, thermal: Thermal) -> bool:
        """Tell whether levels, which are at full scale, are so."""
        return thermal.unit == "level" and Full().is_pointwise(thermal)


def least_span(thermal: Thermal) -> float:
    """Return how much black and white must be apart by default, in units of the values.

    That is 1 °C where temperatures are known; else 64 counts, which are 0.6 to 3 °C for the sensors
    that count so, or 1 for floats.

    Example:
        >>> from clfnet.thermal.values import from_array
        >>> least_span(from_array(np.array([[7000, 7001]], np.uint16), "a"))
        64.0
    """
    if thermal.unit == "celsius":
        return _LEAST_CELSIUS
    if thermal.values.dtype == np.float32:
        return _LEAST_FLOAT
    if thermal.celsius is not None:
        celsius = thermal.celsius[np.isfinite(thermal.celsius)]
        counts = float(np.ptp(thermal.known))
        if celsius.size and np.ptp(celsius) > 0:
            return _LEAST_CELSIUS * counts / float(np.ptp(celsius))
    return _LEAST_COUNTS


_BY_NAME: dict[str, Range] = {
    "auto": Auto(),
    "full": Full(),
    "percentile": Percentile(),
    "agc": Agc(),
}


def parse_range(text: str) -> Range:
    """Return the range that a text stands for.

    Args:
        text: auto; full; percentile or percentile:LOW,HIGH; agc or agc:PLATEAU; LOW,HIGH in the
            file's own numbers; or LOWC,HIGHC in °C.

    Raises:
        ConfigError: it stands for none.

    Example:
        >>> parse_range("-10C,40C")
        Limits(low=-10.0, high=40.0, unit='celsius')
    """
    name, has_more, rest = text.strip().lower().partition(":")
    numbers = _numbers(rest)
    if not has_more and name in _BY_NAME:
        return _BY_NAME[name]
    if name == "percentile" and len(numbers) == 2:
        return Percentile(*numbers)
    if name == "agc" and len(numbers) == 1:
        return Agc(*numbers)
    limits = None if has_more else _limits(name)
    if limits is None:
        raise ConfigError(
            f"`range` must be auto, full, percentile[:LOW,HIGH], agc[:PLATEAU], LOW,HIGH or "
            f"LOWC,HIGHC, got {text!r}. For example percentile:1,99, 20000,24000 or -10C,40C."
        )
    return limits


def limits_of(
    values: NDArray[Any], low_percentile: float, high_percentile: float
) -> tuple[float, float]:
    """Return two percentiles of an array; its extremes where these fall together.

    They fall together where nearly all of an image has one value; the few others are then what
    there is to see. Video may smooth the limits of its frames before `spread`.

    Example:
        >>> limits_of(np.arange(101), 1, 99)
        (1.0, 99.0)
        >>> limits_of(np.array([5, 5, 5, 9]), 1, 50)
        (5.0, 9.0)
    """
    low, high = np.percentile(values, [low_percentile, high_percentile])
    if low == high:
        low, high = values.min(), values.max()
    return float(low), float(high)


def spread(values: NDArray[Any], low: float, high: float) -> FloatImage:
    """Map low to 0 and high to 1, and clip what lies beyond; NaN becomes 0.

    Where both limits are equal, all is 0.5: such an image shows neither warm nor cold, and grey
    changes least when it is fused.

    Example:
        >>> spread(np.array([10, 15, 30]), 10, 20).tolist()
        [0.0, 0.5, 1.0]
    """
    if low == high:
        return np.full(values.shape, 0.5, np.float32)
    unit: FloatImage = values.astype(np.float32)  # a copy; a large image is worked on in place
    unit -= np.float32(low)
    unit /= np.float32(high - low)
    np.nan_to_num(unit, copy=False, nan=0.0)
    return np.clip(unit, 0.0, 1.0, out=unit)


def equalised(
    values: NDArray[Any], *, plateau: float, step: float, known: NDArray[Any] | None = None
) -> FloatImage:
    """Equalise the histogram, with a plateau and a bounded gain.

    A plateau keeps a large even background from taking all the contrast: no bin counts for more
    than that share of the pixels (V. E. Vickers, Plateau equalization algorithm for real-time
    display of high-quality infrared imagery, Optical Engineering 35(7), 1996). The bound on the
    gain keeps a flat scene flat: one step becomes at most 12/255, so that noise of some counts is
    not shown as if it were a scene. Where the bound leaves part of the scale unused, the image
    is in the middle of it.

    Args:
        values: (H, W), finite.
        plateau: the largest share of the pixels that counts in one of at most 1024 bins, above 0.
        step: the smallest difference that means something, in units of the values; 0 for no bound.
        known: those of the values that are measurements; all by default.

    Returns:
        float32, (H, W), in [0, 1]; greater values never get darker. All 0.5 for a single value.
    """
    known = values if known is None else known
    low, high = float(known.min()), float(known.max())
    if low == high:
        return np.full(values.shape, 0.5, np.float32)
    edges = _edges(low, high, whole=values.dtype.kind in "ui")
    counts, _ = np.histogram(known, edges)
    clipped = np.minimum(counts, plateau * known.size)
    rise = clipped / clipped.sum()
    if step:
        rise = np.minimum(rise, _MOST_GAIN * (edges[1] - edges[0]) / step)
    curve = np.concatenate([[0.0], np.cumsum(rise)])
    curve += (1 - curve[-1]) / 2
    levels: FloatImage = np.interp(values, edges, curve).astype(np.float32)
    return levels.clip(0.0, 1.0)


def _edges(low: float, high: float, *, whole: bool) -> NDArray[np.float64]:
    """Return the edges of at most 1024 bins; those of whole numbers hold equally many each."""
    if not whole:
        return np.linspace(low, high, _BINS + 1)
    width = int((high - low) // _BINS) + 1
    bins = int((high - low) // width) + 1
    return low - 0.5 + width * np.arange(bins + 1, dtype=np.float64)


def _limits(text: str) -> Limits | None:
    """Return the limits that "LOW,HIGH" or "LOWC,HIGHC" stands for."""
    ends = text.replace("°", "").replace(" ", "").split(",")
    numbers = _numbers(",".join(end.removesuffix("c") for end in ends))
    in_celsius = {end.endswith("c") for end in ends}
    if len(numbers) != 2 or len(in_celsius) != 1:
        return None
    return Limits(numbers[0], numbers[1], "celsius" if in_celsius == {True} else "value")


def _numbers(text: str) -> list[float]:
    """Return the numbers of a list with commas; none if one of them is no number."""
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        return []


def _record(kind: str, low: float, high: float, unit: str) -> Record:
    return {"range": kind, "low": low, "high": high, "unit": unit}
