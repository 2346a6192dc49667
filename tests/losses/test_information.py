from math import exp

import pytest
import torch

from clfnet.losses import information, information_loss, ssim


def _squared_gradient(image: torch.Tensor) -> float:
    """The mean over pixels of (mean of eight neighbours − pixel)², beyond the border 0."""
    total = 0.0
    height, width = image.shape
    for y in range(height):
        for x in range(width):
            near = [
                float(image[y + i, x + j])
                for i in (-1, 0, 1)
                for j in (-1, 0, 1)
                if (i or j) and 0 <= y + i < height and 0 <= x + j < width
            ]
            total += (sum(near) / 8 - float(image[y, x])) ** 2
    return total / image.numel()


def test_matches_the_loop_over_pixels_of_a_pyramid() -> None:
    image = torch.rand(16, 32, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    expected, level = 0.0, image
    for _ in range(5):
        expected += _squared_gradient(level) / 5
        height, width = level.shape
        level = level.reshape(height // 2, 2, width // 2, 2).mean((1, 3)) if height > 1 else level
    assert float(information(image[None, None])) == pytest.approx(expected)


def test_is_the_weighted_sum_of_its_terms() -> None:
    f, a, b = torch.rand(3, 2, 1, 16, 18, generator=torch.Generator().manual_seed(0)).double()
    b = b / 4  # less to see
    expected = 0.0
    for i in range(2):
        one = slice(i, i + 1)
        ga, gb = float(information(a[one])), float(information(b[one]))
        weight = exp(ga / 0.05) / (exp(ga / 0.05) + exp(gb / 0.05))
        assert weight > 0.5
        for share, source in ((weight, a), (1 - weight, b)):
            similarity = float(ssim(f[one], source[one], data_range=1))
            distance = float(((f[one] - source[one]) ** 2).mean())
            expected += share * (1 - similarity + 20 * distance) / 2
    assert float(information_loss(f, a, b, scale=0.05)) == pytest.approx(expected)


def test_weights_have_no_gradient() -> None:
    a = torch.rand(1, 1, 16, 16, requires_grad=True)
    f, b = torch.rand(2, 1, 1, 16, 16)
    information_loss(f, a.detach(), b, scale=0.1)
    loss = information_loss(f, a, b, scale=1e-6)  # the weight is 0 or 1, whatever a moves to
    assert torch.autograd.grad(loss, a)[0].isfinite().all()
