"""The second scale against its definition, pixel by pixel."""

import numpy as np
import pytest
import torch

from clfnet.nn import CLFNet, FastNet
from clfnet.nn.scales import corrected, shrunk

SIZES = [(1, 1), (4, 8), (5, 11), (16, 13)]


def mean_of_square(image: np.ndarray, y: int, x: int, factor: int) -> float:
    """The mean of a square, the last row and column repeated beyond the border."""
    height, width = image.shape
    values = [
        image[min(y * factor + dy, height - 1), min(x * factor + dx, width - 1)]
        for dy in range(factor)
        for dx in range(factor)
    ]
    return float(np.mean(values))


def between(image: np.ndarray, y: float, x: float) -> float:
    """Bilinear, the border repeated."""
    height, width = image.shape
    y, x = min(max(y, 0), height - 1), min(max(x, 0), width - 1)
    top, left = int(y), int(x)
    bottom, right = min(top + 1, height - 1), min(left + 1, width - 1)
    dy, dx = y - top, x - left
    above = (1 - dx) * image[top, left] + dx * image[top, right]
    below = (1 - dx) * image[bottom, left] + dx * image[bottom, right]
    return float((1 - dy) * above + dy * below)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("factor", [1, 2, 4])
def test_shrunk(size: tuple[int, int], factor: int) -> None:
    image = np.random.default_rng(0).random(size)
    got = shrunk(torch.from_numpy(image)[None, None], factor)[0, 0].numpy()
    assert got.shape == tuple(-(-n // factor) for n in size)
    for y, x in np.ndindex(*got.shape):
        assert got[y, x] == pytest.approx(mean_of_square(image, y, x, factor))


@pytest.mark.parametrize("size", SIZES)
def test_corrected(size: tuple[int, int]) -> None:
    factor, random = 4, np.random.default_rng(1)
    fused = random.random(size) * 2 - 1
    coarse = random.random([-(-n // factor) for n in size]) * 2 - 1
    images = [torch.from_numpy(image)[None, None] for image in (fused, coarse)]
    got = corrected(images[0], images[1], factor)[0, 0].numpy()
    change = np.array(
        [
            [coarse[y, x] - mean_of_square(fused, y, x, factor) for x in range(coarse.shape[1])]
            for y in range(coarse.shape[0])
        ]
    )
    for y, x in np.ndindex(*size):
        places = ((y + 0.5) / factor - 0.5, (x + 0.5) / factor - 0.5)
        expected = fused[y, x] + between(change, *places)
        assert got[y, x] == pytest.approx(min(max(expected, -1), 1))


def test_detail_stays_and_brightness_is_the_coarse_images() -> None:
    checks = (np.indices((32, 32)).sum(axis=0) % 2 - 0.5) / 5
    fused = torch.from_numpy(checks - 0.7)[None, None]
    coarse = torch.full((1, 1, 8, 8), 0.4, dtype=torch.float64)
    torch.testing.assert_close(corrected(fused, coarse, 4)[0, 0], torch.from_numpy(checks + 0.4))


@pytest.mark.parametrize("kind", [CLFNet, FastNet])
def test_a_network_at_two_scales(kind: type[CLFNet] | type[FastNet]) -> None:
    torch.manual_seed(0)
    sizes = {"width": 4} if kind is CLFNet else {"channels": 4, "blocks": 2}
    alone = kind(**sizes).eval()
    for weight in alone.parameters():
        weight.data.mul_(2)
    both = kind(**sizes, coarse=4).eval()
    both.load_state_dict(alone.state_dict())
    pair = torch.rand(2, 2, 1, 30, 41) * 2 - 1
    with torch.no_grad():
        small = alone(*(shrunk(images, 4) for images in pair))
        expected = corrected(alone(*pair), small, 4)
        torch.testing.assert_close(both(*pair), expected)
        assert not torch.allclose(both(*pair), alone(*pair), atol=1e-3)
