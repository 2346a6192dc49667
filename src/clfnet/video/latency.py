"""How long frames take from their arrival to the output: percentiles in constant memory."""

import numpy as np

_STEP = 0.001  # seconds
_MOST = 10.0  # what takes longer counts as this


class Latency:
    """A histogram of delays, a bin per millisecond.

    Example:
        >>> latency = Latency()
        >>> for _ in range(99): latency.add(0.0402)
        >>> latency.add(0.5)
        >>> latency.percentile(50), latency.percentile(100)
        (0.04, 0.5)
    """

    def __init__(self) -> None:
        self._counts = np.zeros(round(_MOST / _STEP) + 1, np.int64)

    def add(self, seconds: float) -> None:
        """Count one frame."""
        self._counts[round(min(max(seconds, 0.0), _MOST) / _STEP)] += 1

    def percentile(self, percent: float) -> float | None:
        """Return the delay in seconds that so many frames do not exceed; None without a frame."""
        below = np.cumsum(self._counts)
        if not below[-1]:
            return None
        return float(np.searchsorted(below, percent / 100 * below[-1]) * _STEP)
