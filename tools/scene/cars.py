"""Cars: shape, looks and how warm they are."""

from collections.abc import Sequence

import numpy as np

from scene.arithmetic import Floats, Floats3, Vector, edge, fourth, length, mix, times
from scene.layout import Car
from scene.noise import Noise
from scene.renderer import THING, Canvas, Surface
from scene.shapes import blend, box, local, march

# Planes of the car's outline: (forward, up, sideways) . point < limit; sideways counts both ways.
_BODY = (
    (1.0, 0.06, 0.10, 2.17),  # nose
    (0.12, 0.993, 0.10, 1.06),  # bonnet
    (0.0, 1.0, 0.0, 0.985),  # waist
    (-1.0, 0.10, 0.08, 2.11),  # tail
    (0.0, 0.14, 0.99, 0.99),  # flank
    (0.0, -0.30, 0.954, 0.79),  # sill
    (0.0, -1.0, 0.0, -0.24),  # floor
    (0.75, 0.66, 0.0, 2.02),  # bonnet edge
    (0.62, 0.1, 0.78, 1.92),  # front corner
    (-0.62, 0.1, 0.78, 1.87),  # rear corner
)
_CABIN = (
    (0.56, 0.83, 0.06, 1.39),  # windscreen
    (0.02, 1.0, 0.12, 1.48),  # roof
    (-0.85, 0.53, 0.06, 2.20),  # rear window
    (0.0, 0.33, 0.945, 1.095),  # side windows
    (-0.60, 0.25, 0.75, 1.80),  # rear corner
    (0.0, -1.0, 0.0, -0.6),
)


def _hull(along: Floats, up: Floats, aside: Floats, planes: Sequence[tuple[float, ...]]) -> Floats:
    """Signed distance to a convex solid with rounded edges."""
    distance: Floats = np.full(along.shape, np.float32(-9))
    for forward, upward, sideways, limit in planes:
        face = forward * along + upward * up + sideways * aside - limit
        distance = -blend(-distance, -face, 0.10)
    return distance


def _axle(along: Floats, up: Floats) -> Floats:
    """Distance to the nearer wheel's axle, seen from the side."""
    return length(np.abs(along - 0.02) - 1.32, up - 0.32)


def draw_car(canvas: Canvas, noise: Noise, car: Car) -> None:
    """A parked car; one driven a minute ago has a warm bonnet, grille and tyres."""

    def solid(point: Sequence[Floats]) -> Floats:
        along, up, side = local(point, car.x, car.z, car.heading)
        aside = np.abs(side)
        crowned = length(side, 0.22)  # rounds the roof and the bonnet across the middle
        axle = _axle(along, up)
        arch = np.maximum(axle - 0.40, 0.6 - aside)
        body = np.maximum(_hull(along, up, crowned, _BODY), -arch)
        shell = blend(body, _hull(along, up, crowned, _CABIN), 0.04)
        tyre = np.maximum(axle - 0.325, np.abs(aside - 0.75) - 0.11)
        mirror = length((along - 0.62) * 1.5, (up - 1.04) * 1.2, (aside - 0.95) * 0.8) - 0.10
        parts: Floats = np.minimum(np.minimum(shell, tyre), mirror * 0.7)
        return parts

    low, high = (car.x - 2.4, 0.0, car.z - 2.4), (car.x + 2.4, 1.6, car.z + 2.4)
    index, depth, point, normal = march(canvas, low, high, solid)
    place = local(point, car.x, car.z, car.heading)
    grime = noise.at(place[0] + 9, place[2] + 9, 50.0) - 0.5
    surface = _car_surface(car, place, normal, grime, 1.2 * car.z / canvas.focal)
    canvas.put(index, depth, surface, THING)


