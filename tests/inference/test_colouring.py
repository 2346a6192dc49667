"""What a fused luma becomes."""

from typing import Any

import numpy as np
import pytest

from clfnet.inference.colouring import Colouring
from clfnet.method import FloatImage


@pytest.fixture
def picture() -> FloatImage:
    return np.random.default_rng(0).random((5, 7, 3), np.float32)


def test_the_fused_luma_is_met(picture: FloatImage) -> None:
    fused = np.random.default_rng(1).random((5, 7), np.float32)
    for space in ("bt601", "linear"):
        colouring = Colouring(space)
        found = colouring.luma(colouring(picture, fused, fused))
        np.testing.assert_allclose(found, fused, atol=2e-6)


def test_grey_stays_grey_but_for_paint(picture: FloatImage) -> None:
    grey, fused = picture[..., 0], picture[..., 1]
    np.testing.assert_array_equal(Colouring()(grey, fused, grey), fused)
    assert Colouring(palette="ironbow")(grey, fused, grey).shape == (5, 7, 3)


@pytest.mark.parametrize(
    ("options", "share"),
    [
        ({}, 1.0),
        ({"strength": 0.25}, 0.25),
        ({"palette": "lava"}, 0.0),
        ({"palette": "lava", "strength": 1.0}, 1.0),
    ],
)
def test_strength_and_its_default(options: dict[str, Any], share: float) -> None:
    assert Colouring(**options).share == share


def test_paint_goes_over_the_visible_picture(picture: FloatImage) -> None:
    heat = np.zeros((5, 7), np.float32)
    heat[2, 3] = 1
    painted = Colouring(palette="ironbow")(picture, 1 - picture[..., 0], heat)
    changed = np.abs(painted - picture).max(axis=2) > 1e-6
    assert np.argwhere(changed).tolist() == [[2, 3]]


def test_the_record() -> None:
    assert Colouring().record() == {"space": "bt601", "strength": 1.0}
    assert Colouring("linear", 0.5, "lava", 0.7).record() == {
        "space": "linear",
        "strength": 0.5,
        "palette": "lava",
        "hot": 0.7,
    }
