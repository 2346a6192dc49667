"""The graph that `clfnet explain` runs computes Eq. (7)'s cosines."""

import numpy as np
import onnxruntime
import pytest
import torch
from torch.nn import functional as F

from clfnet import weights
from clfnet.graphs import explain_graph
from clfnet.nn import CLFNet, ProjectionHead
from clfnet.training.network_file import load_network


@pytest.mark.parametrize(("height", "width", "stride"), [(9, 14, 4), (1, 1, 4), (8, 5, 1)])
def test_the_graph_equals_torch(height: int, width: int, stride: int) -> None:
    torch.manual_seed(height)
    network, head = CLFNet(2).eval(), ProjectionHead(8, 10, 5).eval()
    for norm in (head.norm, *(m for m in network.modules() if isinstance(m, torch.nn.BatchNorm2d))):
        torch.nn.init.uniform_(norm.weight, 0.5, 1.5)
        torch.nn.init.normal_(norm.bias, std=0.3)
    graph = explain_graph(network, head, stride=stride).SerializeToString()
    images = torch.rand(3, 1, 1, height, width)
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    names = ("infrared", "visible", "fused")
    feeds = {name: image.numpy() for name, image in zip(names, images, strict=True)}
    found = session.run(["infrared_cosine", "visible_cosine"], feeds)
    facts = session.get_modelmeta().custom_metadata_map
    assert (facts["stride"], facts["margin"]) == (str(stride), "4")
    for index, encoder in enumerate((network.infrared_encoder, network.visible_encoder)):
        with torch.inference_mode():
            query, positive = (
                head(encoder(image * 2 - 1)[0].flatten(1).T[None])[0]
                for image in (images[2], images[index])
            )
            expected = F.cosine_similarity(query, positive, dim=-1).reshape(height, width)
        np.testing.assert_allclose(found[index][0, 0], expected[::stride, ::stride], atol=1e-5)


def test_the_shipped_graph_is_the_shipped_network_and_head(shipped: weights.Model) -> None:
    assert shipped.explain is not None
    assert shipped.safetensors is not None
    head = load_network(shipped.explain.path.with_name("clfnet-head.safetensors"), ProjectionHead)
    network = load_network(shipped.safetensors.path)
    assert explain_graph(network, head).SerializeToString() == shipped.explain.read()
