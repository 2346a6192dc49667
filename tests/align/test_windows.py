import numpy as np
import pytest
from tests.align.conftest import Scene

from clfnet.align.descriptors import centred, spread
from clfnet.align.windows import MOVES, REACH, Windows


def test_a_match_is_the_correlation_of_a_window(scene: Scene) -> None:
    windows = Windows.compare(spread(scene.infrared), spread(scene.visible), scene.homography)
    assert windows is not None
    view = windows.level.view(windows.pull)
    assert view is not None
    light = centred(windows.level.visible, view.valid)
    heat = centred(view.descriptors, view.valid)
    edge = ((0, 0), (REACH, REACH), (REACH, REACH))
    inside = windows.centres.min(axis=1) > 60
    for window in np.flatnonzero(inside)[::7]:
        left, top = (windows.centres[window] - 23.5).astype(int)
        here = light[:, top : top + 48, left : left + 48]
        for move in (0, 100, 144, 288):
            x, y = MOVES[move] + REACH + [left, top]
            cut = np.s_[y : y + 48, x : x + 48]
            there = np.pad(heat, edge)[:, *cut]
            known = np.pad(view.valid, edge[1:])[cut]
            own = (here**2 * known).sum()
            other = (there**2 * view.valid[top : top + 48, left : left + 48]).sum()
            expected = (here * there).sum() / np.sqrt(own * other)
            assert windows.matches[move, window] == pytest.approx(expected, abs=1e-4)


def test_windows_match_best_where_they_are(scene: Scene) -> None:
    for x, y in ((0, 0), (5, -3)):
        moved = np.array([[1, 0, x], [0, 1, y], [0, 0, 1.0]]) @ scene.homography
        windows = Windows.compare(spread(scene.infrared), spread(scene.visible), moved)
        assert windows is not None
        best = np.median(MOVES[windows.matches.argmax(axis=0)], axis=0)
        # The level is 256 pixels wide, the visible image 320.
        np.testing.assert_allclose(best, np.array([x, y]) * 256 / 320, atol=1)


def test_pictures_apart_have_no_windows(scene: Scene) -> None:
    away = np.array([[1.0, 0, 400], [0, 1, 0], [0, 0, 1]])
    assert Windows.compare(spread(scene.infrared), spread(scene.visible), away) is None
