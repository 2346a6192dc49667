"""Whether a pair lies right, against loops over shifts."""

import numpy as np
import pytest
from numpy.typing import NDArray

from clfnet.align.displacement import _scores, displacement
from clfnet.example import ExamplePair, night_street

Levels = NDArray[np.uint8]


@pytest.fixture(scope="module")
def scene() -> ExamplePair:
    return night_street()


def test_scores_are_masked_correlations() -> None:
    rng = np.random.default_rng(0)
    heat, light = rng.normal(size=(2, 4, 9, 12)).astype(np.float32)
    down, right = np.arange(-4, 5), np.arange(-6, 7)
    found = _scores(heat, light, down, right)
    for row, y in enumerate(range(-4, 5)):
        for column, x in enumerate(range(-6, 7)):
            a = heat[:, max(0, -y) : 9 - max(0, y), max(0, -x) : 12 - max(0, x)]
            b = light[:, max(0, y) : 9 + min(0, y), max(0, x) : 12 + min(0, x)]
            overlap = (9 - abs(y)) * (12 - abs(x)) / 108
            naive = (a * b).sum() / np.sqrt((a**2).sum() * (b**2).sum()) * overlap**0.75
            assert found[row, column] == pytest.approx(naive if overlap >= 0.5 else -1, abs=1e-5)


def test_a_pair_that_lies_right(scene: ExamplePair) -> None:
    found = displacement(scene.infrared, scene.visible[..., 1])
    assert (found.gain, found.shift, found.is_clear) == (1.0, (0.0, 0.0), False)


@pytest.mark.parametrize(("x", "y"), [(30, 0), (-40, 18), (26, -30)])
def test_a_shift_is_found(scene: ExamplePair, x: int, y: int) -> None:
    height, width = scene.infrared.shape
    heat = _cut(scene.infrared, -x, -y, width, height)
    light = _cut(scene.visible[..., 1], x, y, width, height)
    found = displacement(heat, light)
    assert found.is_clear
    np.testing.assert_allclose(found.shift, (-x, -y), atol=8)


def _cut(image: Levels, x: int, y: int, width: int, height: int) -> Levels:
    return image[max(0, y) : height + min(0, y), max(0, x) : width + min(0, x)]
