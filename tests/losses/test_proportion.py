import pytest
import torch

from clfnet.losses import proportion_loss


def _laplacian(image: torch.Tensor, y: int, x: int) -> float:
    def at(row: int, column: int) -> float:
        inside = 0 <= row < image.shape[0] and 0 <= column < image.shape[1]
        return float(image[row, column]) if inside else 0.0

    near = at(y - 1, x) + at(y + 1, x) + at(y, x - 1) + at(y, x + 1)
    return near - 4 * at(y, x)


def test_matches_the_loop_over_pixels() -> None:
    torch.manual_seed(0)
    f, a, b = torch.rand(3, 4, 5, dtype=torch.float64)
    total = 0.0
    for y in range(4):
        for x in range(5):
            edges = [_laplacian(image, y, x) for image in (f, a, b)]
            total += 1.0 * float(f[y, x] - a[y, x]) ** 2 + 0.3 * float(f[y, x] - b[y, x]) ** 2
            total += 4.0 * (edges[0] - edges[1]) ** 2 + 5.0 * (edges[0] - edges[2]) ** 2
    found = proportion_loss(
        *(image[None, None] for image in (f, a, b)),
        infrared_intensity=1,
        visible_intensity=0.3,
        infrared_gradient=4,
        visible_gradient=5,
    )
    assert float(found) == pytest.approx(total / 20)
