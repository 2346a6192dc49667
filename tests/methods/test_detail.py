import numpy as np

from clfnet.methods.classical import Plane
from clfnet.methods.detail import detail


def _reference_detail(infrared: Plane, visible: Plane) -> Plane:
    """Pixel by pixel, with a Gaussian of σ = 6 as a window of 49×49."""
    offsets = np.arange(-24, 25)
    window = np.exp(-(offsets[:, None] ** 2 + offsets**2) / 72)
    window /= window.sum()
    heat, light = (np.pad(image, 24, mode="symmetric") for image in (infrared, visible))
    fused = np.empty_like(infrared)
    for i, j in np.ndindex(fused.shape):
        base = (window * light[i : i + 49, j : j + 49]).sum()
        blurred = (window * heat[i : i + 49, j : j + 49]).sum()
        fused[i, j] = base + (visible[i, j] - base) + 0.8 * (infrared[i, j] - blurred)
    return fused


def test_reference(pair: tuple[Plane, Plane]) -> None:
    infrared, visible = (image[:30, :26] for image in pair)
    expected = _reference_detail(infrared, visible)
    np.testing.assert_allclose(detail(infrared, visible), expected, atol=1e-9)


def test_a_flat_infrared_adds_nothing(pair: tuple[Plane, Plane]) -> None:
    visible = pair[1]
    np.testing.assert_allclose(detail(np.full_like(visible, 0.9), visible), visible, atol=1e-12)


def test_what_is_colder_becomes_darker() -> None:
    infrared = np.full((40, 40), 0.5)
    infrared[18:22, 18:22] = 0.1
    fused = detail(infrared, np.full((40, 40), 0.5))
    assert fused[20, 20] < 0.3 < fused[0, 0]
