"""DJI's counts."""

import numpy as np
import pytest

from clfnet.thermal.dji import counts

SMOOTH = (7000 + 300 * np.hypot(*np.mgrid[-1:1:128j, -1:1:160j])).astype("<u2")


@pytest.mark.parametrize("screen", [(160, 128), (320, 256), (80, 64), (640, 512)])
def test_counts_have_the_proportions_of_the_screen(screen: tuple[int, int]) -> None:
    found = counts(SMOOTH.tobytes(), screen)
    assert found is not None
    np.testing.assert_array_equal(found, SMOOTH)


def test_a_known_sensor_beside_another_screen() -> None:
    found = counts(np.full((512, 640), 9, "<u2").tobytes(), (1920, 1080))
    assert found is not None
    assert found.shape == (512, 640)


def test_packed_data_is_no_picture() -> None:
    noise = np.random.default_rng(0).bytes(SMOOTH.nbytes)
    assert counts(noise, (160, 128)) is None
    assert counts(SMOOTH.byteswap().tobytes(), (160, 128)) is None
    assert counts(SMOOTH.tobytes() + b"x", (160, 128)) is None
