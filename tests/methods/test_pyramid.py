import numpy as np
import pytest

from clfnet.methods.classical import Plane
from clfnet.methods.pyramid import expand, gaussian_pyramid, reduce

WEIGHTS = {-2: 0.05, -1: 0.25, 0: 0.4, 1: 0.25, 2: 0.05}


def mirrored(index: int, size: int) -> int:
    while not 0 <= index < size:
        index = -index if index < 0 else 2 * (size - 1) - index
    return index


def _reference_reduce(image: Plane) -> Plane:
    height, width = image.shape
    reduced = np.zeros(((height + 1) // 2, (width + 1) // 2))
    for i, j in np.ndindex(reduced.shape):
        for m, wm in WEIGHTS.items():
            for n, wn in WEIGHTS.items():
                y, x = mirrored(2 * i + m, height), mirrored(2 * j + n, width)
                reduced[i, j] += wm * wn * image[y, x]
    return reduced


def _reference_expand(image: Plane, height: int, width: int) -> Plane:
    """4 Σ w(m) w(n) g((i − m)/2, (j − n)/2), where these are whole (Burt and Adelson, Eq. 2)."""
    expanded = np.zeros((height, width))
    for i, j in np.ndindex(expanded.shape):
        for m, wm in WEIGHTS.items():
            for n, wn in WEIGHTS.items():
                y, x = mirrored(i - m, height), mirrored(j - n, width)
                if y % 2 == 0 and x % 2 == 0:
                    expanded[i, j] += 4 * wm * wn * image[y // 2, x // 2]
    return expanded


@pytest.mark.parametrize("shape", [(2, 2), (2, 9), (7, 8), (11, 13)])
def test_reference(shape: tuple[int, int]) -> None:
    image = np.random.default_rng(0).random(shape)
    small = _reference_reduce(image)
    np.testing.assert_allclose(reduce(image), small, atol=1e-12)
    np.testing.assert_allclose(expand(small, image), _reference_expand(small, *shape), atol=1e-12)


@pytest.mark.parametrize(
    ("shape", "levels", "sizes"),
    [
        ((1, 7), 4, [(1, 7)]),
        ((5, 5), 0, [(5, 5)]),
        ((2, 9), 4, [(2, 9), (1, 5)]),
        ((33, 64), 2, [(33, 64), (17, 32), (9, 16)]),
    ],
)
def test_sizes(shape: tuple[int, int], levels: int, sizes: list[tuple[int, int]]) -> None:
    assert [level.shape for level in gaussian_pyramid(np.zeros(shape), levels)] == sizes


def test_flat_images_stay_flat() -> None:
    for level in gaussian_pyramid(np.full((23, 40), 0.3), 5):
        np.testing.assert_allclose(level, 0.3, atol=1e-12)
