import numpy as np
import pytest
from tests.align.conftest import Scene

from clfnet.align import THRESHOLD, Rig, quality_of
from clfnet.align.descriptors import spread
from clfnet.align.quality import Agreement, agreement


def test_windows_agree_in_place_alone(scene: Scene) -> None:
    heat, light = spread(scene.infrared), spread(scene.visible)
    right = agreement(heat, light, scene.homography)
    assert right.share > 0.8
    assert right.windows > 50
    for x, y in ((6, 0), (0, -6), (20, 20)):
        moved = np.array([[1, 0, x], [0, 1, y], [0, 0, 1.0]]) @ scene.homography
        assert agreement(heat, light, moved).share < 0.2


def test_contrast_does_not_count(scene: Scene) -> None:
    heat, light = spread(scene.infrared), spread(scene.visible)
    one = agreement(heat, light, scene.homography)
    other = agreement(1 - 0.3 * heat, light, scene.homography)
    assert other.share == pytest.approx(one.share, abs=0.02)


def test_pictures_that_have_nothing_in_common_do_not_agree() -> None:
    rng = np.random.default_rng(0)
    heat, light = (rng.random((240, 320)).astype(np.float32) for _ in range(2))
    found = agreement(heat, light, np.eye(3))
    assert found.windows > 50
    assert found.share < THRESHOLD / 2
    assert not found.is_trusted


def test_pictures_apart_have_no_windows(scene: Scene) -> None:
    away = np.array([[1.0, 0, 400], [0, 1, 0], [0, 0, 1]])
    assert agreement(spread(scene.infrared), spread(scene.visible), away) == (0.0, 0)


@pytest.mark.parametrize(
    ("share", "windows", "trusted"),
    [(0.8, 100, True), (0.33, 62, True), (0.32, 200, False), (0.9, 21, False), (0.0, 0, False)],
)
def test_the_gate_asks_for_a_share_and_for_a_number(
    share: float, windows: int, trusted: bool
) -> None:
    assert Agreement(share, windows).is_trusted is trusted


def test_quality_of_a_rig_takes_any_range(scene: Scene) -> None:
    rig = Rig(scene.homography, (300, 240), (320, 240), None, "by hand")
    thermal = (30_000 + 200 * scene.infrared).astype(np.uint16)
    assert quality_of(thermal, scene.visible, rig) > 0.8
