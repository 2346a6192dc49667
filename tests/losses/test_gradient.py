import pytest
import torch

from clfnet.losses import gradient_loss


def test_matches_the_loop_over_pixels() -> None:
    torch.manual_seed(0)
    f, a, b = torch.rand(3, 4, 5, dtype=torch.float64)

    def stronger(x: float, y: float) -> float:
        return x if abs(x) > abs(y) else y

    rows = [
        abs(
            float(f[y + 1, x] - f[y, x])
            - 1.2 * stronger(float(a[y + 1, x] - a[y, x]), float(b[y + 1, x] - b[y, x]))
        )
        for y in range(3)
        for x in range(5)
    ]
    columns = [
        abs(
            float(f[y, x + 1] - f[y, x])
            - 1.2 * stronger(float(a[y, x + 1] - a[y, x]), float(b[y, x + 1] - b[y, x]))
        )
        for y in range(4)
        for x in range(4)
    ]
    expected = sum(rows) / len(rows) + sum(columns) / len(columns)
    images = [image[None, None] for image in (f, a, b)]
    assert float(gradient_loss(*images, gain=1.2)) == pytest.approx(expected)


def test_a_constant_added_costs_nothing() -> None:
    x = torch.rand(1, 1, 6, 6, dtype=torch.float64)
    assert float(gradient_loss(x + 0.3, x, torch.zeros_like(x))) == pytest.approx(0, abs=1e-12)
