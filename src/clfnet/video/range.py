"""From what a thermal camera counts to [0, 1], without flicker from frame to frame.

Limits taken from every frame by itself jump with its noise and with whatever enters the view, and
the whole image flickers. `StableRange` lets them follow slowly.
"""

from collections.abc import Callable
from math import exp
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clfnet.errors import VideoError
from clfnet.method import FloatImage
from clfnet.thermal.range import limits_of, spread

Values = NDArray[Any]
"""A grey frame: (H, W), uint8, uint16 or float."""

Ranging = Callable[[Values, float], FloatImage]
"""Takes a grey frame and its time in seconds; returns float32 of the same shape in [0, 1]."""

_SAMPLES = 65536  # as many pixels as tell percentiles well


def full_scale(values: Values, time: float = 0.0) -> FloatImage:  # noqa: ARG001 -- a `Ranging`
    """Divide by the largest value of the type: 255, 65535; floats are clipped to [0, 1].

    Example:
        >>> full_scale(np.array([[0, 255]], np.uint8)).tolist()
        [[0.0, 1.0]]
    """
    full = np.iinfo(values.dtype).max if np.issubdtype(values.dtype, np.integer) else 1.0
    return spread(values, 0.0, float(full))


def fixed(low: float, high: float) -> Ranging:
    """Return what maps low..high to 0..1 in every frame.

    Raises:
        VideoError: `low` is not below `high`.

    Example:
        >>> fixed(100, 200)(np.array([[150]], np.uint16), 0.0).tolist()
        [[0.5]]
    """
    if not low < high:
        raise VideoError(f"`low` must be below `high`, got {low:g} and {high:g}. Swap them.")
    return lambda values, time: spread(values, low, high)  # noqa: ARG005 -- a `Ranging`


def range_for(values: Values) -> Ranging:
    """Return what suits a stream that begins with this frame.

    8 bits are at full scale: the camera has ranged them already, and ranging again could only add
    flicker. More bits get a `StableRange`.

    Example:
        >>> range_for(np.zeros((2, 2), np.uint16))
        StableRange(seconds=2.0, percentiles=(1.0, 99.0))
    """
    return full_scale if values.dtype == np.uint8 else StableRange()


class StableRange:
    """Limits that follow the scene slowly: a still scene keeps its grey levels exactly.

    Each frame's percentiles are measured. While they stay within `band` of the range from the
    limits in use, nothing moves: that is noise. Beyond it, the map from counts to grey levels, a
    gain and a bias, moves towards that of the measured limits, by 1 − exp(−dt / seconds) of the way
    in a frame that comes dt later, whatever the frame rate. So the grey level of whatever does not
    change moves by that share at most, however hot a thing enters (limits that move by a share of
    their way would let it leap). Where more than `cut` of all pixels left the range (another scene,
    a shutter's correction of the sensor), the map jumps at once, so that no image stays
    saturated. A frame of one value tells no range and changes nothing.

    Args:
        seconds: time constant; 95 % of a change are followed after three of it.
        percentiles: which of a frame count as its limits.
        band: share of the range within which a change is noise.
        cut: share of pixels outside of the range from which on the scene is another.

    Raises:
        VideoError: an argument is out of its range.

    Example:
        >>> stable = StableRange(seconds=1.0, percentiles=(0.0, 100.0))
        >>> scene = np.array([[100, 150, 200]], np.uint16)
        >>> stable(scene, 0.0).tolist()
        [[0.0, 0.5, 1.0]]
        >>> hot = np.array([[100, 150, 300]], np.uint16)     # one of three pixels: a cut
        >>> stable(hot, 0.04).tolist()
        [[0.0, 0.25, 1.0]]
    """

    def __init__(
        self,
        seconds: float = 2.0,
        percentiles: tuple[float, float] = (1.0, 99.0),
        *,
        band: float = 0.03,
        cut: float = 0.25,
    ) -> None:
        low, high = percentiles
        if not 0 <= low < high <= 100:
            raise VideoError(
                f"`percentiles` must be two of 0..100, the lower first, got {low:g} and {high:g}."
            )
        if not 0 < seconds < float("inf"):
            raise VideoError(f"`seconds` must be above 0, got {seconds:g}.")
        self.seconds = seconds
        self.percentiles = percentiles
        self.band = band
        self.cut = cut
        self.limits: tuple[float, float] | None = None
        self._time = 0.0
        self._moving = False

    def __repr__(self) -> str:
        return f"StableRange(seconds={self.seconds}, percentiles={self.percentiles})"

    def __call__(self, values: Values, time: float) -> FloatImage:
        """Range one frame.

        Args:
            values: (H, W), uint8, uint16 or float.
            time: seconds; frames come in order.

        Returns:
            float32, (H, W), in [0, 1].
        """
        measured = limits_of(_sample(values), *self.percentiles)
        if measured[0] < measured[1]:
            self.limits = self._followed(values, measured, max(0.0, time - self._time))
            self._time = time
        return spread(values, *(self.limits or measured))

    def _followed(
        self, values: Values, measured: tuple[float, float], step: float
    ) -> tuple[float, float]:
        """Return the limits to use from now on."""
        if self.limits is None or self._is_cut(values, self.limits):
            return measured
        span = max(high - low for low, high in (self.limits, measured))
        away = max(abs(a - b) for a, b in zip(self.limits, measured, strict=True))
        # Started by a change beyond the band, a move goes on until it is nearly there.
        self._moving = away > span * self.band * (0.1 if self._moving else 1)
        if not self._moving:
            return self.limits
        share = 1 - exp(-step / self.seconds)
        (gain, bias), (new_gain, new_bias) = _map(*self.limits), _map(*measured)
        gain, bias = gain + share * (new_gain - gain), bias + share * (new_bias - bias)
        return -bias / gain, (1 - bias) / gain

    def _is_cut(self, values: Values, limits: tuple[float, float]) -> bool:
        low, high = limits
        sample = _sample(values)
        outside = np.count_nonzero((sample < low) | (sample > high)) / sample.size
        expected = (100 - self.percentiles[1] + self.percentiles[0]) / 100
        return bool(outside > self.cut + expected)


def _map(low: float, high: float) -> tuple[float, float]:
    """Gain and bias that take low to 0 and high to 1."""
    gain = 1 / (high - low)
    return gain, -low * gain


def _sample(values: Values) -> Values:
    """Every n-th row and column, so that about `_SAMPLES` pixels remain."""
    step = max(1, int((values.size / _SAMPLES) ** 0.5))
    return values[::step, ::step]