def _car_glass(along: Floats, up: Floats, aside: Floats) -> Floats:
    """Signed distance to the windscreen and the side windows, in the plane of each."""
    pillars = 0.435 - np.abs(np.mod(along + 0.40, 0.95) - 0.475)
    ends = np.maximum(0.62 * along + 0.83 * up - 1.25, 0.53 * up - 0.85 * along - 1.92)
    beside = np.maximum(box(along + 0.48, up - 1.18, 1.22, 0.15), np.maximum(ends, -pillars))
    beside = np.where(aside > 0.81 - 0.18 * up, beside, np.float32(9))
    front = np.maximum(box(up - 1.19, aside, 0.185, 1.06 - 0.36 * up), 0.1 - along)
    panes: Floats = np.minimum(beside, front)
    return panes


def _car_surface(car: Car, place: Floats3, normal: Floats3, grime: Floats, pixel: float) -> Surface:
    """Paint, glass, lamps and wheels of a car, and how warm each is."""
    along, up, side = place
    aside, axle, nose = np.abs(side), _axle(along, up), along > 1.6
    wheel = edge(axle - 0.335, pixel) * edge(0.62 - aside, pixel)
    rim = edge(axle - 0.21, pixel) * wheel
    spokes = edge(np.abs(axle - 0.13) - 0.05, pixel) * (np.mod(along * 7 + up * 9, 1) > 0.4)
    glass = edge(_car_glass(along, up, aside), pixel)
    slant = up - 0.70 - 0.10 * (aside - 0.62)
    lamp = edge(box(aside - 0.66, slant, 0.19 - 0.5 * np.abs(slant), 0.065), pixel) * nose
    bulb = 1 / (1 + ((aside - 0.62) ** 2 + slant * slant) * 600) * lamp
    grille = edge(box(side, up - 0.68, 0.196 + 0.3 * up, 0.065), pixel) * nose
    grille = grille * (0.4 + 0.6 * (np.mod(up * 34, 1) > 0.5))
    intake = edge(box(side, up - 0.37, 0.50, 0.065), pixel) * nose
    plate = edge(box(side, up - 0.52, 0.26, 0.05), pixel) * nose
    doors = np.minimum(np.abs(along - 0.80), np.minimum(np.abs(along + 0.38), np.abs(along + 1.25)))
    seam = edge(doors - 0.008, pixel) * (aside > 0.7) * (np.abs(up - 0.66) < 0.3) * (1 - wheel)
    bonnet_gap = edge(np.abs(aside - 0.68) - 0.008, pixel) * (along > 0.95) * (normal[1] > 0.8)
    seam = np.maximum(seam, bonnet_gap)

    paint = times(car.paint, 0.9 + 0.3 * grime)
    finish: tuple[tuple[Floats, Vector], ...] = (
        (seam * 0.8, (0.004, 0.005, 0.006)),
        (edge(up - 0.30, pixel) + np.maximum(grille, intake), (0.006, 0.006, 0.007)),
        (lamp, (0.30, 0.31, 0.32)),
        (bulb, (0.8, 0.8, 0.8)),
        (plate, (0.55, 0.53, 0.42)),
        (wheel, (0.012, 0.012, 0.013)),
        (rim * (0.35 + 0.65 * spokes), (0.22, 0.22, 0.23)),
        (glass, (0.003, 0.004, 0.005)),
    )
    for share, tone in finish:
        paint = mix(paint, tone, np.clip(share, 0, 1))

    # The upper faces and the glass mirror the cold sky, to the infrared camera too.
    engine = 1 / (1 + fourth((along - 1.45) / 0.62) + fourth(side / 0.66))
    engine = car.engine * (engine + 0.2 * grille + 0.12 * intake)
    heat = 9.5 - 2.8 * np.clip(normal[1], 0, 1) + engine + 0.24 * grime - 1.5 * seam
    heat = heat + (5.5 - heat) * glass * 0.9 + (14 - heat) * lamp * 0.6
    heat = heat + (10.5 + car.engine * (0.25 + 0.45 * rim) - heat) * wheel
    roughness = 0.28 - 0.14 * glass + 0.5 * wheel
    gloss = 0.10 + 0.03 * glass + 0.2 * lamp - 0.08 * wheel
    return Surface(normal, paint, heat, roughness=roughness, gloss=gloss)
