"""`--range` for a stream, whose frames share one range."""

from clfnet.errors import ConfigError
from clfnet.method import FloatImage
from clfnet.thermal.options import check_kelvin_per_count
from clfnet.thermal.planck import ZERO_CELSIUS
from clfnet.thermal.range import Auto, Full, Limits, Percentile, Range, spread
from clfnet.video.range import Ranging, StableRange, Values, fixed, full_scale


def ranging_for(thermal_range: Range, kelvin_per_count: float | None = None) -> Ranging | None:
    """Return how the frames of a stream are ranged.

    Percentiles are followed slowly by a `StableRange`; limits and full scale stay. Limits in °C
    hold for frames of temperatures (a FLIR sequence), and for counts where `kelvin_per_count` says
    what one more of them is.

    Args:
        thermal_range: of `clfnet.thermal.parse_range`.
        kelvin_per_count: see `clfnet.thermal.in_celsius`.

    Returns:
        What ranges a frame; None leaves it to the first frame, as `auto` does.

    Raises:
        ConfigError: the range would flicker (`agc`), or `kelvin_per_count` is out of range.

    Example:
        >>> from clfnet.thermal import parse_range
        >>> ranging_for(parse_range("percentile:2,98"))
        StableRange(seconds=2.0, percentiles=(2.0, 98.0))
    """
    check_kelvin_per_count(kelvin_per_count)
    match thermal_range:
        case Auto():
            return None
        case Full():
            return full_scale
        case Percentile(low, high):
            return StableRange(percentiles=(low, high))
        case Limits(low, high, "value"):
            return fixed(low, high)
        case Limits(low, high):
            return _in_celsius(low, high, kelvin_per_count)
    raise ConfigError(
        "`range` must be auto, full, percentile or limits for a video, where agc would flicker. "
        "For example percentile:1,99."
    )


def _in_celsius(low: float, high: float, kelvin_per_count: float | None) -> Ranging:
    def ranged(values: Values, time: float) -> FloatImage:  # noqa: ARG001 -- a `Ranging`
        if values.dtype.kind == "f":  # temperatures
            return spread(values, low, high)
        if kelvin_per_count is None or values.dtype.itemsize == 1:
            raise ConfigError(
                "`range` in °C must have temperatures, but the infrared stream has none. Give "
                "limits in its own numbers, or for 16 bits say what a count is "
                "(--kelvin-per-count)."
            )
        ends = ((end + ZERO_CELSIUS) / kelvin_per_count for end in (low, high))
        return spread(values, *ends)

    return ranged
