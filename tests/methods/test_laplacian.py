import numpy as np
import pytest

from clfnet.methods.classical import Plane
from clfnet.methods.laplacian import laplacian
from clfnet.methods.pyramid import expand, reduce


def _reference_laplacian(infrared: Plane, visible: Plane, levels: int) -> Plane:
    """One level and the rest below it, place by place; the pyramid has its own test."""
    if levels == 0 or min(infrared.shape) == 1:
        return (infrared + visible) / 2
    low_a, low_b = reduce(infrared), reduce(visible)
    details = infrared - expand(low_a, infrared), visible - expand(low_b, visible)
    fused = expand(_reference_laplacian(low_a, low_b, levels - 1), infrared)
    for at in np.ndindex(fused.shape):
        fused[at] += max(details[0][at], details[1][at], key=abs)
    return fused


@pytest.mark.parametrize("levels", [0, 1, 3, 9])
def test_reference(levels: int, pair: tuple[Plane, Plane]) -> None:
    expected = _reference_laplacian(*pair, levels)
    np.testing.assert_allclose(laplacian(*pair, levels=levels), expected, atol=1e-12)


def test_flat_against_detail_keeps_all_detail(pair: tuple[Plane, Plane]) -> None:
    image = pair[0]
    fused = laplacian(np.full_like(image, image.mean()), image, levels=1)
    low = expand(reduce(image), image)
    np.testing.assert_allclose(fused - (low + image.mean()) / 2, image - low, atol=1e-12)


def test_is_linear_in_contrast(pair: tuple[Plane, Plane]) -> None:
    halved = laplacian(pair[0] / 2 + 0.1, pair[1] / 2 + 0.1)
    np.testing.assert_allclose(halved, laplacian(*pair) / 2 + 0.1, atol=1e-12)
