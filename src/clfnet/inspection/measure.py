"""What is measured in each image: regions, differences, an isotherm."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

from clfnet.errors import ConfigError, InputError
from clfnet.inspection.readings import Reading
from clfnet.io.regions import Region, parse_regions
from clfnet.thermal.difference import WHOLE, Difference
from clfnet.thermal.isotherm import Isotherm
from clfnet.thermal.planck import ZERO_CELSIUS
from clfnet.thermal.statistics import PERCENTILES, Statistics, statistics_of

_DIGITS = 3  # of °C; cameras resolve 0.02 to 0.05


class Plan(NamedTuple):
    """What is measured.

    Attributes:
        regions: spots and boxes, in pixels of the thermal image.
        differences: between them.
        isotherm: the part of the image between two temperatures.
        percentiles: of each region, 0 to 100.
    """

    regions: tuple[Region, ...] = ()
    differences: tuple[Difference, ...] = ()
    isotherm: Isotherm | None = None
    percentiles: tuple[float, ...] = PERCENTILES

    @classmethod
    def parse(
        cls,
        *,
        spots: Iterable[str] = (),
        boxes: Iterable[str] = (),
        deltas: Iterable[str] = (),
        isotherm: Isotherm | None = None,
        percentiles: str | None = None,
    ) -> Self:
        """Read what a command or a form has as text.

        Raises:
            InputError: a region or a difference cannot be read.
            ConfigError: a percentile is out of range.

        Example:
            >>> plan = Plan.parse(spots=["pole=120,80"], boxes=["0,0,40,30"], deltas=["pole-B1"])
            >>> [region.name for region in plan.regions], plan.differences[0].name
            (['pole', 'B1'], 'pole-B1')
        """
        regions = parse_regions(spots, boxes)
        names = [region.name for region in regions]
        if WHOLE in names:
            raise InputError(f"a region must not be called {WHOLE!r}: the image is. Rename it.")
        differences = tuple(Difference.parse(each, names) for each in deltas)
        return cls(tuple(regions), differences, isotherm, _percentiles(percentiles))


@dataclass(frozen=True, eq=False)
class Measured:
    """What was measured in one image.

    Attributes:
        reading: the image.
        plan: what was asked.
        statistics: by region; "whole" is the image.
    """

    reading: Reading
    plan: Plan
    statistics: Mapping[str, Statistics]

    @property
    def differences(self) -> dict[str, float]:
        """By name, in kelvin."""
        return {each.name: each.kelvin(self.statistics) for each in self.plan.differences}

    @property
    def share(self) -> float | None:
        """The isotherm's share of the image, 0 to 1."""
        isotherm = self.plan.isotherm
        return None if isotherm is None else isotherm.share(self.reading.celsius)

    @property
    def conditions(self) -> dict[str, float]:
        """What the temperatures were computed with, for FLIR's files."""
        planck = self.reading.thermal.planck
        if planck is None:
            return {}
        return {
            "emissivity": round(planck.emissivity, 4),
            "reflected": round(planck.reflected - ZERO_CELSIUS, 2),
            "distance": round(planck.distance, 2),
            "humidity": round(100 * planck.humidity, 1),
            "atmosphere": round(planck.air - ZERO_CELSIUS, 2),
        }

    def as_dict(self) -> dict[str, Any]:
        """Return all of it as plain values, ready for JSON; °C, but for the differences."""
        reading, camera = self.reading, self.reading.thermal.camera
        isotherm = self.plan.isotherm
        shown = {name: value for name, value in vars(camera).items() if value}
        return {
            "file": str(reading.file),
            "frame": reading.frame,
            "width": reading.thermal.width,
            "height": reading.thermal.height,
            "camera": shown,
            "conditions": self.conditions,
            "whole": _plain(self.statistics[WHOLE]),
            "regions": [
                {
                    "name": region.name,
                    **region.box._asdict(),
                    **_plain(self.statistics[region.name]),
                }
                for region in self.plan.regions
            ],
            "differences": {name: round(k, _DIGITS) for name, k in self.differences.items()},
            "isotherm": isotherm
            and {"limits": str(isotherm), "share": round(self.share or 0.0, 6)},
            "notes": [*reading.thermal.notes],
        }


def measure(reading: Reading, plan: Plan) -> Measured:
    """Measure an image.

    Raises:
        InputError: a region is not inside the image, or has no temperature.
    """
    try:
        found = {WHOLE: statistics_of(reading.celsius, percentiles=plan.percentiles)}
        for region in plan.regions:
            found[region.name] = statistics_of(reading.celsius, region, plan.percentiles)
    except InputError as error:
        raise InputError(f"{reading.file}: {error}") from None
    return Measured(reading, plan, found)


def _plain(statistics: Statistics) -> dict[str, Any]:
    return {
        "min": round(statistics.minimum, _DIGITS),
        "mean": round(statistics.mean, _DIGITS),
        "max": round(statistics.maximum, _DIGITS),
        "percentiles": {
            f"{percent:g}": round(value, _DIGITS)
            for percent, value in statistics.percentiles.items()
        },
        "coldest": [*statistics.coldest],
        "hottest": [*statistics.hottest],
        "pixels": statistics.pixels,
    }


def _percentiles(text: str | None) -> tuple[float, ...]:
    if text is None:
        return PERCENTILES
    try:
        found = tuple(float(part) for part in text.split(","))
    except ValueError:
        found = (-1.0,)
    if not all(0 <= each <= 100 for each in found) or len(set(found)) < len(found):
        raise ConfigError(
            f"`percentiles` must be different numbers from 0 to 100, got {text!r:.60}. For example "
            f"5,50,95."
        )
    return found
