import numpy as np

from clfnet.methods.classical import Plane
from clfnet.methods.maximum import maximum


def test_reference(pair: tuple[Plane, Plane]) -> None:
    expected = [max(a, b) for a, b in zip(pair[0].flat, pair[1].flat, strict=True)]
    np.testing.assert_array_equal(maximum(*pair).ravel(), expected)
