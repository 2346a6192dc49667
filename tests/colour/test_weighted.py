import numpy as np
import pytest

from clfnet.colour import bt601, linear
from clfnet.colour.weighted import Float, weighted


@pytest.mark.parametrize("weights", [bt601.WEIGHTS, linear.WEIGHTS])
def test_it_is_the_sum(weights: Float) -> None:
    rgb = np.random.default_rng(0).random((5, 7, 3), np.float32)
    r, g, b = map(float, weights)
    naive = [[float(p[0]) * r + float(p[1]) * g + float(p[2]) * b for p in row] for row in rgb]
    np.testing.assert_allclose(weighted(rgb, weights), naive, atol=1e-7)
    white = weighted(np.ones((1, 1, 3), np.float32), weights)
    assert white.item() <= 1


@pytest.mark.parametrize("weights", [bt601.WEIGHTS, linear.WEIGHTS])
def test_a_part_of_a_picture_is_rounded_as_the_whole(weights: Float) -> None:
    rgb = np.random.default_rng(0).random((101, 131, 3), np.float32)
    whole = weighted(rgb, weights)
    for part in (np.s_[:1], np.s_[:, :1], np.s_[3:10, 5:80], np.s_[:, 1::2], np.s_[50, None]):
        assert (weighted(np.array(rgb[part]), weights) == whole[part]).all()
        assert (weighted(rgb[part], weights) == whole[part]).all()
