"""Shapes as signed distances (negative inside), and where rays meet them."""

from collections.abc import Callable, Sequence

import numpy as np

from scene.arithmetic import Floats, Floats3, Indices, Value, Vector, length
from scene.renderer import Canvas

Bone = tuple[Vector, Vector, tuple[float, float]]  # start, end, radius at each


def box(x: Floats, y: Floats, half_x: Value, half_y: Value) -> Floats:
    """Signed distance (Chebyshev) to a rectangle about the origin."""
    return np.maximum(np.abs(x) - half_x, np.abs(y) - half_y)


def blend(first: Floats, second: Floats, radius: float) -> Floats:
    """Union of two solids whose seam is rounded by `radius` (polynomial smooth minimum)."""
    overlap = np.maximum(radius - np.abs(first - second), 0)
    return np.minimum(first, second) - overlap * overlap * np.float32(0.25 / radius)


def limb(point: Sequence[Floats], bone: Bone) -> Floats:
    """Signed distance to a round limb that tapers from one radius to the other."""
    start, end, (first, last) = bone
    axis_x, axis_y, axis_z = (b - a for a, b in zip(start, end, strict=True))
    square = axis_x * axis_x + axis_y * axis_y + axis_z * axis_z
    x, y, z = (p - a for p, a in zip(point, start, strict=True))
    along = x * axis_x + y * axis_y + z * axis_z
    t = np.minimum(np.maximum(along / square, 0), 1)
    gap: Floats = np.sqrt(np.maximum(x * x + y * y + z * z - t * (2 * along - t * square), 0))
    distance: Floats = gap - t * (last - first) - first
    return distance


def local(point: Sequence[Floats], x: float, z: float, heading: tuple[float, float]) -> Floats3:
    """A point as a thing at (x, z) sees it: forwards along `heading`, up, sideways."""
    off_x, off_z = point[0] - x, point[2] - z
    forward_x, forward_z = heading
    along, side = off_x * forward_x + off_z * forward_z, off_z * forward_x - off_x * forward_z
    return along, point[1], side


def march(
    canvas: Canvas, low: Vector, high: Vector, solid: Callable[[Sequence[Floats]], Floats]
) -> tuple[Indices, Floats, Floats3, Floats3]:
    """Find where the rays through a world box meet a solid given as a signed distance.

    Returns:
        The pixels hit (N,), their depth (N,), the points and the unit normals, three of (N,) each.
    """
    index = canvas.window(low, high)
    depth = np.full(index.shape, low[2], np.float32)
    slant = length(canvas.ray_x[index], canvas.ray_y[index], 1.0)
    hit = np.zeros(index.shape, bool)
    active = np.arange(len(index))
    reached = max(0.25 / canvas.focal, 0.0002)  # a quarter of a pixel, seen from 1 m
    for _ in range(48):
        distance = solid(canvas.points(index[active], depth[active]))
        depth[active] += np.maximum(distance, 0) / slant[active] * np.float32(0.95)
        done = distance < depth[active] * reached
        hit[active[done]] = True
        active = active[~done & (depth[active] < high[2])]
        if not len(active):
            break
    index, depth = index[hit], depth[hit]
    point = canvas.points(index, depth)
    # Four samples at the corners of a tetrahedron give the slope along all three axes.
    slopes: list[Floats] = [np.zeros_like(depth) for _ in range(3)]
    for corner in ((1, -1, -1), (-1, -1, 1), (-1, 1, -1), (1, 1, 1)):
        value = solid([p + 0.003 * side for p, side in zip(point, corner, strict=True)])
        for slope, side in zip(slopes, corner, strict=True):
            slope += side * value
    size = np.maximum(length(*slopes), np.float32(1e-6))
    return index, depth, point, (slopes[0] / size, slopes[1] / size, slopes[2] / size)
