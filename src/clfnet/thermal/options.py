"""What a user may say about an infrared file that the file itself does not."""

from dataclasses import dataclass, fields
from typing import Self, get_args

from clfnet.errors import ConfigError
from clfnet.io.box import Box
from clfnet.options import FuseOptions, StatedUnit
from clfnet.thermal.calibration import Calibration
from clfnet.thermal.painted import AUTO, check_infrared_palette
from clfnet.thermal.raw import Raw
from clfnet.thermal.surroundings import AS_RECORDED, Surroundings

_MOST_KELVIN = 10.0  # per count; cameras have 0.01 to 0.4, a file in kelvin has 1


@dataclass(frozen=True)
class ThermalOptions:
    """How an infrared file is read.

    Attributes:
        unit: what its numbers are: "celsius", "kelvin", "counts", or "auto": what the file says.
        kelvin_per_count: for counts that are linear in temperature, how much warmer one more is.
        raw: the layout of a headerless file, e.g. "640x512:f4"; see `clfnet.thermal.raw.Raw`.
        infrared_palette: what a painted image was painted with: "auto" finds it and undoes it,
            "none" leaves it, a name undoes that one; see `clfnet.thermal.painted`.
        exclude: rectangles of the infrared image that show no scene, e.g. a camera's text: "X,Y,
            WIDTH,HEIGHT" in pixels, several with ";" between. They count as no data.
        page: which image of a file that holds several, from 1 on.
        calibration: for counts, temperatures that the user measured; see
            `clfnet.thermal.calibration`.
        surroundings: for FLIR's files, what else the temperatures depend on, where the camera
            recorded something else.

    Raises:
        ConfigError: one of them is out of range.

    Example:
        >>> ThermalOptions(exclude="0,0,64,20; 10,200,30,8").rectangles
        [Box(x=0, y=0, width=64, height=20), Box(x=10, y=200, width=30, height=8)]
    """

    unit: str = "auto"
    kelvin_per_count: float | None = None
    raw: str | None = None
    infrared_palette: str = AUTO
    exclude: str | None = None
    page: int | None = None
    calibration: str | None = None
    surroundings: Surroundings = AS_RECORDED

    def __post_init__(self) -> None:
        if self.unit not in get_args(StatedUnit):
            raise ConfigError(
                f"`unit` must be one of {', '.join(get_args(StatedUnit))}, got {self.unit!r}. Say "
                f"what the numbers of the infrared file are."
            )
        check_kelvin_per_count(self.kelvin_per_count)
        given = [
            name for name in ("kelvin_per_count", "calibration") if getattr(self, name) is not None
        ]
        if given and self.unit in ("celsius", "kelvin"):
            raise ConfigError(
                f"`{given[0]}` must not be given with `unit` {self.unit}, whose numbers are "
                f"temperatures already. Drop one."
            )
        if len(given) > 1:
            raise ConfigError(
                "`kelvin_per_count` must not be given with `calibration`: both say what a count "
                "is. Drop one."
            )
        check_infrared_palette(self.infrared_palette)
        if self.page is not None and self.page < 1:
            raise ConfigError(f"`page` must be at least 1, got {self.page}. The first one is 1.")
        _ = self.layout, self.rectangles, self.points

    @classmethod
    def of(cls, options: FuseOptions) -> Self:
        """Take those of the options of fusing that say how infrared files are read."""
        names = [each.name for each in fields(cls) if each.name != "surroundings"]
        around = Surroundings(*(getattr(options, each.name) for each in fields(Surroundings)))
        return cls(surroundings=around, **{name: getattr(options, name) for name in names})

    @property
    def layout(self) -> Raw | None:
        """The layout of a headerless file; None where files say what they are."""
        return None if self.raw is None else Raw.parse(self.raw)

    @property
    def points(self) -> Calibration | None:
        """What the user measured; None where nothing was."""
        return None if self.calibration is None else Calibration.parse(self.calibration)

    @property
    def rectangles(self) -> list[Box]:
        """What is excluded."""
        parts = [part for part in (self.exclude or "").split(";") if part.strip()]
        return [Box.parse(part, "exclude") for part in parts]


def check_kelvin_per_count(kelvin_per_count: float | None) -> None:
    """Raise a `ConfigError` unless it is None or a number that a camera may have."""
    if kelvin_per_count is not None and not 0 < kelvin_per_count <= _MOST_KELVIN:
        raise ConfigError(
            f"`kelvin_per_count` must be above 0 and at most {_MOST_KELVIN:g}, got "
            f"{kelvin_per_count}. FLIR cameras with TLinear have 0.01, 0.04, 0.1 or 0.4; a file in "
            f"kelvin has 1."
        )


AS_IS = ThermalOptions()
"""Nothing is said; files are taken as what they say themselves."""
