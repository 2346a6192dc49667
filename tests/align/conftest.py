"""Pairs whose alignment is known because it was made."""

from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from clfnet.align.geometry import Matrix, apply
from clfnet.align.warp import Values, resample


class Scene(NamedTuple):
    """A drawn pair: the infrared image shows other brightness and a part of the edges."""

    infrared: Values
    visible: Values
    homography: Matrix


def draw(width: int = 320, height: int = 240, seed: int = 0) -> tuple[Values, Values]:
    """Draw boxes and discs in two spectra that have nothing to do with each other."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    infrared, visible = (np.full((height, width), 0.5, np.float32) for _ in range(2))
    for index in range(60):
        cx, cy, rx, ry = rng.uniform([0, 0, 6, 6], [width, height, 40, 30])
        disc = ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 < 1
        inside = (np.abs(x - cx) < rx) & (np.abs(y - cy) < ry) if index % 2 else disc
        visible[inside] = rng.random()
        if index % 5:
            infrared[inside] = rng.random()
    noise = rng.normal(0, 0.02, (2, height, width)).astype(np.float32)
    return infrared + noise[0], visible + noise[1]


def pair(homography: Matrix, size: tuple[int, int], seed: int = 0) -> Scene:
    """Draw a pair of which the infrared image, of this size, lies at `homography`."""
    infrared, visible = draw(seed=seed)
    seen, covered = resample(infrared, homography, size)
    assert covered.all(), "the infrared frame must lie inside the scene"
    return Scene(seen, visible, homography)


@pytest.fixture(scope="session")
def scene() -> Scene:
    """Zoomed, turned by 2 degrees and shifted."""
    c, s = 0.8 * np.cos(np.radians(2)), 0.8 * np.sin(np.radians(2))
    return pair(np.array([[c, -s, 33.0], [s, c, 17.0], [0, 0, 1]]), (300, 240))


def grid_error(expected: Matrix, found: Matrix, size: tuple[int, int]) -> float:
    """The worst distance over a grid of the infrared frame, visible pixels."""
    x, y = np.meshgrid(np.linspace(0, size[0] - 1, 5), np.linspace(0, size[1] - 1, 5))
    points: NDArray[np.float64] = np.column_stack([x.ravel(), y.ravel()])
    offsets = apply(expected, points) - apply(found, points)
    return float(np.linalg.norm(offsets, axis=1).max())
