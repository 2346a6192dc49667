"""What `clfnet explain` asks, as ONNX: the encoders and the projection head."""

import numpy as np
import onnx

from clfnet.graphs.graph import Graph, array, folded, image, res_blocks
from clfnet.nn import CLFNet, ProjectionHead

STRIDE = 4
"""Pixels between the places at which the graph compares."""


def explain_graph(
    network: CLFNet, head: ProjectionHead, *, stride: int = STRIDE
) -> onnx.ModelProto:
    """Eq. (7)'s two cosines as ONNX, at every `stride`-th pixel from the first.

    Returns:
        A model with inputs `infrared`, `visible` and `fused`, (1, 1, H, W) in [0, 1], and outputs
        `infrared_cosine` and `visible_cosine`, (1, 1, ⌈H / stride⌉, ⌈W / stride⌉). Its metadata has
        `stride` and `margin`, how far in pixels a cosine depends on the images.
    """
    graph = Graph()
    encoders = {"infrared": network.infrared_encoder, "visible": network.visible_encoder}
    weight1, bias1 = folded(head.first, head.norm)
    weight2, bias2 = array(head.second.weight), array(head.second.bias)
    for source, encoder in encoders.items():
        both = graph.node("Concat", [source, "fused"], axis=0)  # (2, 1, H, W)
        x = graph.chain(res_blocks(encoder), both, images=True)  # (2, 4w, H, W)
        x = graph.conv(x, weight1[..., None, None], bias1, stride=stride)
        x = graph.node("LeakyRelu", [x], alpha=head.activation.negative_slope)
        x = graph.conv(x, weight2[..., None, None], bias2)  # (2, D, h, w)
        _cosine(graph, x, f"{source}_cosine")
    return graph.model(
        [image(name) for name in (*encoders, "fused")],
        [image(f"{source}_cosine", "rows", "columns") for source in encoders],
        margin=len(res_blocks(network.infrared_encoder)),  # a 3×3 convolution in each
        stride=stride,
    )


def _cosine(graph: Graph, pair: str, output: str) -> None:
    """Add the cosine of the two vectors (2, D, h, w) at each place."""
    norm = graph.node("ReduceL2", [pair], axes=[1], keepdims=1)
    least = graph.weight(np.array([1e-8], np.float32))
    unit = graph.node("Div", [pair, graph.node("Max", [norm, least])])  # (2, D, h, w)
    product = graph.node("ReduceProd", [unit], axes=[0], keepdims=1)  # (1, D, h, w)
    graph.node("ReduceSum", [product, graph.weight(np.array([1]))], output, keepdims=1)
