from clfnet.methods.average import average
from clfnet.methods.classical import Plane


def test_reference(pair: tuple[Plane, Plane]) -> None:
    fused = average(*pair)
    for place, value in [(at, fused[at]) for at in [(0, 0), (3, 5), (11, 16)]]:
        assert value == sum(float(image[place]) for image in pair) / 2
