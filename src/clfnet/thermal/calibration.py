"""Counts → °C by temperatures that the user measured.

For cameras whose files do not say what a count is (DJI's, or a sensor's raw counts). Between the
points the temperature is linear in the count; beyond the outer ones the outermost lines go on,
which is said, since nobody measured there.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from clfnet.errors import ConfigError
from clfnet.options import celsius_of


@dataclass(frozen=True)
class Calibration:
    """Counts whose temperatures are known.

    Attributes:
        counts: rising, two or more.
        temperatures: theirs, in °C, rising or falling.

    Raises:
        ConfigError: they are fewer, or out of order.
    """

    counts: tuple[float, ...]
    temperatures: tuple[float, ...]

    def __post_init__(self) -> None:
        steps = [after - before for before, after in pairwise(self.temperatures)]
        rises = all(after > before for before, after in pairwise(self.counts))
        if not (steps and rises and (min(steps) > 0 or max(steps) < 0)):
            raise ConfigError(
                "`calibration` must have two or more different counts whose temperatures all rise "
                "or all fall, got "
                + ",".join(f"{count:g}={c:g}C" for count, c in self._points)
                + ". For example 7000=20C,9000=60C."
            )

    @property
    def _points(self) -> list[tuple[float, float]]:
        return [*zip(self.counts, self.temperatures, strict=True)]

    def __str__(self) -> str:
        """For a person: "7000 = 20 °C, 9000 = 60 °C"."""
        return ", ".join(f"{count:g} = {celsius:g} °C" for count, celsius in self._points)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "COUNT=CELSIUS,COUNT=CELSIUS"; the order does not matter.

        Raises:
            ConfigError: it is written otherwise.

        Example:
            >>> Calibration.parse("9000=60C, 7000=20C")
            Calibration(counts=(7000.0, 9000.0), temperatures=(20.0, 60.0))
        """
        points = []
        for part in text.split(","):
            count, _, temperature = part.partition("=")
            try:
                points.append((float(count), celsius_of(temperature)))
            except ValueError:
                raise ConfigError(
                    f"`calibration` must be COUNT=CELSIUS, two or more separated by commas, got "
                    f"{text!r:.80}. For example 7000=20C,9000=60C."
                ) from None
        points.sort()
        return cls(tuple(count for count, _ in points), tuple(celsius for _, celsius in points))

    def celsius(self, counts: NDArray[Any]) -> NDArray[np.float32]:
        """Return the temperatures of counts, of any shape.

        Example:
            >>> Calibration.parse("0=0C,10=20C").celsius(np.array([5, 20])).tolist()
            [10.0, 40.0]
        """
        known, values = np.array(self.counts), counts.astype(np.float64)
        left = np.clip(np.searchsorted(known, values) - 1, 0, len(known) - 2)
        temperatures = np.array(self.temperatures)
        slopes = np.diff(temperatures) / np.diff(known)
        found = temperatures[left] + slopes[left] * (values - known[left])
        return np.asarray(found, np.float32)
