from typing import Any

import numpy as np
import pytest

from clfnet.align import Rig, onto
from clfnet.errors import AlignmentError, InputError

SHIFT = np.array([[1.0, 0, 3], [0, 1, -2], [0, 0, 1]])


@pytest.fixture
def rig() -> Rig:
    return Rig(SHIFT, (20, 10), (24, 16), None, "by hand")


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("channels", [(), (3,)])
def test_a_whole_shift_moves_pixels_exactly(
    dtype: Any, channels: tuple[int, ...], rig: Rig
) -> None:
    rng = np.random.default_rng(0)
    infrared = rng.integers(0, 255, (10, 20, *channels)).astype(dtype)
    visible = rng.integers(0, 255, (16, 24, *channels)).astype(dtype)
    pair = onto("visible", infrared, visible, rig)
    assert pair.visible is visible
    assert pair.infrared.dtype == dtype
    np.testing.assert_allclose(pair.infrared[:8, 3:23], infrared[2:], atol=1e-3)
    assert pair.box.corners == (3, 0, 23, 8)
    assert pair.covered.sum() == 20 * 8
    assert not pair.infrared[~pair.covered].any()
    heat, light = pair.cropped()
    assert heat.shape == light.shape == (8, 20, *channels)

    pair = onto("infrared", infrared, visible, rig)
    assert pair.infrared is infrared
    np.testing.assert_allclose(pair.visible[2:], visible[:8, 3:23], atol=1e-3)
    assert pair.box.corners == (0, 2, 20, 10)


def test_full_scale_stays_full_scale(rig: Rig) -> None:
    infrared, visible = np.full((10, 20), 65535, np.uint16), np.zeros((16, 24), np.uint8)
    pair = onto("visible", infrared, visible, rig)
    assert (pair.infrared[pair.covered] == 65535).all()


def test_both_grids_agree(rig: Rig) -> None:
    rng = np.random.default_rng(0)
    infrared, visible = rng.random((40, 80)), rng.random((64, 96))
    tilted = SHIFT + np.array([[0.1, 0.02, 0], [0, 0.05, 0], [1e-4, 0, 0]])
    rig = Rig(tilted, (20, 10), (24, 16), None, "by hand")
    infrared = np.tile(np.linspace(0, 1, 80, dtype=np.float32), (40, 1))
    there = onto("visible", infrared, visible[:64].astype(np.float32), rig)
    back = onto("infrared", infrared, there.infrared, rig)
    inside = np.zeros_like(back.covered)
    inside[back.box.slices] = True
    inside &= np.roll(inside, 4, 0) & np.roll(inside, -4, 0) & np.roll(inside, 4, 1)
    inside &= np.roll(inside, -4, 1)
    assert inside.sum() > 1000
    np.testing.assert_allclose(back.visible[inside], infrared[inside], atol=2e-3)


def test_a_rig_serves_other_resolutions(rig: Rig) -> None:
    pair = onto("visible", np.ones((5, 10), np.uint8), np.ones((32, 48), np.uint8), rig)
    assert pair.box.corners == (6, 0, 46, 16)


def test_other_proportions_are_refused(rig: Rig) -> None:
    with pytest.raises(InputError, match="proportions"):
        onto("visible", np.ones((10, 10), np.uint8), np.ones((16, 24), np.uint8), rig)


def test_pictures_apart_are_refused() -> None:
    away = Rig(np.array([[1.0, 0, 50], [0, 1, 0], [0, 0, 1]]), (20, 10), (24, 16), None, "")
    with pytest.raises(AlignmentError, match="must overlap"):
        onto("visible", np.ones((10, 20), np.uint8), np.ones((16, 24), np.uint8), away)
