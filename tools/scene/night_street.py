"""The demo pair: what it holds, and the order in which it is drawn."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clfnet.errors import InputError
from scene.arithmetic import Mask
from scene.cameras import thermal_camera, visible_camera
from scene.cars import draw_car
from scene.facade import draw_facade
from scene.figures import draw_person
from scene.layout import CARS, LAMPS, PEOPLE
from scene.noise import Noise
from scene.plants import draw_plants
from scene.renderer import PERSON, SIGN, Canvas
from scene.street import draw_ground, draw_lamp, draw_sign, draw_skyline

MIN_SIZE = 64
_SEED = 20240611


class ScenePair(NamedTuple):
    """An aligned infrared and visible image of one scene, with masks of what is worth measuring.

    Attributes:
        infrared: uint8, (H, W), brighter is warmer.
        visible: uint8, (H, W, 3), RGB.
        people: bool, (H, W), true on people.
        sign: bool, (H, W), true on the lettered sign.
    """

    infrared: NDArray[np.uint8]
    visible: NDArray[np.uint8]
    people: Mask
    sign: Mask


def night_street(width: int = 640, height: int = 480) -> ScenePair:
    """Render the demo pair: a night street that neither camera shows whole.

    The visible image has the sign's lettering, the road markings and the textures; two of its
    four people are lost in shadow. The infrared image has all people and the parked car's warm
    engine, and almost no texture. Calls with the same size return the same bytes.

    Args:
        width: of both images, pixels, at least 64.
        height: of both images, pixels, at least 64.

    Returns:
        The pair with its masks, all of size (height, width).

    Raises:
        InputError: if a side is shorter than 64 pixels.

    Example:
        >>> pair = night_street(96, 72)
        >>> pair.infrared.shape, pair.visible.shape
        ((72, 96), (72, 96, 3))
        >>> bool(pair.infrared[pair.people].mean() > 2 * pair.infrared[~pair.people].mean())
        True
    """
    for name, side in (("width", width), ("height", height)):
        if side < MIN_SIZE:
            raise InputError(
                f"`{name}` must be at least {MIN_SIZE}, got {side}. "
                f"Ask for a larger image, e.g. night_street(640, 480)."
            )
    rng = np.random.default_rng(_SEED)
    canvas = Canvas(width, height)
    noise = Noise(rng)
    for rows in canvas.bands():
        draw_ground(canvas, noise, rows)
        draw_facade(canvas, noise, rows)
    draw_skyline(canvas, noise)
    draw_sign(canvas, noise)
    for lamp in LAMPS:
        draw_lamp(canvas, *lamp)
    draw_plants(canvas, noise, rng)
    for car in CARS:
        draw_car(canvas, noise, car)
    for person in PEOPLE:
        draw_person(canvas, noise, person)
    infrared = thermal_camera(canvas, noise, rng)
    visible = visible_camera(canvas, noise, rng)
    return ScenePair(infrared, visible, canvas.mask(PERSON), canvas.mask(SIGN))
