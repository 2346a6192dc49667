"""RFN-Nest against its description, with weights in the order of its layers."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from clfnet.nn.rivals import RFNNest
from clfnet.nn.rivals.rfn_nest import quadrants


def _relu(x: Any) -> Any:
    return np.maximum(x, 0)


def _fused(tensors: Any, a: Any, b: Any) -> Any:
    """By the sheet of layers; images (1, H, W) in levels."""

    def layer() -> Any:
        convolve = tensors.layer(border="reflect")
        return lambda x: _relu(convolve(x))

    def block() -> Any:
        first, second = layer(), layer()
        return lambda *maps: second(first(np.concatenate(maps)))

    def pool(x: Any) -> Any:
        h, w = x.shape[1] // 2, x.shape[2] // 2
        return x[:, : 2 * h, : 2 * w].reshape(len(x), h, 2, w, 2).max((2, 4))

    def up(x: Any, like: Any) -> Any:
        x = x.repeat(2, 1).repeat(2, 2)
        rows, columns = (like.shape[i] - x.shape[i] for i in (1, 2))
        return np.pad(
            x,
            ((0, 0), (rows // 2, rows - rows // 2), (columns // 2, columns - columns // 2)),
            "reflect",
        )

    first, blocks = layer(), [block() for _ in range(4)]

    def encode(image: Any) -> list[Any]:
        x = blocks[0](first(image))
        codes = [x]
        for each in blocks[1:]:
            x = each(pool(x))
            codes.append(x)
        return codes

    b11, b21, b31, b12, b22, b13 = (block() for _ in range(6))
    last = layer()
    codes = []
    for x, y in zip(encode(a), encode(b), strict=True):
        both, ir, vi, c1, c2, c3 = (layer() for _ in range(6))
        codes.append(both(np.concatenate((x, y))) + c3(c2(c1(np.concatenate((ir(x), vi(y)))))))
    x1, x2, x3, x4 = codes
    x11, x21, x31 = b11(x1, up(x2, x1)), b21(x2, up(x3, x2)), b31(x3, up(x4, x3))
    x12, x22 = b12(x1, x11, up(x21, x1)), b22(x2, x21, up(x31, x2))
    return last(b13(x1, x11, x12, up(x22, x1)))


@pytest.mark.parametrize("size", [(16, 16), (19, 26)], ids=str)
def test_is_what_was_described(trained: Callable[..., Any], release: Any, size: Any) -> None:
    network = trained(RFNNest())
    tensors = release(network)
    images = torch.rand(2, 1, 1, *size) * 2 - 1
    raw = _fused(tensors, *(127.5 * image[0].numpy() + 127.5 for image in images))
    assert tensors.done()
    assert raw.max() > raw.min()
    expected = 255 * (raw - raw.min()) / (raw.max() - raw.min() + 1e-5)
    found = (network(*images)[0].detach().numpy() + 1) * 127.5
    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-7)


def test_a_long_side_is_fused_in_quadrants(
    trained: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    network = trained(RFNNest())
    images = torch.rand(2, 1, 1, 50, 520) * 2 - 1
    monkeypatch.setattr(network, "fuse_part", lambda a, b: a + 2 * b)  # of no surroundings
    whole = images[0] + 2 * images[1]
    expected = (whole - whole.min()) / (whole.max() - whole.min() + 1e-5) * 2 - 1
    torch.testing.assert_close(network(*images), expected)
    sides: list[Any] = []

    def record(infrared: torch.Tensor, visible: torch.Tensor) -> torch.Tensor:
        sides.append(infrared.shape[2:])
        return visible

    monkeypatch.setattr(network, "fuse_part", record)
    network(*images)
    assert sides == [(28, 263), (28, 262), (27, 263), (27, 262)]


@pytest.mark.parametrize("size", [(600, 513), (17, 801)], ids=str)
def test_quadrants_overlap_by_five(size: tuple[int, int]) -> None:
    count = np.zeros(size, int)
    for place in quadrants(*size):
        count[place] += 1
    assert count.min() == 1
    assert (count[0] == 2).sum() == 5
    assert (count[:, 0] == 2).sum() == 5
    assert (count == 4).sum() == 25


def test_parts_have_the_papers_number_of_weights() -> None:
    network = RFNNest()
    fusion = sum(p.numel() for p in network.fusion.parameters())
    assert (fusion, sum(p.numel() for p in network.parameters()) - fusion) == (4_791_488, 2_732_761)
