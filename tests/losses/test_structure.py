import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter
from torch import Tensor

from clfnet.losses import structure_loss


def _blur(image: np.ndarray, sigma: float) -> np.ndarray:
    blurred: np.ndarray = gaussian_filter(image, sigma, mode="reflect", truncate=3.0)
    return blurred


def _reference(images: Tensor, sharpness: list[float], preference: list[float]) -> float:
    """Band by band, with another Gaussian, in double precision."""
    f, a, b = images.double().numpy()
    total = 0.0
    for band, (power, preferred) in enumerate(zip(sharpness, preference, strict=True)):
        scale = 2.0**band
        bands = [image - _blur(image, scale) for image in (f, a, b)]
        ea, eb = (_blur(each**2, 1.5 * scale) + 4e-5 for each in bands[1:])
        share = ea**power / (ea**power + (preferred * eb) ** power)
        total += float(np.abs(bands[0] - share * bands[1] - (1 - share) * bands[2]).mean())
        f, a, b = (_blur(image, scale) for image in (f, a, b))
    return total


@pytest.mark.parametrize(
    ("sharpness", "preference"),
    [
        ([1.0] * 3, [1.0] * 3),
        ([8.0] * 3, [1.0] * 3),
        ([6.0, 3.0], [2.0, 0.5]),
        ([8.0, 8.0, 8.0, 2.0], [1.5, 1.5, 2.0, 4.0]),
    ],
)
def test_matches_another_implementation(sharpness: list[float], preference: list[float]) -> None:
    torch.manual_seed(0)
    images = torch.rand(3, 40, 32) * 2 - 1
    got = structure_loss(*images[:, None, None], sharpness=sharpness, preference=preference)
    assert float(got) == pytest.approx(_reference(images, sharpness, preference), rel=1e-3)


def test_its_defaults_are_three_bands_and_no_preference() -> None:
    images = torch.rand(3, 40, 32, generator=torch.Generator().manual_seed(0)) * 2 - 1
    assert float(structure_loss(*images[:, None, None])) == pytest.approx(
        _reference(images, [3.0] * 3, [1.0] * 3), rel=1e-3
    )


def test_the_source_with_more_contrast_is_the_reference_whichever_is_brighter() -> None:
    torch.manual_seed(0)
    textured = torch.rand(1, 1, 32, 32) * 0.4 - 0.9
    bright = torch.full_like(textured, 0.8)
    for sources in ((textured, bright), (bright, textured)):
        assert structure_loss(textured, *sources) < 0.05 * structure_loss(bright, *sources)


def test_brightness_alone_costs_nothing() -> None:
    torch.manual_seed(0)
    x, y = torch.rand(2, 1, 1, 32, 32) - 0.5
    assert float(structure_loss(x + 0.3, x, y)) == pytest.approx(
        float(structure_loss(x, x, y)), abs=1e-5
    )


def test_the_sources_get_no_gradient() -> None:
    images = [torch.rand(1, 1, 24, 24, requires_grad=True) for _ in range(3)]
    gradients = torch.autograd.grad(structure_loss(*images), images, allow_unused=True)
    assert gradients[0] is not None
    assert gradients[0].abs().sum() > 0
    assert all(gradient is None or not gradient.any() for gradient in gradients[1:])
