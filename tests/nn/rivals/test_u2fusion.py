"""U2Fusion against its description, with weights in the order of its layers."""

from collections.abc import Callable
from typing import Any

import numpy as np

from clfnet.nn.rivals import U2Fusion


def test_is_what_was_described(
    trained: Callable[..., Any], release: Any, pair: Any, planes: Any
) -> None:
    network = trained(U2Fusion())
    tensors = release(network)
    layers = [tensors.layer(border="reflect") for _ in range(10)]
    assert tensors.done()

    def active(x: Any) -> Any:
        return np.where(x > 0, x, 0.2 * x)

    maps = active(layers[0](np.concatenate(planes) / 2 + 0.5))
    for layer in layers[1:6]:
        maps = np.concatenate((maps, active(layer(maps))))
    for layer in layers[6:9]:
        maps = active(layer(maps))
    expected = np.tanh(layers[9](maps)) / 2 + 0.5
    found = network(*pair)[0].detach().numpy() / 2 + 0.5
    np.testing.assert_allclose(found, expected, atol=1e-9)
