"""Three grey images that resemble each other, as a fused image and its sources do."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from clfnet.metrics import GreyImage, Metric
from clfnet.metrics.image import saturate

SHAPE = (43, 57)
"""Not square, and just large enough for VIF."""


def _smooth_noise(seed: int, sigma: float) -> GreyImage:
    noise = np.random.default_rng(seed).normal(0, 1, SHAPE)
    smooth = gaussian_filter(noise, sigma)
    return saturate(128 + 60 * smooth / smooth.std())


@pytest.fixture
def infrared() -> GreyImage:
    return _smooth_noise(seed=1, sigma=2)


@pytest.fixture
def visible() -> GreyImage:
    return _smooth_noise(seed=2, sigma=1)


@pytest.fixture
def fused(infrared: GreyImage, visible: GreyImage) -> GreyImage:
    noise = np.random.default_rng(3).normal(0, 4, SHAPE)
    mean = (infrared.astype(float) + visible) / 2
    return saturate(mean + noise)


@pytest.fixture
def fitting(
    fused: GreyImage, infrared: GreyImage, visible: GreyImage
) -> Callable[[Metric], list[GreyImage]]:
    """The three images, mirrored on to what a metric needs: fused, infrared, visible."""

    def enlarged(image: GreyImage, side: int) -> GreyImage:
        missing = [(0, max(side + i - n, 0)) for i, n in enumerate(image.shape)]
        return np.pad(image, missing, mode="reflect")

    return lambda metric: [
        enlarged(image, metric.minimum_side) for image in (fused, infrared, visible)
    ]
