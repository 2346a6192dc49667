"""What stands where in the street, and what gives light."""

from typing import NamedTuple

from scene.arithmetic import Vector

FAR = 75.0  # z where the street ends
WALL_X = -5.2
KERBS = (-3.1, 4.4)
PARK_X = 6.1
LAMP_HEIGHT = 5.1


class Light(NamedTuple):
    """A point light; `beam` is the share of its light that is thrown downwards."""

    at: Vector
    colour: Vector
    beam: float


class Person(NamedTuple):
    """A walker: the place, the direction of walking (unit length, x and z), and the looks.

    `lead` is 1 or -1: which leg is in front.
    """

    x: float
    z: float
    heading: tuple[float, float]
    lead: float
    coat: Vector
    trousers: Vector
    long_coat: bool = False
    backpack: bool = False


class Car(NamedTuple):
    """A parked car: place of its middle, direction (unit length), paint, °C of engine over air."""

    x: float
    z: float
    heading: tuple[float, float]
    paint: Vector
    engine: float


WARM: Vector = (1.0, 0.56, 0.22)
# x of the post, z, x of the head
LAMPS = ((4.75, 13.4, 3.3), (-3.4, 19.0, -2.1), (4.75, 27.0, 3.4), (-3.4, 38.0, -2.1))
LIGHTS = (
    *(Light((head, LAMP_HEIGHT - 0.15, z), (46.0, 24.0, 8.0), 0.94) for _, z, head in LAMPS),
    Light((-4.3, 1.7, 16.0), (3.2, 1.9, 0.8), 0.0),
    Light((-4.0, 3.3, 11.2), (0.16, 0.24, 0.26), 0.0),
)
CARS = (
    Car(3.05, 9.5, (-0.6, -0.8), (0.04, 0.10, 0.19), 19.0),
    Car(3.35, 19.5, (-0.1, -0.995), (0.16, 0.15, 0.14), 0.0),
)
PEOPLE = (
    # Before the dark wall on the left: lost in the visible image.
    Person(-3.75, 7.8, (0.6, -0.8), 1.0, (0.11, 0.092, 0.08), (0.095, 0.08, 0.07), long_coat=True),
    # On the zebra crossing.
    Person(-0.75, 12.6, (0.98, 0.2), -1.0, (0.17, 0.04, 0.035), (0.04, 0.05, 0.09), backpack=True),
    # In the park behind the hedge: nearly lost as well.
    Person(7.6, 13.6, (-0.8, 0.6), -1.0, (0.008, 0.01, 0.008), (0.01, 0.01, 0.01)),
    # Far off, under the second lamp.
    Person(-4.3, 21.5, (0.28, -0.96), 1.0, (0.04, 0.04, 0.05), (0.02, 0.02, 0.03), long_coat=True),
)
# x, z, height of the crown's middle, radius of the crown
TREES = (
    (8.6, 10.0, 5.2, 2.1),
    (7.7, 17.5, 4.9, 2.0),
    (8.2, 25.0, 5.3, 2.3),
    (8.0, 36.0, 5.3, 2.6),
)
BUSHES = (8.0, 9.6, 11.0, 12.6, 15.0, 16.6, 19.0, 21.5, 24.0, 28.0, 33.0)
