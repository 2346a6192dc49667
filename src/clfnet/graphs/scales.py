"""Two scales as ONNX; see `clfnet.nn.scales`, whose functions these are, for images in [0, 1].

A graph of any size can be told what it would make of the shrunk pair: its input `coarse` is that
image. Left out, the graph makes it. Whoever fuses in tiles makes it once for the whole image, and
each tile then depends on few pixels around. The output `alone` is the fused image without the
correction: of a shrunk pair, it is `coarse`.
"""

from collections.abc import Callable
from math import lcm

import numpy as np
import onnx

from clfnet.graphs.graph import Graph, image
from clfnet.graphs.sides import Sides, Size
from clfnet.method import Reach

IMAGES = ("infrared", "visible")
COARSE, ALONE = "coarse", "alone"

Fuse = Callable[[Graph, tuple[str, str], Size | None], str]
"""Adds the network at one scale: the graph, names of both sources, their size -> fused image."""


def model(
    graph: Graph,
    fused: str,
    fuse: Fuse,
    *,
    size: Size | None,
    factor: int,
    reach: Reach,
    shrunk_multiple: int,
) -> onnx.ModelProto:
    """The graph as a model, with a second scale if the network has one.

    Args:
        graph: the network at the first scale.
        fused: the name of what it makes there, (1, 1, H, W).
        fuse: what adds the network at the second scale.
        size: height and width; any by default.
        factor: of the second scale; 1 is none.
        reach: of the network at one scale.
        shrunk_multiple: its `multiple` for the shrunk pair, where that is another.

    Returns:
        A model whose metadata has `margin`, how far in pixels a pixel depends on the sources,
        `multiple`, on multiples of which a tile must begin, and `bytes_per_pixel`. With a second
        scale and any size it also has `factor`, and the two first of the network at one scale,
        `margin_alone` and `multiple_alone`.
    """
    shape = size or ("height", "width")
    inputs = [image(name, *shape) for name in IMAGES]
    outputs = [image("fused", *shape)]
    facts = {"bytes_per_pixel": reach.bytes_per_pixel}
    if factor == 1:
        graph.rename(fused, "fused")
        facts |= {"margin": reach.margin, "multiple": reach.multiple}
        return graph.model(inputs, outputs, **facts)
    _correct(graph, graph.rename(fused, ALONE), fuse, factor, size)
    facts["margin"] = factor * (reach.margin + 2)  # a place on either side, for interpolation
    facts["multiple"] = lcm(reach.multiple, factor * shrunk_multiple)
    if size is None:
        coarse, nothing = _coarse_input()
        inputs.append(coarse)
        graph.weights.append(nothing)
        outputs.append(image(ALONE))
        facts["factor"] = factor
        facts |= {"margin_alone": reach.margin, "multiple_alone": reach.multiple}
    return graph.model(inputs, outputs, **facts)


def _correct(graph: Graph, fused: str, fuse: Fuse, factor: int, size: Size | None) -> None:
    """Add the second scale; the output is `fused`."""
    sides = Sides(graph, "infrared", factor, size)
    if size is None:
        small = Graph("coarse_")
        coarse = _unless_given(graph, small, fuse(small, _shrunk_pair(small, factor), None))
    else:
        pair = _shrunk(graph, sides, IMAGES[0]), _shrunk(graph, sides, IMAGES[1])
        coarse = fuse(graph, pair, (-(-size[0] // factor), -(-size[1] // factor)))
    change = graph.node("Sub", [coarse, _shrunk(graph, sides, fused)])
    scales = graph.weight(np.array([1, 1, factor, factor], np.float32))
    wide = graph.node(
        "Resize",
        [change, "", scales],
        mode="linear",
        coordinate_transformation_mode="half_pixel",
    )
    total = graph.node("Add", [fused, sides.cut(wide)])
    graph.node("Clip", [total, _number(graph, 0), _number(graph, 1)], "fused")


def _coarse_input() -> tuple[onnx.ValueInfoProto, onnx.TensorProto]:
    """The input `coarse`, and its value where it is left out: no pixels."""
    nothing = onnx.numpy_helper.from_array(np.empty((1, 1, 0, 0), np.float32), COARSE)
    return image(COARSE, "coarse_height", "coarse_width"), nothing


def _unless_given(graph: Graph, small: Graph, made: str) -> str:
    """`coarse` if it has pixels, else what `small` makes."""
    given = Graph("given_")
    same = given.node("Identity", [COARSE])
    pixels = graph.node("Size", [COARSE])
    none = graph.node("Equal", [pixels, graph.weight(np.array(0, np.int64))])
    shape = "coarse_height", "coarse_width"
    return graph.node(
        "If",
        [none],
        then_branch=small.branch(made, *shape),
        else_branch=given.branch(same, *shape),
    )


def _shrunk_pair(graph: Graph, factor: int) -> tuple[str, str]:
    sides = Sides(graph, "infrared", factor, None)
    return _shrunk(graph, sides, IMAGES[0]), _shrunk(graph, sides, IMAGES[1])


def _shrunk(graph: Graph, sides: Sides, picture: str) -> str:
    """Add the means of squares: (1, 1, H, W) -> (1, 1, ⌈H / factor⌉, ⌈W / factor⌉)."""
    square = [sides.factor] * 2
    return graph.node("AveragePool", [sides.padded(picture)], kernel_shape=square, strides=square)


def _number(graph: Graph, value: float) -> str:
    return graph.weight(np.array(value, np.float32))
