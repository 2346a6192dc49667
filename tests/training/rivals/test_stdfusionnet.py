"""The masks that stand in for the authors'."""

import numpy as np
import pytest

from clfnet.training.rivals.stdfusionnet import salient_mask


def _picture(*boxes: tuple[slice, slice]) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    picture = np.random.default_rng(0).integers(45, 55, (120, 150), np.uint8)
    for box in boxes:
        picture[box] = 240
    return picture


def test_targets_and_two_pixels_around_them() -> None:
    person, car = np.s_[30:50, 20:28], np.s_[80:95, 100:130]
    mask = salient_mask(_picture(person, car))
    expected = np.zeros_like(mask)
    for rows, columns in (person, car):
        for y in range(120):
            for x in range(150):
                near_y = max(rows.start - y, y - rows.stop + 1, 0)
                near_x = max(columns.start - x, x - columns.stop + 1, 0)
                expected[y, x] |= near_y + near_x <= 2
    np.testing.assert_array_equal(mask, expected)


@pytest.mark.parametrize("box", [np.s_[10:13, 10:13], np.s_[0:60, 0:120]], ids=["small", "large"])
def test_what_is_no_target(box: tuple[slice, slice]) -> None:
    assert not salient_mask(_picture(box)).any()
