"""STDFusionNet against its description, with weights in the order of its layers."""

from collections.abc import Callable
from typing import Any

import numpy as np

from clfnet.nn.rivals import STDFusionNet


def _active(x: Any) -> Any:
    return np.where(x > 0, x, 0.2 * x)


def _elu(x: Any) -> Any:
    return np.where(x > 0, x, np.expm1(x))


def test_is_what_was_described(
    trained: Callable[..., Any], release: Any, pair: Any, planes: Any
) -> None:
    network = trained(STDFusionNet())
    tensors = release(network)

    def residual(activation: Any, *, changes: bool = True) -> Any:
        first, second, third = (tensors.layer() for _ in range(3))
        identity = tensors.layer(bias=False) if changes else lambda x: x
        return lambda x: activation(third(_active(second(_active(first(x))))) + identity(x))

    def encoder() -> Any:
        first = tensors.layer()
        blocks = [residual(_active, changes=False), residual(_active), residual(_active)]

        def run(x: Any) -> Any:
            x = _active(first(x))
            for block in blocks:
                x = block(x)
            return x

        return run

    visible, infrared = encoder(), encoder()
    decoder = [residual(each) for each in (_elu, _elu, _active, np.tanh)]
    assert tensors.done()
    x = np.concatenate((visible(planes[1]), infrared(planes[0])))
    for block in decoder:
        x = block(x)
    np.testing.assert_allclose(network(*pair)[0].detach(), x, atol=1e-9)
