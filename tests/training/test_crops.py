"""Where training crops lie."""

from itertools import product

import numpy as np
import pytest

from clfnet.errors import InputError
from clfnet.training.crops import crop_places

SIDES = [(16, 16), (16, 17), (20, 33), (31, 64), (47, 16), (50, 61)]


def _reference(side: int, size: int, stride: int) -> list[int]:
    """Walk along one side; where the walk stops short of the end, step back from the end."""
    starts, at = [], 0
    while at + size <= side:
        starts.append(at)
        at += stride
    if starts[-1] + size < side:
        starts.append(side - size)
    return starts


@pytest.mark.parametrize(
    ("sides", "size", "stride"), [*product(SIDES, [1, 8, 16], [1, 3, 8, 16, 100])]
)
def test_matches_a_walk_along_each_side(sides: tuple[int, int], size: int, stride: int) -> None:
    rows, columns = (_reference(side, size, stride) for side in sides)
    expected = [(y, x) for y in rows for x in columns]
    assert crop_places(*sides, size=size, stride=stride) == expected


@pytest.mark.parametrize(("sides", "size"), [*product(SIDES, [1, 8, 16])])
def test_covers_the_image_and_never_leaves_it(sides: tuple[int, int], size: int) -> None:
    for stride in range(1, size + 1):
        seen = np.zeros(sides, int)
        for y, x in crop_places(*sides, size=size, stride=stride):
            assert 0 <= y <= sides[0] - size
            assert 0 <= x <= sides[1] - size
            seen[y : y + size, x : x + size] += 1
        assert seen.min() >= 1


def test_the_last_row_and_column_are_shifted_inwards() -> None:
    places = crop_places(70, 50, size=32, stride=32)
    assert places == [(0, 0), (0, 18), (32, 0), (32, 18), (38, 0), (38, 18)]


def test_no_place_twice_where_the_stride_fits() -> None:
    assert crop_places(64, 32, size=32, stride=32) == [(0, 0), (32, 0)]


@pytest.mark.parametrize("sides", [(31, 40), (40, 31), (1, 1)])
def test_an_image_smaller_than_a_crop_is_refused_with_both_sizes(sides: tuple[int, int]) -> None:
    with pytest.raises(InputError, match=f"at least 32x32, one crop, got {sides[0]}x{sides[1]}"):
        crop_places(*sides, size=32, stride=8)
