import numpy as np
import pytest
from tests.align.conftest import Scene, grid_error, pair

from clfnet.align.descriptors import spread
from clfnet.align.vote import Freedom, vote

AFFINE = np.array([[0.85, 0.04, 20.0], [-0.01, 0.75, 20.0], [0, 0, 1]])
TILTED = np.array([[0.9, 0.02, 14.0], [0.01, 0.88, 12.0], [3e-4, 2e-4, 1]])
NUDGE = np.array([[1.02, 0.01, -5.0], [-0.01, 0.985, 4.0], [0, 0, 1]])


@pytest.mark.parametrize(("freedom", "homography"), [(6, AFFINE), (8, TILTED)])
def test_moves_to_the_truth(freedom: Freedom, homography: np.ndarray) -> None:
    scene = pair(homography, (300, 240))
    heat, light = spread(scene.infrared), spread(scene.visible)
    start = NUDGE @ homography
    assert grid_error(homography, start, (300, 240)) > 5
    for _ in range(2):
        voted = vote(heat, light, start, freedom)
        assert voted is not None
        start = voted
    assert grid_error(homography, start, (300, 240)) < 1


def test_the_truth_stays(scene: Scene) -> None:
    heat, light = spread(scene.infrared), spread(scene.visible)
    voted = vote(heat, light, scene.homography, 8)
    assert voted is not None
    assert grid_error(scene.homography, voted, (300, 240)) < 0.7


def test_a_half_that_sees_something_else_is_outvoted(scene: Scene) -> None:
    heat, light = spread(scene.infrared), spread(scene.visible)
    heat[:, :120] = np.random.default_rng(0).random((240, 120))
    voted = vote(heat, light, np.array([[1, 0, 3], [0, 1, -3], [0, 0, 1.0]]) @ scene.homography, 6)
    assert voted is not None
    seen = np.array([[1, 0, 150], [0, 1, 0], [0, 0, 1.0]])
    assert grid_error(scene.homography @ seen, voted @ seen, (150, 240)) < 1.5


def test_too_few_windows_have_no_vote(scene: Scene) -> None:
    heat, light = spread(scene.infrared), spread(scene.visible)
    away = np.array([[1, 0, 400], [0, 1, 0], [0, 0, 1.0]])
    assert vote(heat, light, away, 6) is None
    small = heat[:60, :60]
    assert vote(small, small, np.eye(3), 6) is None
