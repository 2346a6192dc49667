import numpy as np

from clfnet.methods.classical import Plane
from clfnet.methods.trivial import average, infrared, maximum, visible


def test_the_sources_themselves(pair: tuple[Plane, Plane]) -> None:
    np.testing.assert_array_equal(infrared(infrared=pair[0], visible=pair[1]), pair[0])
    np.testing.assert_array_equal(visible(infrared=pair[0], visible=pair[1]), pair[1])


def test_the_mean(pair: tuple[Plane, Plane]) -> None:
    fused = average(*pair)
    for place, value in [(at, fused[at]) for at in [(0, 0), (3, 5), (11, 16)]]:
        assert value == sum(float(image[place]) for image in pair) / 2


def test_the_maximum(pair: tuple[Plane, Plane]) -> None:
    expected = [max(a, b) for a, b in zip(pair[0].flat, pair[1].flat, strict=True)]
    np.testing.assert_array_equal(maximum(*pair).ravel(), expected)
