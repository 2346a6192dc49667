"""The terrace of houses on the left, with its windows and the cafe."""

from typing import NamedTuple

import numpy as np

from scene.arithmetic import Floats, Triple, edge, length, mix, ramp, times
from scene.layout import WALL_X, WARM
from scene.noise import Noise
from scene.renderer import STATIC, Canvas, Surface
from scene.shapes import blend, box


class _Openings(NamedTuple):
    """What interrupts the wall: signed distances (N,), and the place (bay, storey) of windows.

    `across` and `up` are metres from the middle of the nearest window.
    """

    window: Floats
    cafe: Floats
    door: Floats
    bay: Floats
    storey: Floats
    across: Floats
    up: Floats


def draw_facade(canvas: Canvas, noise: Noise, rows: slice) -> None:
    """The terrace on the left: brick, plaster, brick; windows on a grid and one lit cafe."""
    index = rows.start + np.flatnonzero(canvas.ray_x[rows] < WALL_X / 56)
    depth = WALL_X / canvas.ray_x[index]
    _, y, z = canvas.points(index, depth)
    house = np.searchsorted(np.array([26.0, 41.0], np.float32), z)
    roof = np.array([9.6, 7.9, 10.5], np.float32)[house]
    inside = (y > 0) & (y < roof)
    index, depth, y, z = index[inside], depth[inside], y[inside], z[inside]
    house, roof = house[inside], roof[inside]
    pixel = z / canvas.focal  # a pixel covers this much of y, and `wide` of z
    wide = pixel * z / -WALL_X

    stain = 0.65 + 0.7 * noise.at(z, y * 0.5, 22.0)
    bricks, joint, tilt = _bricks(noise, y, z, pixel)
    colour = times(mix(bricks, (0.2, 0.18, 0.14), (house == 1).astype(np.float32)), stain)
    at = _openings(y, z, roof)
    hole = np.minimum(at.window, at.cafe)
    for band in (
        np.minimum(hole, at.door) - 0.15,
        np.abs(y - 3.35) - 0.13,
        roof - y - 0.44,
        y - 0.5,
    ):
        pale = 0.17 * stain
        colour = mix(colour, (pale * 1.1, pale, pale * 0.86), edge(band, pixel * 1.5))
    for ledge in (np.abs(y - roof + 0.55) - 0.1, np.abs(y - 3.12) - 0.08):
        colour = times(colour, 1 - 0.6 * edge(ledge, pixel * 2))

    # A striped awning's front hangs over the cafe, its hem in scallops.
    hem = 2.70 + 0.09 * (np.mod(z / 0.42, 1) * 2 - 1) ** 2
    awning = edge(box(z - 16.0, y - (hem + 3.16) / 2, 3.6, (3.16 - hem) / 2), pixel)
    stripe = edge(np.abs(np.mod(z / 0.84, 1) - 0.5) - 0.25, wide / 0.84)
    colour = mix(colour, mix((0.30, 0.27, 0.21), (0.26, 0.03, 0.03), stripe), awning)
    door = edge(at.door, wide)
    colour = mix(colour, (0.012, 0.03, 0.026), door)

    bars = np.minimum(np.abs(at.across) - 0.03, np.abs(at.up - 0.3) - 0.03)
    bars = np.where(at.cafe < 0, 0.81 - np.abs(np.mod(z - 16.0, 1.7) - 0.85), bars)
    glass = edge(hole + 0.07, wide) * (1 - awning) * (1 - edge(bars, wide))
    frame = edge(hole, wide) * (1 - glass) * (1 - awning)
    colour = times(mix(colour, (0.10, 0.095, 0.085), frame), 1 - glass)
    lit = (noise.pick(at.bay * 3 + 5, at.storey + 11) > 0.60).astype(np.float32)
    glow = times(_rooms(noise, y, z, at, lit), glass)

    # Heat leaks about the windows; glass is opaque in thermal infrared: no guests are seen there.
    leak = 1.6 / (1 + np.maximum(hole, 0) ** 2 * 14)
    heat = 10.0 + 0.16 * y - 0.05 * (z - 8) + 1.5 * (stain - 1) + leak + 0.4 * joint
    pane = np.where(at.cafe < 0, 16.4 + 0.5 * y, 13.2 + 1.8 * lit + 0.4 * at.up)
    heat = heat + (pane - heat) * np.maximum(glass, 0.6 * frame) + 1.8 * door
    wall = (1 - glass) * (1 - awning)
    normal = (1.0 - 0.1 * joint * wall, -0.25 * joint * wall, tilt * wall)
    surface = Surface(normal, colour, heat, glow, 0.8 - 0.65 * glass, 0.03)
    canvas.put(index, depth, surface, STATIC)


