"""FusionGAN against its description, with weights in the order of its layers."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch.nn.utils import parametrize

from clfnet.nn.rivals import FusionGAN
from clfnet.nn.rivals.fusiongan import Discriminator, spectral_norm


def _stream(tensors: Any) -> Callable[[Any], Any]:
    layers = []
    for _ in range(4):
        layers.append(tensors.layer(border=None))
        tensors.take(), tensors.take()  # scale and shift, which the test script does not load

    def run(x: Any) -> Any:
        for layer in layers:
            x = layer(x)
            mean, var = x.mean((1, 2), keepdims=True), x.var((1, 2), keepdims=True)
            x = (x - mean) / np.sqrt(var + 1e-5)
            x = np.where(x > 0, x, 0.2 * x)
        return x

    return run


def test_is_what_was_described(
    trained: Callable[..., Any], release: Any, pair: Any, planes: Any
) -> None:
    network = trained(FusionGAN())
    tensors = release(network)
    features, last = _stream(tensors), tensors.layer(border=None)
    assert tensors.done()
    x = np.pad(np.concatenate(planes), ((0, 0), (6, 6), (6, 6)), "edge")
    np.testing.assert_allclose(network(*pair)[0].detach(), np.tanh(last(features(x))), atol=1e-9)


def test_training_loses_the_border_and_norms_over_the_batch(trained: Callable[..., Any]) -> None:
    network = trained(FusionGAN()).train()
    images = torch.rand(2, 3, 1, 20, 22)
    first = network.features[:2](torch.cat(tuple(images), 1))
    scale, shift = network.features[1].norm.weight, network.features[1].norm.bias
    torch.testing.assert_close(first.mean((0, 2, 3)), shift)
    torch.testing.assert_close(first.std((0, 2, 3), correction=0), scale.abs(), rtol=1e-3, atol=0)
    assert network.inner(*images).shape == (3, 1, 8, 10)


def test_discriminator_of_a_smaller_crop() -> None:
    network = Discriminator(64, 2)
    assert network(torch.rand(3, 1, 64, 64)).shape == (3, 2)
    assert network.last.in_features == 3 * 3 * 256
    kinds = [type(module).__name__ for module in network.layers]
    assert kinds[:5] == ["Conv2d", "LeakyReLU", "Conv2d", "BatchNorm2d", "LeakyReLU"]


def test_spectral_norms_are_one(trained: Callable[..., Any]) -> None:
    network = trained(Discriminator(32))
    raw = network.layers[0].weight.detach().clone()
    spectral_norm(network)
    network.train()
    for _ in range(50):
        network(torch.rand(2, 1, 32, 32))
    sigma = torch.linalg.svdvals(raw.flatten(1))[0]
    torch.testing.assert_close(network.layers[0].weight.detach(), raw / sigma, rtol=1e-3, atol=0)


def test_one_power_iteration_for_passes_that_are_cached() -> None:
    torch.manual_seed(0)
    network = Discriminator(32)
    spectral_norm(network)
    images = torch.rand(2, 1, 32, 32)
    states = []
    with parametrize.cached():
        for _ in range(2):
            network(images)
            states.append({name: value.clone() for name, value in network.named_buffers()})
    assert states[0].keys() == {
        f"{layer}.parametrizations.weight.0.{vector}"
        for layer in ("layers.0", "layers.2", "layers.5", "layers.8", "last")
        for vector in ("_u", "_v")
    }
    assert all(bool((states[1][name] == value).all()) for name, value in states[0].items())
