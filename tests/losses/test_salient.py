import pytest
import torch

from clfnet.losses import salient_loss


def _sobel(image: torch.Tensor, y: int, x: int) -> float:
    def at(row: int, column: int) -> float:
        inside = 0 <= row < image.shape[0] and 0 <= column < image.shape[1]
        return float(image[row, column]) if inside else 0.0

    across = sum(w * (at(y + i, x + 1) - at(y + i, x - 1)) for i, w in ((-1, 1), (0, 2), (1, 1)))
    down = sum(w * (at(y + 1, x + i) - at(y - 1, x + i)) for i, w in ((-1, 1), (0, 2), (1, 1)))
    return abs(across) + abs(down)


def test_matches_the_loop_over_pixels() -> None:
    torch.manual_seed(0)
    f, a, b, m = torch.rand(4, 4, 5, dtype=torch.float64)
    total = 0.0
    for y in range(4):
        for x in range(5):
            edges = [_sobel(image, y, x) for image in (f, a, b)]
            hot = float(m[y, x])
            total += (1 - hot) * (abs(float(f[y, x] - b[y, x])) + abs(edges[0] - edges[2]))
            total += 7 * hot * (abs(float(f[y, x] - a[y, x])) + abs(edges[0] - edges[1]))
    found = salient_loss(*(image[None, None] for image in (f, a, b, m)))
    assert float(found) == pytest.approx(total / 20)
