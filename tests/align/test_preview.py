import numpy as np
from tests.align.conftest import Scene

from clfnet.align import Rig, preview
from clfnet.align.preview import checkerboard, edge_overlay


def test_squares_alternate() -> None:
    infrared, visible = np.zeros((24, 48), np.float32), np.ones((24, 48), np.float32)
    found = checkerboard(infrared, visible, np.ones((24, 48), bool))
    assert found.shape == (24, 48, 3)
    assert (found[:4, :4] == 255).all()
    assert (found[:4, 4:8] == 0).all()
    assert (found[4:8, :4] == 0).all()


def test_where_infrared_sees_nothing_the_visible_fades() -> None:
    nothing = np.zeros((24, 48), bool)
    found = checkerboard(np.zeros((24, 48), np.float32), np.ones((24, 48), np.float32), nothing)
    assert (found == round(0.35 * 255)).all()


def test_edges_that_coincide_are_white() -> None:
    step = np.zeros((40, 60), np.float32)
    step[:, 30:] = 1
    moved = np.roll(step, 12, axis=1)
    moved[:, :12] = 0
    everywhere = np.ones(step.shape, bool)
    together = edge_overlay(1 - step, step, everywhere)
    np.testing.assert_array_equal(together[20, 29], [255, 255, 255])
    apart = edge_overlay(moved, step, everywhere)
    np.testing.assert_array_equal(apart[20, 29], [0, 255, 255])
    np.testing.assert_array_equal(apart[20, 41], [255, 0, 0])


def test_the_border_of_the_infrared_picture_is_no_edge() -> None:
    covered = np.zeros((40, 60), bool)
    covered[10:30, 20:50] = True
    found = edge_overlay(covered.astype(np.float32), np.zeros((40, 60), np.float32), covered)
    assert not found.any()


def test_panels_stand_side_by_side_on_a_grid_that_is_good_to_look_at(scene: Scene) -> None:
    rig = Rig(scene.homography, (300, 240), (320, 240), None, "")
    found = preview(scene.infrared, scene.visible, rig)
    assert found.dtype == np.uint8
    assert found.shape == (360, 480 + 8 + 480, 3)
    aligned = found[:, 488:].min(axis=2)  # white where edges coincide
    shift = np.array([[1, 0, 9], [0, 1, 9], [0, 0, 1]])
    away = Rig(shift @ scene.homography, (300, 240), (320, 240), None, "")
    moved = preview(scene.infrared, scene.visible, away)[:, 488:].min(axis=2)
    assert aligned.mean() > 1.5 * moved.mean()


def test_wide_panels_stand_above_each_other() -> None:
    rig = Rig(np.eye(3), (400, 100), (400, 100), None, "")
    picture = np.random.default_rng(0).random((100, 400))
    assert preview(picture, picture, rig).shape == (120 + 8 + 120, 480, 3)
