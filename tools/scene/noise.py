"""The random texture of walls, road, cloth and sky."""

import numpy as np

from scene.arithmetic import Floats


class Noise:
    """Two tileable tables of numbers in [0, 1]: `grain` is white, `cloud` has all scales."""

    size = 512

    def __init__(self, rng: np.random.Generator) -> None:
        self.grain: Floats = rng.random((self.size, self.size), dtype=np.float32)
        cloud: Floats = np.full((4, 4), 0.5, np.float32)
        amplitude = 1.0
        while len(cloud) < self.size:
            # Doubling with a [1 2 1] smoothing is value noise with quadratic interpolation.
            cloud = cloud.repeat(2, axis=0).repeat(2, axis=1)
            for axis in (0, 1):
                sides = np.roll(cloud, 1, axis) + np.roll(cloud, -1, axis)
                cloud = np.float32(0.25) * sides + np.float32(0.5) * cloud
            amplitude *= 0.62
            cloud += np.float32(amplitude) * (rng.random(cloud.shape, dtype=np.float32) - 0.5)
        low, high = cloud.min(), cloud.max()
        self.cloud: Floats = (cloud - low) / (high - low)

    def at(self, x: Floats, y: Floats, scale: float) -> Floats:
        """Sample `cloud` bilinearly at (x, y), `scale` table cells to the metre."""
        x, y = x * np.float32(scale), y * np.float32(scale)
        left, top = np.floor(x), np.floor(y)
        fx, fy = x - left, y - top
        last = self.size - 1
        table: Floats = self.cloud.ravel()
        column, row = left.astype(np.intp), top.astype(np.intp)
        c0, c1 = column & last, (column + 1) & last
        r0, r1 = (row & last) * self.size, ((row + 1) & last) * self.size
        upper = table[r0 + c0] * (1 - fx) + table[r0 + c1] * fx
        lower = table[r1 + c0] * (1 - fx) + table[r1 + c1] * fx
        value: Floats = upper * (1 - fy) + lower * fy
        return value

    def pick(self, column: Floats, row: Floats) -> Floats:
        """One white number for each cell (column, row), e.g. for each brick."""
        last = self.size - 1
        value: Floats = self.grain[row.astype(np.intp) & last, column.astype(np.intp) & last]
        return value
