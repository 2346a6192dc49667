"""IFCNN against its description, with weights in the order of its layers."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from clfnet.nn.rivals import IFCNN
from clfnet.nn.rivals.ifcnn import filter_bank


@pytest.mark.parametrize("rule", ["max", "mean", "sum"])
@pytest.mark.parametrize("normalisation", ["none", "imagenet"])
def test_is_what_was_described(
    trained: Callable[..., Any],
    release: Any,
    pair: Any,
    planes: Any,
    shake_norms: Any,
    rule: str,
    normalisation: str,
) -> None:
    network = trained(IFCNN(rule, normalisation))
    shake_norms(network)
    network.eval()
    tensors = release(network)
    conv1 = tensors.layer(border="edge", bias=False)

    def with_norm(statistics: Any) -> Any:
        convolve = tensors.layer(border="edge", bias=False)
        scale, shift = tensors.take(), tensors.take()
        mean, var = (x.numpy() for x in (statistics.running_mean, statistics.running_var))

        def run(x: Any) -> Any:
            x = (convolve(x) - mean[:, None, None]) / np.sqrt(var[:, None, None] + 1e-5)
            return np.maximum(x * scale[:, None, None] + shift[:, None, None], 0)

        return run

    conv2, conv3, conv4 = with_norm(network.norm2), with_norm(network.norm3), tensors.layer()
    assert tensors.done()
    mean, deviation = np.zeros((3, 1, 1)), np.ones((3, 1, 1))
    if normalisation == "imagenet":
        mean = np.array([0.485, 0.456, 0.406])[:, None, None]
        deviation = np.array([0.229, 0.224, 0.225])[:, None, None]
    features = [
        conv2(conv1(((image + 1) / 2 - mean) / deviation)) for image in planes
    ]  # (3, H, W) by broadcasting
    by_name: dict[str, Any] = {"max": np.max, "mean": np.mean, "sum": np.sum}
    joined = by_name[rule](features, axis=0)
    rgb = np.clip(conv4(conv3(joined)) * deviation + mean, 0, 1)
    grey = 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2]
    found = (network(*pair)[0, 0].detach().numpy() + 1) / 2
    np.testing.assert_allclose(found, grey, atol=1e-9)


def test_any_number_of_images_in_any_order() -> None:
    network = IFCNN("mean").eval()
    images = torch.rand(3, 1, 3, 9, 8)
    torch.testing.assert_close(network.fuse(*images), network.fuse(*images.flip(0)))


def test_the_first_layer_stands_still_and_is_made_by_formula() -> None:
    network = IFCNN()
    assert sum(p.numel() for p in network.parameters() if not p.requires_grad) == 9408
    bank = filter_bank()
    torch.testing.assert_close(network.conv1.weight.detach(), bank)
    grey = bank.sum(1)  # what a grey image sees
    torch.testing.assert_close(grey[:51].flatten(1).norm(dim=1), torch.full((51,), 1.5))
    assert grey[:48].sum((1, 2)).abs().max() < 1e-9  # flat areas: only the Gaussians answer
    assert (grey[48:51].sum((1, 2)) > 1).all()
