"""PMGI against its description, with weights in the order of its layers."""

from collections.abc import Callable
from typing import Any

import numpy as np

from clfnet.nn.rivals import PMGI


def test_is_what_was_described(
    trained: Callable[..., Any], release: Any, pair: Any, planes: Any
) -> None:
    network = trained(PMGI())
    tensors = release(network)

    def layer() -> Any:
        convolve = tensors.layer()
        tensors.take(), tensors.take()  # scale and shift, which the test script does not load

        def run(*maps: Any) -> Any:
            x = convolve(np.concatenate(maps))
            x = (x - x.mean((1, 2), keepdims=True)) / np.sqrt(x.var((1, 2), keepdims=True) + 1e-5)
            return np.where(x > 0, x, 0.2 * x)

        return run

    c = [layer() for _ in range(12)]
    last = tensors.layer()
    assert tensors.done()
    a, b = planes
    i1, g1 = c[0](a, a, b), c[1](b, b, a)
    i2, g2 = c[2](i1), c[3](g1)
    t2i, t2g = c[4](i2, g2), c[5](i2, g2)
    i3, g3 = c[6](i1, i2, t2i), c[7](g1, g2, t2g)
    t3i, t3g = c[8](i3, g3), c[9](i3, g3)
    i4, g4 = c[10](i1, i2, i3, t3i), c[11](g1, g2, g3, t3g)
    expected = np.tanh(last(np.concatenate((i1, g1, i2, g2, i3, g3, i4, g4))))
    np.testing.assert_allclose(network(*pair)[0].detach(), expected, atol=1e-9)
