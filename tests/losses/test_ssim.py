"""SSIM against the loop over windows."""

from typing import Any

import numpy as np
import pytest
import torch

from clfnet.errors import InputError
from clfnet.losses import contrast_structure, product_ms_ssim, ssim


def _naive(a: Any, b: Any, white: float, size: int = 11) -> tuple[float, float]:
    """The means of SSIM and of its contrast and structure, of one image (H, W)."""
    c1, c2 = (0.01 * white) ** 2, (0.03 * white) ** 2
    at = np.arange(size) - (size - 1) / 2
    profile = np.exp(-(at**2) / (2 * 1.5**2))
    weights = np.outer(profile, profile)
    weights /= weights.sum()
    whole, parts = [], []
    for y in range(a.shape[0] - size + 1):
        for x in range(a.shape[1] - size + 1):
            p, q = (image[y : y + size, x : x + size] for image in (a, b))
            mp, mq = (weights * p).sum(), (weights * q).sum()
            vp, vq = (weights * (p - mp) ** 2).sum(), (weights * (q - mq) ** 2).sum()
            covariance = (weights * (p - mp) * (q - mq)).sum()
            structure = (2 * covariance + c2) / (vp + vq + c2)
            parts.append(structure)
            whole.append(structure * (2 * mp * mq + c1) / (mp**2 + mq**2 + c1))
    return float(np.mean(whole)), float(np.mean(parts))


@pytest.mark.parametrize("white", [1.0, 255.0])
def test_matches_the_loop_over_windows(white: float) -> None:
    a, b = np.random.default_rng(0).random((2, 2, 13, 15)) * white
    images = (torch.from_numpy(each)[:, None] for each in (a, b))
    naive = [_naive(x, y, white) for x, y in zip(a, b, strict=True)]
    first, second = images
    assert ssim(first, second, data_range=white).tolist() == pytest.approx([v for v, _ in naive])
    found = contrast_structure(first, second, data_range=white).tolist()
    assert found == pytest.approx([v for _, v in naive])


def test_product_of_scales_as_released() -> None:
    a, b = np.random.default_rng(0).random((2, 20, 24)) * 255
    weights = np.array([0.0448, 0.2856, 0.3001]) / (0.0448 + 0.2856 + 0.3001)
    expected, x, y = 1.0, a, b
    values = []
    for _ in range(3):
        values.append([(v + 1) / 2 for v in _naive(x, y, 255, min(11, *x.shape))])
        x, y = (
            im[: 2 * (len(im) // 2), : 2 * (im.shape[1] // 2)]
            .reshape(len(im) // 2, 2, im.shape[1] // 2, 2)
            .mean((1, 3))
            for im in (x, y)
        )
    for scale in range(2):
        expected *= values[scale][1] ** weights[scale] * values[2][0] ** weights[2]
    found = product_ms_ssim(
        *(torch.from_numpy(each)[None, None] for each in (a, b)), data_range=255, scales=3
    )
    assert float(found) == pytest.approx(expected)


def test_what_is_too_small_is_said() -> None:
    small = torch.rand(1, 1, 10, 12)
    with pytest.raises(InputError, match="at least 11×11, the window, got 10×12"):
        ssim(small, small, data_range=1)
    with pytest.raises(InputError, match="`scales` must be between 2 and 5, got 6"):
        product_ms_ssim(small, small, data_range=1, scales=6)
    with pytest.raises(InputError, match="at least 16 pixels a side for 5 scales"):
        product_ms_ssim(small, small, data_range=1)
