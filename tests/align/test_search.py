import numpy as np
import pytest
from tests.align.conftest import Scene, grid_error

from clfnet.align.descriptors import spread
from clfnet.align.search import ROTATIONS, SCALES, evidence, starts


def test_one_of_the_starts_is_near(scene: Scene) -> None:
    found = starts(spread(scene.infrared), spread(scene.visible), 4)
    near = [grid_error(scene.homography, start.homography, (300, 240)) for start in found]
    assert min(near) < 16  # of a diagonal of 400
    assert near[0] == min(near)


def test_starts_are_sorted_and_differ(scene: Scene) -> None:
    found = starts(spread(scene.infrared), spread(scene.visible), 6)
    assert len(found) == 6
    values = [start.evidence for start in found]
    assert values == sorted(values, reverse=True)
    for index, start in enumerate(found):
        for other in found[:index]:
            assert grid_error(start.homography, other.homography, (300, 240)) > 16


def test_little_overlap_is_little_evidence() -> None:
    assert evidence(0.4, 1.0) == pytest.approx(0.4)
    assert evidence(0.4, 0.5) < 0.3


def test_the_range_is_symmetric() -> None:
    np.testing.assert_allclose(np.array(SCALES) * np.array(SCALES[::-1]), 1)
    np.testing.assert_allclose(np.array(ROTATIONS), -np.array(ROTATIONS[::-1]))
