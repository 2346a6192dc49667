"""A small deferred renderer: surfaces write what they are into one buffer, cameras read it.

Both cameras read the same buffer, so that the pair is aligned to the pixel. Lengths are metres,
temperatures °C, light is linear and in arbitrary units; x runs to the right, y up, z away from the
viewer, who stands at (0, 2.4, 0).
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scene.arithmetic import Floats, Floats3, Indices, Mask, Triple, Value, Vector

_SUPERSAMPLING = 2
EYE = 2.4  # height

# What a pixel shows.
SKY, STATIC, THING, PERSON, SIGN = range(5)


class Surface(NamedTuple):
    """What a surface is made of: numbers for all of it, or arrays (N,) with one value a pixel."""

    normal: Triple
    albedo: Triple
    heat: Value
    glow: Triple = (0.0, 0.0, 0.0)
    roughness: Value = 0.8
    gloss: Value = 0.04


class Canvas:
    """The buffer that all surfaces write into, and the camera that sees them.

    All arrays are flat, one value a supersample: (H * W,), and (12, H * W) for `data`, which holds
    the fields of a `Surface`: normal (3), albedo (3), heat, glow (3), roughness, gloss. The ray
    through a pixel is at (`ray_x`, `ray_y`, 1) x depth from the eye. The final image's size goes
    in; `width` and `height` count supersamples.
    """

    def __init__(self, width: int, height: int) -> None:
        self.width = width = width * _SUPERSAMPLING
        self.height = height = height * _SUPERSAMPLING
        # The whole of the 640 x 480 view fits into any other shape; the rest shows more street.
        self.focal = 500 * min(width / 640, height / 480)
        self.centre_x = 0.45 * width
        self.horizon = 0.40 * height
        ray_x = (np.arange(width, dtype=np.float32) + 0.5 - self.centre_x) / self.focal
        ray_y = (self.horizon - np.arange(height, dtype=np.float32) - 0.5) / self.focal
        self.ray_x: Floats = np.tile(ray_x, height)
        self.ray_y: Floats = np.repeat(ray_y, width)
        self.depth: Floats = np.full(width * height, np.inf, np.float32)
        self.data: Floats = np.zeros((12, width * height), np.float32)
        self.tag: NDArray[np.uint8] = np.zeros(width * height, np.uint8)

    def bands(self) -> Iterator[slice]:
        """The pixels in bands of some rows: small enough to stay in the processor's cache."""
        step = max(20_000 // self.width, 1) * self.width
        for start in range(0, len(self.depth), step):
            yield slice(start, min(start + step, len(self.depth)))

    def put(self, index: Indices, depth: Floats, surface: Surface, tag: int) -> None:
        """Write a surface at the pixels `index` where nothing nearer is there yet."""
        near = depth < self.depth[index]
        target = index[near]
        self.depth[target] = depth[near]
        self.tag[target] = tag
        normal, albedo, heat, glow, roughness, gloss = surface
        for channel, value in enumerate((*normal, *albedo, heat, *glow, roughness, gloss)):
            self.data[channel, target] = value[near] if isinstance(value, np.ndarray) else value

    def points(self, index: Indices, depth: Floats) -> Floats3:
        """World coordinates of the pixels `index` at `depth`."""
        return depth * self.ray_x[index], EYE + depth * self.ray_y[index], depth

    def window(self, low: Vector, high: Vector) -> Indices:
        """Flat indices of the pixels that the world box from `low` to `high` may cover."""
        depths = (low[2], high[2])
        columns = [self.centre_x + self.focal * x / z for x in (low[0], high[0]) for z in depths]
        rows = [
            self.horizon - self.focal * (y - EYE) / z for y in (low[1], high[1]) for z in depths
        ]
        left, right = max(int(min(columns)) - 1, 0), min(int(max(columns)) + 2, self.width)
        top, bottom = max(int(min(rows)) - 1, 0), min(int(max(rows)) + 2, self.height)
        row, column = np.arange(top, bottom), np.arange(left, right)
        return (row[:, None] * self.width + column[None, :]).ravel()

    def shrink(self, pixels: Floats) -> Floats:
        """Average the supersamples of (H * W,) or (C, H * W) into the final pixels."""
        step = _SUPERSAMPLING
        grid = pixels.reshape(*pixels.shape[:-1], self.height, self.width)
        total = sum(grid[..., i::step, j::step] for i in range(step) for j in range(step))
        return np.asarray(total, np.float32) / np.float32(step * step)

    def mask(self, tag: int) -> Mask:
        """Where at least half of the final pixel (H, W) is of one kind."""
        return self.shrink((self.tag == tag).astype(np.float32)) >= 0.5
