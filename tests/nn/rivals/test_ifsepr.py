"""IFSepR against its description, with weights in the order of its layers."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from clfnet.nn.rivals import IFSepR
from clfnet.nn.rivals.ifsepr import joined


def _relu(x: Any) -> Any:
    return np.maximum(x, 0)


@pytest.mark.parametrize("overflow", ["clip", "wrap"])
def test_is_what_was_described(
    trained: Callable[..., Any], release: Any, pair: Any, planes: Any, overflow: str
) -> None:
    network = trained(IFSepR(overflow))
    with torch.no_grad():
        for private in (network.private_infrared, network.private_visible):
            private[4].weight.mul_(0.2)
    tensors = release(network)

    def chain(count: int) -> Any:
        layers = [tensors.layer() for _ in range(count)]

        def run(x: Any) -> Any:
            for layer in layers:
                x = _relu(layer(x))
            return x

        return run

    private_a, private_b, common, joint, trunk = (chain(n) for n in (3, 3, 2, 1, 3))
    last = tensors.layer()
    assert tensors.done()
    a, b = (np.repeat(image / 2 + 0.5, 3, axis=0) for image in planes)
    code = joint(np.concatenate((common(a), common(b))))
    private = np.maximum(private_a(a), private_b(b))
    assert (private_a(a).mean((1, 2)) + private_b(b).mean((1, 2))).max() < 3
    rgb = last(trunk(private) + trunk(code))
    assert rgb.min() < 0 or rgb.max() > 1
    if overflow == "clip":
        rgb = np.clip(rgb, 0, 1)
    else:
        rgb = (rgb * 255).astype(np.int64).astype(np.uint8) / 255  # truncates, then wraps
    grey = 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2]
    found = network(*pair)[0, 0].detach().numpy() / 2 + 0.5
    np.testing.assert_allclose(found, grey, atol=1e-9)


def test_strong_channels_are_weighted_by_the_norm_of_their_pixel() -> None:
    torch.manual_seed(0)
    a, b = torch.rand(2, 1, 3, 4, 5)
    a[:, 1] += 2.5  # its means, both together, are above 3
    fused = joined(a, b)
    for c in range(3):
        for y in range(4):
            for x in range(5):
                va, vb = a[0, :, y, x], b[0, :, y, x]
                wa, wb = va.abs().sum(), vb.abs().sum()
                weighted = (wa * va[c] + wb * vb[c]) / (wa + wb)
                expected = weighted if c == 1 else max(va[c], vb[c])
                assert float(fused[0, c, y, x]) == pytest.approx(float(expected))
