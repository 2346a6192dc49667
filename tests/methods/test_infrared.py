import numpy as np

from clfnet.methods.infrared import infrared


def test_is_the_infrared() -> None:
    rng = np.random.default_rng(0)
    pair = {"infrared": rng.random((3, 4)), "visible": rng.random((3, 4))}
    np.testing.assert_array_equal(infrared(**pair), pair["infrared"])