def _bricks(noise: Noise, y: Floats, z: Floats, pixel: Floats) -> tuple[Triple, Floats, Floats]:
    """Colour of a brick wall, where its joints are, and how far each brick is turned."""
    course = np.floor(y / 0.085)
    along = z / 0.25 + 0.5 * np.mod(course, 2)  # every second course is shifted by half a brick
    one = noise.pick(np.floor(along), course)
    mortar = np.minimum(np.mod(along, 1) * 0.25, np.mod(y, 0.085)) - 0.013
    joint = edge(mortar, np.maximum(pixel, 0.014)) * np.clip(1.5 - 22 * pixel, 0.0, 1)
    shade = 0.62 + 0.65 * one * np.clip(1.8 - 25 * pixel, 0.25, 1)
    colour = mix((0.21, 0.075, 0.045), (0.16, 0.14, 0.12), 0.75 * joint)
    return times(colour, shade), joint, 0.25 * (one - 0.5)


def _openings(y: Floats, z: Floats, roof: Floats) -> _Openings:
    """Lay out windows on a grid of bays and storeys, the cafe's front and the doors."""
    bay, storey = np.floor(z / 2.6), np.floor((y - 3.5) / 3.05)
    across, up = z - (bay + 0.5) * 2.6, y - 3.5 - storey * 3.05 - 1.45
    none = np.float32(9)
    window = np.where((storey < 0) | (y > roof - 0.9), none, box(across, up, 0.58, 0.86))
    door = box(np.mod(z - 1.1, 7.8) - 3.9, y - 1.2, 0.55, 1.2)
    door = np.where(np.abs(z - 16.0) < 4.2, none, door)
    cafe = box(z - 16.0, y - 1.62, 3.4, 1.02)
    return _Openings(window, cafe, door, bay, storey, across, up)


def _rooms(noise: Noise, y: Floats, z: Floats, at: _Openings, lit: Floats) -> Triple:
    """Light behind the glass: curtained rooms, the cafe, and the sky mirrored where it is dark."""
    folds = 0.5 + 0.5 * np.mod(np.floor(at.across * 14), 2)
    curtain = 1.0 - 0.55 * ramp(np.abs(at.across), 0.12, 0.5) * folds
    room = lit * curtain * (0.75 + 0.3 * at.up) * (0.45 + 0.6 * noise.pick(at.bay, at.storey + 40))
    # The cafe: pendant lamps over a counter, guests as dim shapes.
    guest = np.full(z.shape, np.float32(9))
    for seat in (13.3, 14.2, 15.6, 17.1, 18.4):
        head = length((z - seat) * 0.7, y - 1.52) - 0.14
        body = length((z - seat) * 0.55, (y - 0.95) * 0.7) - 0.30
        guest = np.minimum(guest, blend(head, body, 0.16))
    pendant = 0.009 / (0.008 + length(np.mod(z, 1.15) - 0.575, (y - 2.12) * 1.2) ** 2)
    cafe = (0.20 + 0.27 * ramp(y, 0.7, 1.5)) * (1 - 0.7 * edge(guest, 0.08)) + pendant
    glow = np.where(at.cafe < 0, cafe * (0.75 + 0.5 * noise.at(z, y, 30.0)), room)
    cool = (noise.pick(at.bay + 77, at.storey) > 0.8) & (at.cafe > 0)
    red, green, blue = times(mix(WARM, (0.55, 0.75, 1.0), 0.8 * cool), glow)
    sky = (1 - np.minimum(glow * 4, 1)) * (0.010 + 0.006 * at.up)
    return red + sky * 0.5, green + sky * 0.8, blue + sky * 1.4
