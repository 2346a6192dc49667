"""What grows: trees and a hedge."""

from collections.abc import Sequence

import numpy as np

from scene.arithmetic import Floats, Vector, length
from scene.layout import BUSHES, PARK_X, TREES
from scene.noise import Noise
from scene.renderer import EYE, THING, Canvas, Surface
from scene.shapes import Bone, blend, limb, march


def draw_plants(canvas: Canvas, noise: Noise, rng: np.random.Generator) -> None:
    """Trees and a hedge along the park on the right."""
    for x, z, height, spread in TREES:
        _trunk(canvas, noise, x, z, height - 0.3)
        crown = _clusters(rng, (x, height, z), spread, 26)
        _leaves(canvas, rng, crown, 0.42 * spread, 4200, 0.085)
    for z in BUSHES:
        bush = _clusters(rng, (PARK_X + 0.6, 0.34, z), 0.6, 8)
        _leaves(canvas, rng, bush, 0.42, 1100, 0.058)


def _trunk(canvas: Canvas, noise: Noise, x: float, z: float, height: float) -> None:
    """A trunk with one branch towards the street."""
    trunk: Bone = ((x, 0.0, z), (x + 0.15, height - 1.0, z), (0.20, 0.10))
    branch: Bone = ((x + 0.1, height - 2.2, z), (x - 0.9, height - 0.6, z - 0.4), (0.09, 0.04))

    def solid(point: Sequence[Floats]) -> Floats:
        return blend(limb(point, trunk), limb(point, branch), 0.1)

    low, high = (x - 1.4, 0.0, z - 0.8), (x + 0.5, height, z + 0.4)
    index, depth, point, normal = march(canvas, low, high, solid)
    bark = 0.4 + 1.2 * noise.at(point[0] * 3, point[1] * 0.6, 60.0)
    surface = Surface(normal, (0.06 * bark, 0.045 * bark, 0.032 * bark), 9.6 + 0.6 * bark)
    canvas.put(index, depth, surface, THING)


def _clusters(rng: np.random.Generator, centre: Vector, spread: float, count: int) -> Floats:
    """Points (count, 3) in a flattened ball: its centre, then random ones."""
    offset = rng.random((count, 3), dtype=np.float32) * 2 - 1
    offset[0] = 0
    offset /= np.maximum(length(*offset.T), 1)[:, None]
    return np.array(centre, np.float32) + offset * np.array([1.0, 0.72, 0.8], np.float32) * spread


def _leaves(
    canvas: Canvas,
    rng: np.random.Generator,
    clusters: Floats,
    radius: float,
    count: int,
    size: float,
) -> None:
    """Scatter leaves over balls about the `clusters`; each is a small ellipse of its own turn."""
    home = clusters[rng.integers(0, len(clusters), count)]
    outwards = rng.random((count, 3), dtype=np.float32) * 2 - 1
    outwards /= length(*outwards.T)[:, None]
    reach = np.sqrt(rng.random(count, dtype=np.float32))
    x, y, z = (home + outwards * (reach * np.float32(radius))[:, None]).T
    turn_x, turn_y = rng.random((2, count), dtype=np.float32) * 2 - 1
    tone = 0.55 + 0.9 * rng.random(count, dtype=np.float32)
    normal = outwards + 0.9 * (rng.random((count, 3), dtype=np.float32) - 0.5)
    normal /= length(*normal.T)[:, None]

    # Each leaf (N, 1, 1) is tested on a small grid of pixels (G, G) about its middle.
    column = (canvas.centre_x + canvas.focal * x / z)[:, None, None]
    row = (canvas.horizon - canvas.focal * (y - EYE) / z)[:, None, None]
    half = (size * canvas.focal / z)[:, None, None]
    side = int(half.max()) + 1
    grid_y, grid_x = np.mgrid[-side : side + 1, -side : side + 1].astype(np.float32)
    pixel_x, pixel_y = np.floor(column) + grid_x, np.floor(row) + grid_y
    turn = (length(turn_x, turn_y)[:, None, None] * half).astype(np.float32)
    turn_x, turn_y = turn_x[:, None, None] / turn, turn_y[:, None, None] / turn
    off_x, off_y = pixel_x + 0.5 - column, pixel_y + 0.5 - row
    long, short = off_x * turn_x + off_y * turn_y, off_x * turn_y - off_y * turn_x
    inside = (long * long + 3.2 * short * short < 1) & (y > 0.02)[:, None, None]
    inside &= (pixel_x >= 0) & (pixel_x < canvas.width) & (pixel_y >= 0) & (pixel_y < canvas.height)

    # Far leaves first, so that near ones cover them.
    leaf = np.nonzero(inside)[0]
    order = np.argsort(-z[leaf], kind="stable")
    leaf, short = leaf[order], short[inside][order]
    index = pixel_y[inside].astype(np.intp) * canvas.width + pixel_x[inside].astype(np.intp)
    # Inside the crown and under it there is less light; a bent blade is lighter on one side.
    height = np.clip((y - clusters[0, 1]) / radius + 0.5, 0, 1)
    open_air = (0.25 + 0.75 * reach * reach) * (0.7 + 0.3 * height)
    shade = (tone * open_air)[leaf] * (1 + 0.25 * short)
    heat = (8.6 + 1.2 * open_air + 0.4 * tone)[leaf]
    nx, ny, nz = normal[leaf].T
    green = (0.062 * shade, 0.17 * shade, 0.045 * shade)
    canvas.put(index[order], z[leaf], Surface((nx, ny, nz), green, heat, roughness=0.6), THING)
