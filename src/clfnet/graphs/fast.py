"""The student as ONNX.

The graph does what `FastNet` does, in an order that ONNX Runtime is quick at. Full resolution is
left at once and met again at the very end: what the network predicts and what it mixes are both
kept with the factor² pixels of a place as channels, multiplied there, and only the sum is shuffled
into an image. The six bases that are linear in infrared, visible and maximum are one convolution,
and a seventh channel of ones makes the residual one more product.
"""

from collections.abc import Sequence
from functools import partial

import numpy as np
import onnx
from numpy.typing import NDArray
from torch import Tensor, nn

from clfnet.graphs.graph import Array, Graph, array
from clfnet.graphs.scales import IMAGES, model
from clfnet.graphs.sides import Sides, Size, integers
from clfnet.method import Reach
from clfnet.nn import FastNet
from clfnet.nn.fast import BASES, BINOMIAL, FLAT, KNEE


def fast_graph(network: FastNet, size: Size | None = None) -> onnx.ModelProto:
    """The student as ONNX, [0, 1] in and out.

    Args:
        network: as trained.
        size: height and width, for a graph without control flow that asks for no shape; any by
            default.

    Returns:
        A model with inputs `infrared` and `visible` and output `fused`, float32, (1, 1, H, W); of
        any size and two scales also what `clfnet.graphs.scales` says. Its metadata is that of
        `clfnet.graphs.scales.model`.
    """
    graph, fuse = Graph(), partial(_student, network)
    return model(
        graph,
        fuse(graph, IMAGES, size),
        fuse,
        size=size,
        factor=network.coarse,
        reach=Reach(network.margin, network.factor, _bytes_per_pixel(network)),
        shrunk_multiple=network.factor,
    )


def _student(network: FastNet, graph: Graph, pair: tuple[str, str], size: Size | None) -> str:
    """Add the student at one scale, `clfnet.graphs.scales.Fuse`."""
    sides = Sides(graph, pair[0], network.factor, size)
    both = graph.node("Concat", [*pair], axis=1)
    maps = _coefficients(graph, network, sides.padded(both))
    brighter = graph.node("Max", [*pair])
    three = graph.node("Concat", [both, brighter], axis=1)
    products = graph.node("Mul", [maps, _bases(graph, three, sides)])
    bent = _bent(graph, _sum(graph, products, network.factor))
    fused = graph.node("DepthToSpace", [bent], blocksize=network.factor, mode="CRD")
    return sides.cut(fused)


def _bytes_per_pixel(network: FastNet) -> int:
    """What a pixel takes at once: three maps of a block, four of what is mixed, and images."""
    places = network.factor**2
    mixed = (BASES + 1) * places
    return 4 * (3 * network.stem.out_channels + 4 * mixed) // places + 4 * 10


def _coefficients(graph: Graph, network: FastNet, images: str) -> str:
    """Add the network: (1, 2, H, W) -> (1, 8·factor², h, w), those of `_bases`."""
    x = graph.node("Relu", [_conv(graph, images, network.stem)])
    for block in network.body:
        y = _conv(graph, x, block.depthwise)  # type: ignore[arg-type]
        y = graph.node("Relu", [_conv(graph, y, block.pointwise)])  # type: ignore[arg-type]
        x = graph.node("Add", [x, y])
    weight, bias = (_mixed(array(tensor)) for tensor in _parameters(network.head))
    return graph.conv(x, weight, bias)


def _mixed(head: Array) -> Array:
    """The head's weight or bias, (8·factor², ...), for the bases of `_bases`.

    With s = a + b and d = a − b of the details a and b, the stronger is (s + s·min(1, d²/s²)) / 2.
    """
    infrared, visible, maximum, a, b, of_maximum, stronger, residual = np.split(head, BASES + 1)
    return np.concatenate(
        (
            (a + b + stronger) / 2,
            (a - b) / 2,
            infrared,
            visible,
            maximum,
            of_maximum,
            residual,
            stronger / 2,
        )
    )


def _bases(graph: Graph, three: str, sides: Sides) -> str:
    """Add what is mixed, from infrared, visible and maximum: (1, 3, H, W) -> (1, 8·factor², h, w).

    Sum and difference of the details of infrared and visible, infrared, visible, maximum, detail
    of the maximum, ones, and sum·min(1, difference² / sum²).
    """
    detail: Array = -np.array(BINOMIAL, np.float32)
    same = np.zeros((3, 3), np.float32)
    detail[1, 1] += 1
    same[1, 1] = 1
    none = np.zeros((3, 3), np.float32)
    rows = (
        (detail, detail, none),
        (detail, -detail, none),
        (same, none, none),
        (none, same, none),
        (none, none, same),
        (none, none, detail),
        (none, none, none),
    )
    factor = sides.factor
    weight = np.concatenate([_at_each_place(row, factor) for row in rows])
    bias = np.repeat(np.array([row is rows[-1] for row in rows], np.float32), factor**2)
    linear = graph.node(
        "Conv",
        [sides.padded(three, 1), graph.weight(weight), graph.weight(bias)],
        kernel_shape=[factor + 2] * 2,
        strides=[factor] * 2,
    )
    total, difference = (
        graph.node(
            "Slice",
            [linear, *(integers(graph, n) for n in (at * factor**2, (at + 1) * factor**2, 1))],
        )
        for at in (0, 1)
    )
    one, flat = (graph.weight(np.array(value, np.float32)) for value in (1, FLAT))
    square = graph.node("Add", [graph.node("Mul", [total, total]), flat])
    ratio = graph.node("Div", [graph.node("Mul", [difference, difference]), square])
    stronger = graph.node("Mul", [total, graph.node("Min", [ratio, one])])
    return graph.node("Concat", [linear, stronger], axis=1)


def _at_each_place(kernels: Sequence[Array], factor: int) -> Array:
    """3×3 kernels of the three images, moved to each pixel of a place: (factor², 3, k, k)."""
    moved = np.zeros((factor, factor, 3, factor + 2, factor + 2), np.float32)
    for y in range(factor):
        for x in range(factor):
            moved[y, x, :, y : y + 3, x : x + 3] = kernels
    return moved.reshape(factor**2, *moved.shape[2:])


def _sum(graph: Graph, products: str, factor: int) -> str:
    """Add the sum over the bases: (1, 8·factor², h, w) -> (1, factor², h, w)."""
    each: NDArray[np.float32] = np.tile(np.eye(factor**2, dtype=np.float32), BASES + 1)
    return graph.conv(products, each[:, :, None, None])


def _bent(graph: Graph, x: str) -> str:
    """Add `clfnet.nn.fast.bent`."""
    low, high, knee = (graph.weight(np.array(v, np.float32)) for v in (KNEE, 1 - KNEE, KNEE))
    within = graph.node("Clip", [x, low, high])
    beyond = graph.node("Div", [graph.node("Sub", [x, within]), knee])
    curve = graph.node("Mul", [graph.node("Tanh", [beyond]), knee])
    return graph.node("Add", [within, curve])


def _conv(graph: Graph, x: str, layer: nn.Conv2d) -> str:
    names = [graph.weight(array(tensor)) for tensor in _parameters(layer)]
    return graph.node(
        "Conv",
        [x, *names],
        kernel_shape=[*layer.kernel_size],
        strides=[*layer.stride],
        pads=[int(layer.padding[0])] * 4,
        group=layer.groups,
    )


def _parameters(layer: nn.Conv2d) -> tuple[Tensor, Tensor]:
    assert layer.bias is not None  # noqa: S101 -- for the type checker: every layer has one
    return layer.weight, layer.bias
