"""The full network as ONNX: two graphs in one, for even widths and for odd ones."""

import numpy as np
import onnx
from onnx import TensorProto

from clfnet.graphs.graph import Graph, res_blocks
from clfnet.graphs.scales import IMAGES, model
from clfnet.graphs.sides import Size
from clfnet.graphs.winograd import ColumnGraph
from clfnet.method import Reach
from clfnet.nn import CLFNet, Encoder

_MAPS_AT_ONCE = 6
"""Of the decoder's 8·width channels, float32: more than was measured, as tests of memory do."""


def full_graph(network: CLFNet) -> onnx.ModelProto:
    """The network as ONNX, batch norm folded; [0, 1] in and out, any H and W.

    Images of even width go through `clfnet.graphs.winograd`, in a quarter less of the products
    and equal but for rounding, others through the network as it is: half a column cannot be kept
    apart.

    Returns:
        A model with inputs `infrared` and `visible` and output `fused`, float32, (1, 1, H, W); at
        two scales also what `clfnet.graphs.scales` says. Its metadata is that of
        `clfnet.graphs.scales.model`; `multiple` is 2 or one of 2, since tiles that begin at even
        columns are of even width.
    """
    graph = Graph()
    width = graph.node("Shape", ["infrared"], start=3)
    odd = graph.node("Mod", [width, graph.weight(np.array([2]))])
    plain = Graph("odd_")
    fused = graph.node(
        "If",
        [graph.node("Cast", [odd], to=TensorProto.BOOL)],
        then_branch=plain.branch(_plain(network, plain, IMAGES)),
        else_branch=_by_columns(network, "even_").branch("even_fused"),
    )
    return _model(network, graph, fused, None)


def plain_graph(network: CLFNet, size: Size | None = None) -> onnx.ModelProto:
    """The same as one graph of the network's own convolutions, for other tools to work on.

    Args:
        network: as trained.
        size: height and width, for a graph without control flow that asks for no shape; any by
            default.

    The maps between [0, 1] and [-1, 1] are folded too: 2x − 1 into the first block, whose
    convolutions on the input are 1×1, and (tanh(y) + 1)/2 = sigmoid(2y) into the last.
    """
    graph = Graph()
    return _model(network, graph, _plain(network, graph, IMAGES), size)


def _model(network: CLFNet, graph: Graph, fused: str, size: Size | None) -> onnx.ModelProto:
    return model(
        graph,
        fused,
        lambda small, pair, _: _plain(network, small, pair),
        size=size,
        factor=network.coarse,
        reach=Reach(_margin(network), 2, _MAPS_AT_ONCE * 4 * 8 * network.width),
        shrunk_multiple=1,
    )


def _plain(network: CLFNet, graph: Graph, pair: tuple[str, str]) -> str:
    """Add the network at one scale; return the name of the fused image."""
    features = [
        graph.chain(res_blocks(encoder), name, images=True)
        for name, encoder in zip(pair, _encoders(network), strict=True)
    ]
    both = graph.node("Concat", features, axis=1)
    return graph.chain(res_blocks(network.decoder), both, end=True)


def _by_columns(network: CLFNet, prefix: str) -> Graph:
    graph = ColumnGraph(prefix)
    infrared, visible = (
        graph.column_chain(res_blocks(encoder), graph.columns(name), images=True)
        for name, encoder in zip(IMAGES, _encoders(network), strict=True)
    )
    both = graph.concat(infrared, visible)
    fused = graph.column_chain(res_blocks(network.decoder), both, last=True)
    graph.picture(fused, "infrared", f"{prefix}fused")
    return graph


def _encoders(network: CLFNet) -> tuple[Encoder, Encoder]:
    return network.infrared_encoder, network.visible_encoder


def _margin(network: CLFNet) -> int:
    """Each block on a path has one 3×3 convolution, which reaches a pixel further."""
    return len(res_blocks(network.infrared_encoder)) + len(res_blocks(network.decoder))
