import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter
from torch import Tensor

from clfnet.losses import structure_loss


def _blur(image: np.ndarray, sigma: float) -> np.ndarray:
    blurred: np.ndarray = gaussian_filter(image, sigma, mode="reflect", truncate=3.0)
    return blurred


def _reference(images: Tensor, sharpness: float) -> float:
    """Band by band, with another Gaussian, in double precision."""
    f, a, b = images.double().numpy()
    total = 0.0
    for scale in (1.0, 2.0, 4.0):
        bands = [image - _blur(image, scale) for image in (f, a, b)]
        ea, eb = (_blur(band**2, 1.5 * scale) + 4e-5 for band in bands[1:])
        share = ea**sharpness / (ea**sharpness + eb**sharpness)
        total += float(np.abs(bands[0] - share * bands[1] - (1 - share) * bands[2]).mean())
        f, a, b = (_blur(image, scale) for image in (f, a, b))
    return total


@pytest.mark.parametrize("sharpness", [1.0, 3.0, 8.0])
def test_matches_another_implementation(sharpness: float) -> None:
    torch.manual_seed(0)
    images = torch.rand(3, 40, 32) * 2 - 1
    got = structure_loss(*images[:, None, None], sharpness=sharpness)
    assert float(got) == pytest.approx(_reference(images, sharpness), rel=1e-3)


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
