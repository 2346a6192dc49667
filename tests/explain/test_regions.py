"""Shares per region, by naive loops."""

import numpy as np
import pytest

from clfnet.errors import InputError
from clfnet.explain.regions import edges, grid, hottest, share_in
from clfnet.io.box import Box
from clfnet.io.regions import Region
from clfnet.method import FloatImage


@pytest.fixture
def share() -> FloatImage:
    return np.random.default_rng(0).random((11, 17), np.float32)


def _mean(share: FloatImage, x: int, y: int, width: int, height: int) -> float:
    total = 0.0
    for row in range(y, y + height):
        for column in range(x, x + width):
            total += float(share[row, column])
    return total / (width * height)


@pytest.mark.parametrize("box", [(0, 0, 17, 11), (3, 2, 5, 4), (16, 10, 1, 1)])
def test_share_in_a_box(share: FloatImage, box: tuple[int, int, int, int]) -> None:
    assert share_in(share, Region("a", Box(*box))) == pytest.approx(_mean(share, *box))


@pytest.mark.parametrize("cells", [1, 2, 3, 11])
def test_grid(share: FloatImage, cells: int) -> None:
    found = grid(share, cells)
    assert found.shape == (cells, cells)
    for i in range(cells):
        for j in range(cells):
            top, bottom = i * 11 // cells, (i + 1) * 11 // cells
            left, right = j * 17 // cells, (j + 1) * 17 // cells
            expected = _mean(share, left, top, right - left, bottom - top)
            assert found[i, j] == pytest.approx(expected)


def test_cells_cover_everything_once() -> None:
    for length, cells in ((10, 3), (7, 7), (100, 6)):
        cuts = edges(length, cells)
        assert (cuts[0], cuts[-1], len(cuts)) == (0, length, cells + 1)
        assert set(np.diff(cuts)) <= {length // cells, length // cells + 1}


@pytest.mark.parametrize("cells", [0, -1, 12])
def test_a_grid_that_cannot_be(share: FloatImage, cells: int) -> None:
    with pytest.raises(InputError, match=f"`grid` must be 1 to 11 .* got {cells}"):
        grid(share, cells)


def test_hottest(share: FloatImage) -> None:
    heat = np.random.default_rng(1).permutation(11 * 17).reshape(11, 17).astype(np.float32)
    order = sorted(zip(heat.ravel(), share.ravel(), strict=True), reverse=True)
    expected = np.mean([float(value) for _, value in order[:19]])  # a tenth
    assert hottest(share, heat, 0.1) == pytest.approx(expected)


def test_hottest_of_a_saturated_part_is_all_of_it() -> None:
    heat = np.array([[1, 1, 1, 0]], np.float32)
    assert hottest(np.array([[1, 0.5, 0, 1]], np.float32), heat) == 0.5
    assert hottest(np.array([[1, 0, 0, 0]], np.float32), np.zeros((1, 4), np.float32)) == 0.25


@pytest.mark.parametrize("box", [(17, 0, 1, 1), (0, 11, 1, 1), (10, 0, 8, 1), (0, 5, 1, 7)])
def test_a_region_outside(share: FloatImage, box: tuple[int, int, int, int]) -> None:
    with pytest.raises(InputError, match="inside the 17x11 image"):
        share_in(share, Region("far", Box(*box)))
