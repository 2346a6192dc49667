import numpy as np

from clfnet.methods.visible import visible


def test_is_the_visible() -> None:
    rng = np.random.default_rng(0)
    pair = {"infrared": rng.random((3, 4)), "visible": rng.random((3, 4))}
    np.testing.assert_array_equal(visible(**pair), pair["visible"])
