"""The student against its formula, pixel by pixel."""

from math import tanh

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from clfnet.errors import ConfigError
from clfnet.nn import FastNet
from clfnet.nn.fast import BASES, bases, bent, stronger


def lively(channels: int = 6, blocks: int = 2, factor: int = 2) -> FastNet:
    """A small student in double precision, whose coefficients are far from where they start."""
    torch.manual_seed(2)
    network = FastNet(channels, blocks, factor).double().eval()
    torch.nn.init.normal_(network.head.weight, std=0.3)
    return network


def pair(height: int, width: int, *, seed: int = 0) -> tuple[Tensor, Tensor]:
    random = torch.Generator().manual_seed(seed)
    images = torch.rand(2, 1, 1, height, width, generator=random, dtype=torch.float64) * 2 - 1
    return images[0], images[1]


def at(image: Tensor, y: int, x: int) -> float:
    """A pixel, the border repeated."""
    height, width = image.shape
    return float(image[min(max(y, 0), height - 1), min(max(x, 0), width - 1)])


def detail_at(image: Tensor, y: int, x: int) -> float:
    weights = {-1: 1, 0: 2, 1: 1}
    mean = sum(
        weights[dy] * weights[dx] * at(image, y + dy, x + dx) / 16
        for dy in weights
        for dx in weights
    )
    return at(image, y, x) - mean


def test_the_bases_pixel_by_pixel() -> None:
    infrared, visible = (image[0, 0] for image in pair(5, 4))
    brighter = torch.maximum(infrared, visible)
    got = bases(infrared[None, None], visible[None, None])
    assert got.shape == (1, BASES, 5, 4)
    seen = set()
    for y in range(5):
        for x in range(4):
            a, b = detail_at(infrared, y, x), detail_at(visible, y, x)
            seen.add(abs(a) > abs(b))
            expected = [
                at(infrared, y, x), at(visible, y, x), at(brighter, y, x),
                a, b, detail_at(brighter, y, x), (a * abs(a) + b * abs(b)) / (abs(a) + abs(b)),
            ]  # fmt: skip
            assert got[0, :, y, x].tolist() == pytest.approx(expected, abs=1e-5)
    assert seen == {False, True}


def test_the_stronger_detail_does_not_jump() -> None:
    a = torch.linspace(-1, 1, 201, dtype=torch.float64)
    both = stronger(a[:, None], a[None])
    assert both.diff(dim=0).abs().max() < 0.02
    assert both.diff(dim=1).abs().max() < 0.02


def reference(network: FastNet, infrared: Tensor, visible: Tensor) -> Tensor:
    """The student, written with functional calls, in [0, 1] in and out and not bent."""
    f = network.factor
    height, width = infrared.shape[-2:]
    rows, columns = -(-height // f), -(-width // f)
    y, x = (
        torch.arange(n * f).clamp(max=side - 1)
        for n, side in ((rows, height), (columns, width))
    )  # fmt: skip
    images = torch.cat((infrared, visible), 1)[:, :, y][..., x]
    places = F.pixel_unshuffle(images, f)
    z = F.relu(F.conv2d(places, network.stem.weight.flatten(1)[..., None, None], network.stem.bias))
    for block in network.body:
        state = block.state_dict()
        depthwise = F.conv2d(
            z, state["depthwise.weight"], state["depthwise.bias"], padding=1, groups=z.shape[1]
        )
        z = z + F.relu(F.conv2d(depthwise, state["pointwise.weight"], state["pointwise.bias"]))
    maps = F.pixel_shuffle(F.conv2d(z, network.head.weight, network.head.bias), f)
    maps = maps[..., :height, :width]
    mixed = sum(maps[:, k] * bases(infrared, visible)[:, k] for k in range(BASES))
    return (mixed + maps[:, BASES])[:, None]


@pytest.mark.parametrize("factor", [1, 2, 3])
@pytest.mark.parametrize("size", [(1, 1), (2, 5), (12, 12), (13, 17)])
def test_matches_its_formula(factor: int, size: tuple[int, int]) -> None:
    network = lively(factor=factor)
    infrared, visible = pair(*size)
    with torch.no_grad():
        straight = reference(network, (infrared + 1) / 2, (visible + 1) / 2)
    expected = straight.clone().apply_(bent_pixel) * 2 - 1
    with torch.no_grad():
        torch.testing.assert_close(network(infrared, visible), expected)
        torch.testing.assert_close(network.train()(infrared, visible), expected)
    if min(size) > 10:  # else the comparison could not fail
        assert expected.std() > 0.1
        assert straight.min() < 0.1 or straight.max() > 0.9


def bent_pixel(x: float) -> float:
    if x < 0.1:
        return 0.1 - 0.1 * tanh((0.1 - x) / 0.1)
    return 0.9 + 0.1 * tanh((x - 0.9) / 0.1) if x > 0.9 else x


def test_no_pixel_is_clipped() -> None:
    x = torch.linspace(-0.5, 1.5, 2001, dtype=torch.float64, requires_grad=True)
    y = bent(x)
    assert 0 < y.min() < y.max() < 1
    (slope,) = torch.autograd.grad(y.sum(), x)
    assert slope.min() > 0
    assert slope.max() <= 1
    torch.testing.assert_close(y[700:1301], x[700:1301])  # 0.2 to 0.8


def test_a_pixel_depends_on_no_more_than_its_margin() -> None:
    network = lively().train()
    infrared, visible = (image.requires_grad_() for image in pair(41, 43))
    assert network.margin == 6
    reached = []
    for y, x in ((20, 20), (21, 21)):
        gradient = torch.autograd.grad(network(infrared, visible)[0, 0, y, x], infrared)[0][0, 0]
        ys, xs = torch.nonzero(gradient, as_tuple=True)
        reached += [int((ys - y).abs().max()), int((xs - x).abs().max())]
    assert max(reached) <= network.margin
    assert max(reached) > network.margin - network.factor  # and no margin is given away


@pytest.mark.parametrize("factor", [1, 2, 3])
def test_it_starts_as_the_maximum(factor: int) -> None:
    infrared, visible = pair(13, 17)
    with torch.no_grad():
        fused = FastNet(4, 1, factor).double()(infrared, visible)
    expected = (torch.maximum(infrared, visible) + 1) / 2
    torch.testing.assert_close(fused, expected.apply_(bent_pixel) * 2 - 1)


def test_the_published_size() -> None:
    network = FastNet(32, 6, 2)
    # stem, blocks, head; at a quarter of the places; and three times the detail
    expected = (8 * 32 + 6 * (9 * 32 + 32 * 32) + 32 * 32) / 4 + 27
    assert network.multiply_adds == expected
    assert sum(p.numel() for p in network.parameters()) == (
        8 * 32 + 32 + 6 * (9 * 32 + 32 + 32 * 32 + 32) + 32 * 32 + 32
    )


@pytest.mark.parametrize("sizes", [(0, 1, 1), (1, 0, 1), (1, 1, 0)])
def test_sizes_below_one_are_refused(sizes: tuple[int, int, int]) -> None:
    with pytest.raises(ConfigError, match="must be at least 1, got"):
        FastNet(*sizes)
