"""GANMcC against its description, with weights in the order of its layers."""

from collections.abc import Callable
from typing import Any

import numpy as np

from clfnet.nn.rivals import GANMcC
from clfnet.nn.rivals.fusiongan import Discriminator


def test_is_what_was_described(
    trained: Callable[..., Any], release: Any, pair: Any, planes: Any
) -> None:
    network = trained(GANMcC())
    tensors = release(network)
    streams = []
    for _ in range(2):
        layers = []
        for _ in range(4):
            layers.append(tensors.layer(border=None))
            tensors.take(), tensors.take()
        streams.append(layers)
    last = tensors.layer(border=None)
    assert tensors.done()
    a, b = (np.pad(image, ((0, 0), (6, 6), (6, 6)), "edge") for image in planes)
    outputs = []
    for inputs, layers in zip(((a, a, b), (b, b, a)), streams, strict=True):
        x = np.concatenate(inputs)
        for layer in layers:
            x = layer(x)
            x = (x - x.mean((1, 2), keepdims=True)) / np.sqrt(x.var((1, 2), keepdims=True) + 1e-5)
            x = np.maximum(x, 0.2 * x)
        outputs.append(x)
    expected = np.tanh(last(np.concatenate(2 * outputs)))
    np.testing.assert_allclose(network(*pair)[0].detach(), expected, atol=1e-9)


def test_the_discriminator_has_the_papers_number_of_weights() -> None:
    assert sum(p.numel() for p in Discriminator(120, 2).parameters()) == 407_170
