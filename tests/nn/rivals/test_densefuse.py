"""DenseFuse against its description, with weights in the order of its layers."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from clfnet.errors import ConfigError
from clfnet.nn.rivals import DenseFuse


def _relu(x: Any) -> Any:
    return np.maximum(x, 0)


@pytest.mark.parametrize("publisher", ["torch", "tensorflow"])
@pytest.mark.parametrize("rule", ["addition", "l1"])
def test_is_what_was_described(
    trained: Callable[..., Any], release: Any, pair: Any, planes: Any, publisher: str, rule: str
) -> None:
    network = trained(DenseFuse(publisher, rule))
    tensors = release(network)
    e1, e2, e3, e4, d1, d2, d3, d4 = (tensors.layer(border="reflect") for _ in range(8))
    assert tensors.done()

    def encode(image: Any) -> Any:
        maps = _relu(e1(127.5 * image + 127.5))
        for layer in (e2, e3, e4):
            maps = np.concatenate((maps, _relu(layer(maps))))
        return maps

    a, b = map(encode, planes)
    if rule == "addition":
        code = (a + b) / 2
    else:
        height, width = a.shape[1:]
        code = np.empty_like(a)
        for y in range(height):
            for x in range(width):
                near = np.s_[:, max(0, y - 1) : y + 2, max(0, x - 1) : x + 2]
                wa, wb = (np.abs(each[near]).sum(0).mean() for each in (a, b))
                code[:, y, x] = (wa * a[:, y, x] + wb * b[:, y, x]) / (wa + wb)
    levels = d4(_relu(d3(_relu(d2(_relu(d1(code)))))))
    if publisher == "torch":
        levels = _relu(levels)
    found = (network(*pair)[0].detach().numpy() + 1) * 127.5
    np.testing.assert_allclose(found, levels, rtol=1e-9, atol=1e-9)


def test_one_source_twice_is_its_reconstruction(trained: Callable[..., Any], pair: Any) -> None:
    network = trained(DenseFuse())
    levels = (network(pair[0], pair[0]) + 1) * 127.5
    torch.testing.assert_close(levels, network.reconstruct(pair[0]).relu())


@pytest.mark.parametrize("seed", range(4))
def test_training_starts_from_any_seed(seed: int) -> None:
    torch.manual_seed(seed)
    network = DenseFuse()
    output = network.reconstruct(torch.rand(1, 1, 12, 12)).mean()
    gradients = torch.autograd.grad(output, list(network.parameters()))
    assert all(float(gradient.abs().max()) > 0 for gradient in gradients)


def test_an_unknown_option_is_named() -> None:
    with pytest.raises(ConfigError, match="`rule` must be one of addition, l1, got 'sum'"):
        DenseFuse(rule="sum")
