from math import exp

import pytest
import torch
from scipy.ndimage import gaussian_filter

from clfnet.losses.blur import gaussian_blur


@pytest.mark.parametrize("sigma", [1.0, 2.0, 4.0])
def test_matches_another_implementation(sigma: float) -> None:
    torch.manual_seed(0)
    images = torch.rand(2, 3, 40, 31)
    got = gaussian_blur(images, sigma)
    for image, blurred in zip(images.flatten(0, 1), got.flatten(0, 1), strict=True):
        wanted = gaussian_filter(image.numpy(), sigma, mode="reflect", truncate=3.0)
        assert blurred.numpy() == pytest.approx(wanted, abs=1e-5)


def test_a_window_larger_than_the_image_is_mirrored_again() -> None:
    blurred = gaussian_blur(torch.tensor([[[[0.0, 1.0]]]]), 1.0)
    weights = {offset: exp(-(offset**2) / 2) for offset in range(-3, 4)}
    bright = {-3, -2, 1, 2}  # mirrored: ... 0 | 1 1 | 0 [0] 1 | 1 0 0 | 1 ...
    wanted = sum(weights[offset] for offset in bright) / sum(weights.values())
    assert float(blurred[..., 0]) == pytest.approx(wanted)
