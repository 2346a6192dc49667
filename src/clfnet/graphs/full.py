"""The full network as ONNX: two graphs in one, for even widths and for odd ones."""

import numpy as np
import onnx
from onnx import TensorProto

from clfnet.graphs.graph import Graph, image, res_blocks
from clfnet.graphs.winograd import ColumnGraph
from clfnet.nn import CLFNet, Encoder

_IMAGES = ("infrared", "visible")
_MAPS_AT_ONCE = 6
"""Of the decoder's 8·width channels, float32: more than was measured, as tests of memory do."""


def full_graph(network: CLFNet) -> onnx.ModelProto:
    """The network as ONNX, batch norm folded; [0, 1] in and out, any H and W.

    Images of even width go through `clfnet.graphs.winograd`, in a quarter less of the products
    and equal but for rounding, others through the network as it is: half a column cannot be kept
    apart.

    Returns:
        A model with inputs `infrared` and `visible` and output `fused`, float32, (1, 1, H, W). Its
        metadata has `margin`, how far in pixels a pixel depends on the sources, `multiple`, which
        is 2, since tiles that begin at even columns are of even width, and `bytes_per_pixel`, what
        a pixel of a tile takes.
    """
    graph = Graph()
    width = graph.node("Shape", ["infrared"], start=3)
    odd = graph.node("Mod", [width, graph.weight(np.array([2]))])
    graph.node(
        "If",
        [graph.node("Cast", [odd], to=TensorProto.BOOL)],
        "fused",
        then_branch=_plain(network, "odd_").branch("odd_fused"),
        else_branch=_by_columns(network, "even_").branch("even_fused"),
    )
    return graph.model(
        [image(name) for name in _IMAGES],
        [image("fused")],
        margin=_reach(network),
        multiple=2,
        bytes_per_pixel=_MAPS_AT_ONCE * 4 * 8 * network.width,
    )


def plain_graph(network: CLFNet, size: tuple[int, int] | None = None) -> onnx.ModelProto:
    """The same as one graph of the network's own convolutions, for other tools to work on.

    Args:
        network: as trained.
        size: height and width; any by default.

    The maps between [0, 1] and [-1, 1] are folded too: 2x − 1 into the first block, whose
    convolutions on the input are 1×1, and (tanh(y) + 1)/2 = sigmoid(2y) into the last.
    """
    graph = _plain(network)
    shape = size or ("height", "width")
    inputs = [image(name, *shape) for name in _IMAGES]
    return graph.model(inputs, [image("fused", *shape)], margin=_reach(network))


def _plain(network: CLFNet, prefix: str = "") -> Graph:
    graph = Graph(prefix)
    features = [
        graph.chain(res_blocks(encoder), name, images=True)
        for name, encoder in zip(_IMAGES, _encoders(network), strict=True)
    ]
    both = graph.node("Concat", features, axis=1)
    graph.chain(res_blocks(network.decoder), both, last=f"{prefix}fused")
    return graph


def _by_columns(network: CLFNet, prefix: str) -> Graph:
    graph = ColumnGraph(prefix)
    infrared, visible = (
        graph.column_chain(res_blocks(encoder), graph.columns(name), images=True)
        for name, encoder in zip(_IMAGES, _encoders(network), strict=True)
    )
    both = graph.concat(infrared, visible)
    fused = graph.column_chain(res_blocks(network.decoder), both, last=True)
    graph.picture(fused, "infrared", f"{prefix}fused")
    return graph


def _encoders(network: CLFNet) -> tuple[Encoder, Encoder]:
    return network.infrared_encoder, network.visible_encoder


def _reach(network: CLFNet) -> int:
    """Each block on a path has one 3×3 convolution, which reaches a pixel further."""
    return len(res_blocks(network.infrared_encoder)) + len(res_blocks(network.decoder))
