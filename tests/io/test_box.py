"""Rectangles of pixels, against loops over pixels."""

import numpy as np
import pytest

from clfnet.errors import ConfigError, InputError
from clfnet.io.box import Box


@pytest.mark.parametrize("text", ["60,40,32,24", " 60 , 40,32, 24 "])
def test_parse(text: str) -> None:
    assert Box.parse(text) == Box(60, 40, 32, 24)
    assert Box.parse(str(Box.parse(text))) == Box.of(text)


@pytest.mark.parametrize(
    "text", ["", "1,2,3", "1,2,3,4,5", "-1,0,2,2", "0,0,0,5", "0,0,5,0", "1.5,0,2,2", "0,0,2,x"]
)
def test_what_is_no_box(text: str) -> None:
    assert Box.of(text) is None
    with pytest.raises(ConfigError, match=f"`exclude` must be X,Y,WIDTH,HEIGHT .*{text!r}"):
        Box.parse(text, "exclude")


def test_slices_and_corners_hold_the_same_pixels() -> None:
    box = Box(3, 1, 4, 2)
    cut = np.zeros((6, 9), bool)
    cut[box.slices] = True
    expected = [
        [3 <= x < 3 + 4 and 1 <= y < 1 + 2 for x in range(9)] for y in range(6)
    ]  # a loop over pixels
    assert cut.tolist() == expected
    assert Box.between(*box.corners) == box
    assert box.scaled(3).corners == tuple(3 * side for side in box.corners)


@pytest.mark.parametrize("box", [(7, 0, 3, 1), (0, 4, 1, 3), (-1, 0, 2, 2), (0, 0, 0, 1)])
def test_what_is_not_inside(box: tuple[int, int, int, int]) -> None:
    with pytest.raises(InputError, match=r"mine must be inside the 9x6 image, got x=-?\d, y="):
        Box(*box).check_inside(9, 6, "mine")


def test_what_is_inside() -> None:
    for x in range(6):
        for y in range(5):
            Box(x, y, 4, 2).check_inside(9, 6)


def test_within_keeps_the_size_where_it_can() -> None:
    for box in (Box(90, 10, 20, 200), Box(0, 0, 5, 5), Box(500, 500, 7, 7)):
        moved = box.within(100, 50)
        moved.check_inside(100, 50)
        assert (moved.width, moved.height) == (min(box.width, 100), min(box.height, 50))
