"""ΔT: how much warmer one region is than another."""

from collections.abc import Mapping
from typing import Literal, NamedTuple, Self, get_args

from clfnet.errors import InputError
from clfnet.thermal.statistics import Statistics

Which = Literal["mean", "min", "max"]
WHOLE = "whole"
"""The name of the whole image, beside those of spots and boxes."""


class End(NamedTuple):
    """One of the two: a region and which of its temperatures counts."""

    region: str
    which: Which = "mean"

    def of(self, statistics: Mapping[str, Statistics]) -> float:
        """Return that temperature, in °C."""
        found = statistics[self.region]
        return {"mean": found.mean, "min": found.minimum, "max": found.maximum}[self.which]


class Difference(NamedTuple):
    """The temperature of one region less that of another.

    Attributes:
        name: as it was written.
        first: from which is subtracted.
        second: what is subtracted.
    """

    name: str
    first: End
    second: End

    @classmethod
    def parse(cls, text: str, names: list[str]) -> Self:
        """Read "A-B"; after a name, ".min" or ".max" takes those instead of the mean.

        Args:
            text: what is read; names may have a "-" in them.
            names: those that there are.

        Raises:
            InputError: it names others.

        Example:
            >>> Difference.parse("pole.max-wall", ["pole", "wall"])
            Difference(name='pole.max-wall', first=End(region='pole', which='max'), \
second=End(region='wall', which='mean'))
        """
        known = {name: End(name) for name in (WHOLE, *names)}
        ends = {f"{n}.{which}": End(n, which) for n in known for which in get_args(Which)} | known
        parts = text.split("-")
        for cut in range(1, len(parts)):
            first, second = "-".join(parts[:cut]).strip(), "-".join(parts[cut:]).strip()
            if first in ends and second in ends:
                return cls(f"{first}-{second}", ends[first], ends[second])
        raise InputError(
            f"`delta` must be A-B of named spots and boxes, got {text!r:.99}. There are: "
            f"{', '.join(known)}; with .min or .max the lowest or highest is taken."
        )

    def kelvin(self, statistics: Mapping[str, Statistics]) -> float:
        """Return it, in kelvin, from the statistics of each region."""
        return self.first.of(statistics) - self.second.of(statistics)
