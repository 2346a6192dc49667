"""Counts of a FLIR camera → temperature.

The camera's counts are an affine measure of radiance, and its constants a fit of Planck's law:
a black body of T kelvin gives S(T) = R1 / (R2 (exp(B / T) - F)) - O counts. On its way to the
sensor the object's radiance is weakened by the air, by a window, and mixed with what the object
reflects and what air and window emit themselves (Minkina and Dudzik, Infrared Thermography: Errors
and Uncertainties, 2009, ch. 2; the same in G. J. Tattersall, Thermimage, `raw2temp`, 2017). The
window is taken to stand half-way, as Thermimage does.
"""

import math
from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import NDArray

ZERO_CELSIUS = 273.15
"""0 °C in kelvin."""


@dataclass(frozen=True)
class Planck:
    """What turns counts into temperature, as the camera recorded it.

    Attributes:
        r1, b, f, o, r2: the fit of Planck's law; b in kelvin.
        emissivity: of the object, above 0 to 1.
        distance: of the object, in metres.
        reflected: the temperature that the object reflects, in kelvin.
        air: the temperature of the air, in kelvin.
        window: the temperature of an external window, in kelvin.
        transmission: of that window, above 0 to 1; 1 without one.
        humidity: of the air, relative, 0 to 1.
        alpha1, alpha2, beta1, beta2, x: the camera's model of the air.
    """

    r1: float
    b: float
    f: float
    o: float
    r2: float
    emissivity: float = 1.0
    distance: float = 0.0
    reflected: float = 293.15
    air: float = 293.15
    window: float = 293.15
    transmission: float = 1.0
    humidity: float = 0.5
    alpha1: float = 0.006569
    alpha2: float = 0.01262
    beta1: float = -0.002276
    beta2: float = -0.00667
    x: float = 1.9

    def is_usable(self) -> bool:
        """Tell whether the numbers can be of a camera at all."""
        around = (self.reflected, self.air, self.window)
        try:
            return (
                all(map(math.isfinite, astuple(self)))
                and min(self.r1, self.b, self.r2) > 0
                and 0 < self.emissivity <= 1
                and 0 < self.transmission <= 1
                and 0 <= self.humidity <= 1
                and self.distance >= 0
                and all(100 < kelvin < 5000 for kelvin in around)
                and all(math.isfinite(black_body(kelvin, self)) for kelvin in around)
                and 0 < _air_transmission(self) <= 1
            )
        except (OverflowError, ZeroDivisionError):
            return False


def celsius(counts: NDArray[np.uint16], planck: Planck) -> NDArray[np.float32]:
    """Return the temperature of what the camera saw.

    Args:
        counts: uint16, of any shape.
        planck: the camera's constants, usable.

    Returns:
        float32 of the same shape, in °C; NaN where a count is below any temperature.

    Example:
        >>> camera = Planck(r1=17837.5, b=1450.4, f=1.0, o=-1143.0, r2=0.012333)
        >>> celsius(np.array([16206], np.uint16), camera).round().tolist()
        [44.0]
    """
    air = _air_transmission(planck)  # of each half of the way
    share = planck.emissivity * air * planck.transmission * air  # of the object's own radiance
    foreign = (  # counts of what is no radiance of the object
        (1 - planck.emissivity)
        * air
        * planck.transmission
        * air
        * black_body(planck.reflected, planck)
        + (1 - air) * planck.transmission * air * black_body(planck.air, planck)
        + (1 - planck.transmission) * air * black_body(planck.window, planck)
        + (1 - air) * black_body(planck.air, planck)
    )
    own = (counts.astype(np.float64) - foreign) / share + planck.o
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        kelvin = planck.b / np.log(planck.r1 / (planck.r2 * own) + planck.f)
    kelvin[~((own > 0) & (kelvin > 0))] = np.nan
    return (kelvin - ZERO_CELSIUS).astype(np.float32)


def black_body(kelvin: float, planck: Planck) -> float:
    """Return S(T), the counts of a black body close by."""
    return planck.r1 / (planck.r2 * (math.exp(planck.b / kelvin) - planck.f)) - planck.o


def _air_transmission(planck: Planck) -> float:
    """Return what half the way through the air lets pass, 0 to 1."""
    warmth = planck.air - ZERO_CELSIUS
    water = planck.humidity * math.exp(
        1.5587 + 0.06939 * warmth - 0.00027816 * warmth**2 + 0.00000068455 * warmth**3
    )
    way, damp = math.sqrt(planck.distance / 2), math.sqrt(water)
    first = math.exp(-way * (planck.alpha1 + planck.beta1 * damp))
    second = math.exp(-way * (planck.alpha2 + planck.beta2 * damp))
    return planck.x * first + (1 - planck.x) * second
