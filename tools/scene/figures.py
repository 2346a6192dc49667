"""People: shape, looks and how warm they are."""

from collections.abc import Sequence

import numpy as np

from scene.arithmetic import Floats, Floats3, Triple, Vector, mix, times
from scene.layout import Person
from scene.noise import Noise
from scene.renderer import PERSON, Canvas, Surface
from scene.shapes import Bone, blend, limb, local, march

_Limb = tuple[Bone, float, Vector]  # shape, °C, colour
_SKIN: Vector = (0.30, 0.18, 0.12)
_SHOE: Vector = (0.01, 0.01, 0.01)
_HAIR: Vector = (0.02, 0.014, 0.01)


def _limbs(person: Person) -> list[_Limb]:
    """A walker in mid-stride, 1.77 m tall: limbs in coordinates (forward, up, sideways)."""
    coat, legs = person.coat, person.trousers
    limbs: list[_Limb] = [
        (((0.00, 0.95, -0.06), (0.00, 0.95, 0.06), (0.115, 0.115)), 26.0, coat),  # hips
        (((0.00, 0.98, 0.00), (0.02, 1.26, 0.00), (0.125, 0.145)), 28.5, coat),  # trunk
        (((0.015, 1.33, -0.10), (0.015, 1.33, 0.10), (0.095, 0.095)), 28.0, coat),  # shoulders
        (((0.015, 1.39, 0.00), (0.03, 1.48, 0.00), (0.095, 0.06)), 30.0, coat),  # collar
        (((0.03, 1.46, 0.00), (0.05, 1.54, 0.00), (0.056, 0.052)), 33.0, _SKIN),  # neck
        (((0.075, 1.60, 0.00), (0.065, 1.65, 0.00), (0.076, 0.090)), 35.0, _SKIN),  # face
        (((0.030, 1.655, 0.00), (0.040, 1.68, 0.00), (0.094, 0.092)), 28.5, _HAIR),
        (((0.00, 0.92, -0.09), (0.20, 0.52, -0.08), (0.095, 0.065)), 26.0, legs),  # front leg
        (((0.20, 0.52, -0.08), (0.33, 0.11, -0.08), (0.065, 0.045)), 24.0, legs),
        (((0.31, 0.06, -0.08), (0.49, 0.06, -0.09), (0.055, 0.040)), 18.0, _SHOE),
        (((0.00, 0.92, 0.09), (-0.06, 0.50, 0.08), (0.095, 0.065)), 26.0, legs),  # rear leg
        (((-0.06, 0.50, 0.08), (-0.37, 0.20, 0.08), (0.065, 0.045)), 24.0, legs),
        (((-0.39, 0.15, 0.08), (-0.30, 0.03, 0.09), (0.055, 0.040)), 18.0, _SHOE),
        (((0.01, 1.34, 0.155), (0.06, 1.08, 0.20), (0.068, 0.055)), 26.5, coat),  # front arm
        (((0.06, 1.08, 0.20), (0.24, 0.93, 0.17), (0.055, 0.042)), 26.0, coat),
        (((0.27, 0.91, 0.165), (0.31, 0.89, 0.16), (0.040, 0.034)), 33.0, _SKIN),
        (((0.01, 1.34, -0.155), (-0.13, 1.10, -0.20), (0.068, 0.055)), 26.5, coat),  # rear arm
        (((-0.13, 1.10, -0.20), (-0.10, 0.86, -0.20), (0.055, 0.042)), 26.0, coat),
        (((-0.09, 0.82, -0.20), (-0.07, 0.77, -0.19), (0.040, 0.034)), 33.0, _SKIN),
    ]
    if person.long_coat:
        limbs.append((((0.0, 1.00, 0.0), (0.01, 0.70, 0.0), (0.14, 0.19)), 25.0, coat))
    if person.backpack:
        pack: Bone = ((-0.17, 1.02, 0.0), (-0.16, 1.30, 0.0), (0.13, 0.11))
        limbs.append((pack, 15.0, (0.05, 0.06, 0.03)))
    return limbs


def draw_person(canvas: Canvas, noise: Noise, person: Person) -> None:
    """A walking person; bare skin is warmest, shoes and a backpack least."""
    limbs = _limbs(person)

    def mirrored(point: Sequence[Floats]) -> Floats3:
        along, up, side = local(point, person.x, person.z, person.heading)
        return along, up, -person.lead * side

    def solid(point: Sequence[Floats]) -> Floats:
        place = mirrored(point)
        distance = limb(place, limbs[0][0])
        for bone, *_ in limbs[1:]:
            distance = blend(distance, limb(place, bone), 0.035)
        return distance

    reach_x, reach_z = (0.25 + 0.38 * abs(forward) for forward in person.heading)
    low = (person.x - reach_x, 0.0, person.z - reach_z)
    high = (person.x + reach_x, 1.85, person.z + reach_z)
    index, depth, point, normal = march(canvas, low, high, solid)
    place = mirrored(point)
    nearest: Floats = np.full(depth.shape, np.float32(9))
    colour: Triple = (0.0, 0.0, 0.0)
    weight: Floats = np.zeros_like(nearest)
    warmth: Floats = np.zeros_like(nearest)
    for bone, celsius, tone in limbs:
        distance = limb(place, bone)
        colour = mix(colour, tone, (distance < nearest).astype(np.float32))
        nearest = np.minimum(distance, nearest)
        share = 1 / (np.maximum(distance, 0) + 0.012) ** 2
        weight, warmth = weight + share, warmth + share * celsius
    # Cloth lies close here and hangs off there; surfaces seen at a slant mirror the cold about.
    folds = noise.at(place[0] + place[2] * 0.7, place[1] * 0.7, 70.0) - 0.5
    turned = 1 - np.clip(-normal[2], 0, 1)
    heat = warmth / weight + 4.0 * folds - 2.2 * turned * turned
    surface = Surface(normal, times(colour, 1 + 0.8 * folds), heat, roughness=0.7)
    canvas.put(index, depth, surface, PERSON)
