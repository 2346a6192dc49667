import numpy as np
import pytest
from tests.align.conftest import Scene, grid_error

from clfnet.align.descriptors import describe, inset, spread
from clfnet.align.geometry import apply, inverse
from clfnet.align.refine import Level, correlation, refine

NUDGE = np.array([[1.004, 0.004, 0.9], [-0.004, 0.996, -1.0], [0, 0, 1]])


def test_climbs_to_the_truth(scene: Scene) -> None:
    start = NUDGE @ scene.homography
    level = Level.make(spread(scene.infrared), spread(scene.visible), start, 320)
    fit = refine(level, start)
    assert fit is not None
    assert grid_error(scene.homography, start, (300, 240)) > 2
    assert grid_error(scene.homography, fit.homography, (300, 240)) < 1


def test_correlation_never_falls(scene: Scene) -> None:
    level = Level.make(spread(scene.infrared), spread(scene.visible), scene.homography, 160)
    before = level.view(level.pull(NUDGE @ scene.homography))
    fit = refine(level, NUDGE @ scene.homography)
    assert before is not None
    assert fit is not None
    assert fit.correlation > before.correlation + 0.1


def test_pictures_apart_have_no_fit(scene: Scene) -> None:
    away = np.array([[1.0, 0, 500], [0, 1, 0], [0, 0, 1]]) @ scene.homography
    level = Level.make(spread(scene.infrared), spread(scene.visible), away, 160)
    assert refine(level, away) is None


def test_levels_have_details_of_one_size() -> None:
    coarse, fine = np.zeros((120, 160), np.float32), np.zeros((960, 1280), np.float32)
    level = Level.make(coarse, fine, np.diag([8.0, 8.0, 1.0]), 448)
    assert level.size == (240, 180)  # half as much again as the infrared image has
    assert level.infrared.shape == (120, 160)


def test_pull_and_push_are_inverse(scene: Scene) -> None:
    level = Level.make(scene.infrared, scene.visible, scene.homography, 100)
    pull = level.pull(scene.homography)
    np.testing.assert_allclose(level.push(pull), scene.homography, atol=1e-9)
    # The middle of the visible image is the middle of its level.
    middle = apply(pull, np.array([[49.5, 37.0]]))
    full = apply(inverse(scene.homography), np.array([[159.5, 119.5]]))
    expected = (full + 0.5) * level.infrared.shape[1] / 300 - 0.5
    np.testing.assert_allclose(middle, expected, atol=0.5)


def test_correlation_is_that_of_each_channel() -> None:
    a, b = (describe(np.random.default_rng(seed).random((30, 40), np.float32)) for seed in (1, 2))
    valid = inset((30, 40), 3)
    mixed = a + b
    products, norms = 0.0, np.zeros(2)
    for first, second in zip(a, mixed, strict=True):
        x, y = first[valid] - first[valid].mean(), second[valid] - second[valid].mean()
        products += float(x @ y)
        norms += [x @ x, y @ y]
    assert correlation(a, mixed, valid) == pytest.approx(products / np.sqrt(norms.prod()), rel=1e-4)
    assert correlation(a, a, valid) == pytest.approx(1, rel=1e-4)
    assert correlation(a, np.zeros_like(a), valid) == 0
