from math import sqrt

import pytest
import torch

from clfnet.losses import distillation_loss


def test_matches_the_loop_over_pixels() -> None:
    torch.manual_seed(0)
    f, t = torch.rand(2, 14, 18, dtype=torch.float64)

    def down(image: torch.Tensor, y: int, x: int) -> float:
        return float(image[y + 1, x] - image[y, x])

    def right(image: torch.Tensor, y: int, x: int) -> float:
        return float(image[y, x + 1] - image[y, x])

    def steepness(image: torch.Tensor, y: int, x: int) -> float:
        return sqrt(down(image, y, x) ** 2 + right(image, y, x) ** 2 + 1e-6)

    levels = [sqrt(float(f[y, x] - t[y, x]) ** 2 + 1e-6) for y in range(14) for x in range(18)]
    rows = [abs(down(f, y, x) - down(t, y, x)) for y in range(13) for x in range(18)]
    columns = [abs(right(f, y, x) - right(t, y, x)) for y in range(14) for x in range(17)]

    def window(image: torch.Tensor, top: int, left: int) -> float:
        places = [(top + y, left + x) for y in range(8) for x in range(8)]
        return sum(steepness(image, *place) for place in places) / 64

    corners = [(top, left) for top in (0, 4) for left in (0, 4, 8)]
    steep = [abs(window(f, *corner) - window(t, *corner)) for corner in corners]
    expected = (
        sum(levels) / len(levels)
        + 0.7 * (sum(rows) / len(rows) + sum(columns) / len(columns))
        + 0.3 * sum(steep) / len(steep)
    )
    got = distillation_loss(f[None, None], t[None, None], gradient=0.7, magnitude=0.3)
    assert float(got) == pytest.approx(expected)


def test_a_blurred_copy_pays_for_its_magnitudes() -> None:
    torch.manual_seed(0)
    teacher = torch.rand(1, 1, 16, 16, dtype=torch.float64)
    flat = torch.full_like(teacher, 0.5)
    without, with_ = (float(distillation_loss(flat, teacher, magnitude=m)) for m in (0.0, 1.0))
    assert with_ > without + 0.3


def test_an_exact_copy_has_a_gradient_of_zero() -> None:
    teacher = torch.rand(1, 1, 9, 9)
    copy = teacher.clone().requires_grad_()
    torch.autograd.backward(distillation_loss(copy, teacher))
    assert copy.grad is not None
    assert float(copy.grad.abs().max()) < 1e-9
