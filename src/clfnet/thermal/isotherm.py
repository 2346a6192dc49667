"""An isotherm: the part of an image whose temperatures lie within limits."""

from dataclasses import dataclass
from math import inf
from typing import Self

import numpy as np
from numpy.typing import NDArray

from clfnet.errors import ConfigError
from clfnet.options import celsius_of


@dataclass(frozen=True)
class Isotherm:
    """From one temperature to another, both included.

    Attributes:
        low: in °C; minus infinity for no limit.
        high: in °C; infinity for no limit.

    Raises:
        ConfigError: they are out of order.
    """

    low: float = -inf
    high: float = inf

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise ConfigError(
                f"`between` must be LOW,HIGH in °C with LOW < HIGH, got {self.low:g} and "
                f"{self.high:g}. For example 40C,60C."
            )

    @classmethod
    def parse(
        cls, *, above: str | None = None, below: str | None = None, between: str | None = None
    ) -> Self | None:
        """Read one of three texts; None if there is none.

        Raises:
            ConfigError: several are given, or one is no temperature.

        Example:
            >>> Isotherm.parse(above="60C"), Isotherm.parse(between="40,60.5")
            (Isotherm(low=60.0, high=inf), Isotherm(low=40.0, high=60.5))
        """
        texts = {"above": above, "below": below, "between": between}
        given = {name: text for name, text in texts.items() if text is not None}
        if len(given) > 1:
            raise ConfigError(
                f"`{'` and `'.join(given)}` must not be given together: an image has one isotherm. "
                f"Give one, or `between`."
            )
        if above is not None:
            return cls(low=_temperature("above", above))
        if below is not None:
            return cls(high=_temperature("below", below))
        if between is None:
            return None
        low, _, high = between.partition(",")
        return cls(_temperature("between", low, between), _temperature("between", high, between))

    def holds(self, celsius: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Tell which pixels lie within; those without a temperature do not.

        Example:
            >>> Isotherm(low=30.0).holds(np.array([20, 30, np.nan], np.float32)).tolist()
            [False, True, False]
        """
        return (celsius >= self.low) & (celsius <= self.high)

    def share(self, celsius: NDArray[np.float32]) -> float:
        """Return the share of the pixels with a temperature that lie within, 0 to 1."""
        return float(self.holds(celsius).sum() / max(1, np.isfinite(celsius).sum()))

    def __str__(self) -> str:
        if self.high == inf:
            return f"above {self.low:g} °C"
        return (
            f"below {self.high:g} °C" if self.low == -inf else f"{self.low:g} to {self.high:g} °C"
        )


def _temperature(option: str, text: str, whole: str | None = None) -> float:
    try:
        return celsius_of(text)
    except ValueError:
        example = "40C,60C" if option == "between" else "60C"
        raise ConfigError(
            f"`{option}` must be in °C, e.g. {example}, got {whole or text!r:.60}. Correct it."
        ) from None
