"""Emissivity, reflected temperature and air between object and camera, as a user states them."""

from dataclasses import dataclass, fields, replace

from clfnet.errors import ConfigError
from clfnet.options import OPTIONS
from clfnet.thermal.planck import ZERO_CELSIUS, Planck


@dataclass(frozen=True)
class Surroundings:
    """The object and the air before it; None is what the camera recorded.

    Attributes:
        emissivity: of the object, above 0 to 1.
        reflected: the temperature that the object reflects, in °C.
        distance: of the object, in metres.
        humidity: of the air, relative, in per cent.
        atmosphere: the temperature of the air, in °C.

    Raises:
        ConfigError: one of them is out of range.
    """

    emissivity: float | None = None
    reflected: float | None = None
    distance: float | None = None
    humidity: float | None = None
    atmosphere: float | None = None

    def __post_init__(self) -> None:
        for name in self.given:
            OPTIONS[name].check(name, getattr(self, name))

    @property
    def given(self) -> list[str]:
        """The names of what is not left to the camera."""
        return [each.name for each in fields(self) if getattr(self, each.name) is not None]

    def on(self, recorded: Planck) -> Planck:
        """Return a camera's constants with what is given here.

        Raises:
            ConfigError: together they let no radiance through, and so give no temperature.

        Example:
            >>> camera = Planck(r1=17837.5, b=1450.4, f=1.0, o=-1143.0, r2=0.012333)
            >>> changed = Surroundings(emissivity=0.8, reflected=10.0, humidity=40.0).on(camera)
            >>> changed.emissivity, changed.reflected, changed.humidity
            (0.8, 283.15, 0.4)
        """
        found = replace(
            recorded,
            emissivity=_or(self.emissivity, recorded.emissivity),
            reflected=_or(_kelvin(self.reflected), recorded.reflected),
            distance=_or(self.distance, recorded.distance),
            humidity=_or(None if self.humidity is None else self.humidity / 100, recorded.humidity),
            air=_or(_kelvin(self.atmosphere), recorded.air),
        )
        if not found.is_usable():
            raise ConfigError(
                f"`distance`, `humidity` and `atmosphere` must let some radiance through, but with "
                f"the camera's constants {found.distance:g} m of air of "
                f"{found.air - ZERO_CELSIUS:.4g} °C and {100 * found.humidity:.3g} % absorb all of "
                f"it. Correct them."
            )
        return found


AS_RECORDED = Surroundings()
"""All is as the camera recorded it."""


def _kelvin(celsius: float | None) -> float | None:
    return None if celsius is None else celsius + ZERO_CELSIUS


def _or(given: float | None, recorded: float) -> float:
    return recorded if given is None else given
