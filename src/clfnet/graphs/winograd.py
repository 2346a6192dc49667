"""ResBlocks with two thirds of the products of a 3×3 convolution: Winograd's F(2, 3) along rows.

Even and odd columns are kept apart. Of four neighbours d0..d3 in a row, a filter g0, g1, g2 makes
two results, an even and an odd one,

    y0 = g0·d0 + g1·d1 + g2·d2 = m0 + m1 + m2        m0 = g0·(d0 − d2)
    y1 = g0·d1 + g1·d2 + g2·d3 = m1 − m2 − m3        m1 = (g0 + g1 + g2)/2·(d1 + d2)
                                                     m2 = (g0 − g1 + g2)/2·(d2 − d1)
                                                     m3 = g2·(d1 − d3)

with four products instead of six (Winograd, "Arithmetic complexity of computations", SIAM 1980;
Lavin and Gray, "Fast algorithms for convolutional neural networks", CVPR 2016). With three rows and
all channels each product is a 3×1 convolution. Since columns stay apart from the first block to the
last, d1 and d2 are an even and an odd map, d0 the odd one moved right and d3 the even one moved
left.

The nodes are such that ONNX Runtime keeps its blocked layout from beginning to end: it adds a sum
to a convolution, and a LeakyReLU to a convolution that has no sum yet. So factors and the steps
between a sum and its activation are depthwise convolutions, and the odd results are made negative,
which saves one of them.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, helper

from clfnet.graphs.graph import Array, Graph, folded_block
from clfnet.nn import ResBlock
from clfnet.nn.block import SLOPE

Columns = tuple[str, str]
"""The even and the odd columns of maps, each (1, C, H, W/2)."""

_END = np.iinfo(np.int64).max


class ColumnGraph(Graph):
    """A graph whose maps are of every second column.

    The shapes of all are declared: ONNX Runtime adds a sum to a convolution only where it sees that
    both are of one size.
    """

    def __init__(self, prefix: str = "") -> None:
        super().__init__(prefix)
        self._channels: dict[str, int] = {}

    def columns(self, picture: str) -> Columns:
        """Take an image apart, (1, 1, H, W) of even W.

        Of an odd W the last column would be left out, so that a graph which never takes this branch
        can still be given that size for good.
        """
        even, odd = (
            self._map("Slice", [picture, *(self.weight(np.array([n])) for n in (*ends, 3, 2))], 1)
            for ends in ((0, -1), (1, _END))
        )
        return even, odd

    def picture(self, columns: Columns, like: str, output: str) -> None:
        """Put an image together again, of the shape of `like`."""
        both = self.node("Concat", [*columns], axis=1)  # (1, 2, H, W/2)
        rows = self.node("Transpose", [both], perm=[0, 2, 3, 1])
        self.node("Reshape", [rows, self.node("Shape", [like])], output)

    def concat(self, first: Columns, second: Columns) -> Columns:
        """Put the channels of two one after another."""
        even, odd = (
            self._map("Concat", [a, b], self._channels[a] + self._channels[b], axis=1)
            for a, b in zip(first, second, strict=True)
        )
        return even, odd

    def column_chain(
        self, blocks: list[ResBlock], x: Columns, *, images: bool = False, last: bool = False
    ) -> Columns:
        """Add ResBlocks; see `Graph.chain`.

        Args:
            blocks: in order.
            x: what they take.
            images: `x` is in [0, 1], and they expect [-1, 1]: the map is folded into the first.
            last: they end in a sigmoid.
        """
        for index, block in enumerate(blocks):
            end = last and index == len(blocks) - 1
            weight1, bias1, weight3, bias3, skip, skip_bias = folded_block(
                block, images=images and index == 0, end=end
            )
            if skip_bias is not None:
                bias3 = bias3 + skip_bias
            even, odd = (self._active(self._conv(one, weight1, bias1)) for one in x)
            y0, minus_y1 = self._conv3((even, odd), weight3, bias3)
            sums = []
            for one, y, sign in zip(x, (y0, minus_y1), (1, -1), strict=True):
                identity = self._each(one, sign) if skip is None else self._conv(one, sign * skip)
                sums.append(self._each(self._add(identity, y), sign))
            activation = self._sigmoid if end else self._active
            x = activation(sums[0]), activation(sums[1])
        return x

    def _conv3(self, x: Columns, weight: Array, bias: Array) -> Columns:
        """Add a 3×3 convolution: its even columns, and its odd ones with the other sign."""
        even, odd = x
        g0, g1, g2 = (weight[..., at : at + 1].astype(np.float64) for at in range(3))
        minus_m1 = self._conv(self._add(even, odd), -(g0 + g1 + g2) / 2)
        m2 = self._conv(self._add(self._each(even, -1), odd), (g0 - g1 + g2) / 2)
        m0 = self._conv(self._difference(odd, before=1), g0, bias)
        m3 = self._conv(self._difference(even, before=0), g2, -bias)
        rest = self._add(m2, minus_m1)
        y0 = self._add(m0, self._add(self._each(minus_m1, -2), rest))
        return y0, self._add(m3, rest)

    def _difference(self, x: str, *, before: int) -> str:
        """Add each column less the next, from the one `before` the first; beyond is zero."""
        channels = self._channels[x]
        kernel = np.tile(np.array([1, -1], np.float32), (channels, 1, 1, 1))
        return self._map(
            "Conv", [x, self.weight(kernel)], channels,
            kernel_shape=[1, 2], pads=[0, before, 0, 1 - before], group=channels,
        )  # fmt: skip

    def _each(self, x: str, factor: float) -> str:
        """Add a multiple, as a convolution, with which a sum or an activation can be one."""
        channels = self._channels[x]
        kernel = np.full((channels, 1, 1, 1), factor, np.float32)
        return self._map(
            "Conv", [x, self.weight(kernel)], channels, kernel_shape=[1, 1], group=channels
        )

    def _conv(
        self, x: str, weight: NDArray[np.floating], bias: NDArray[np.floating] | None = None
    ) -> str:
        weight = weight.astype(np.float32)
        bias = None if bias is None else bias.astype(np.float32)
        return self._declared(self.conv(x, weight, bias), len(weight))

    def _add(self, a: str, b: str) -> str:
        return self._map("Add", [a, b], self._channels[a])

    def _active(self, x: str) -> str:
        return self._map("LeakyRelu", [x], self._channels[x], alpha=SLOPE)

    def _sigmoid(self, x: str) -> str:
        return self._map("Sigmoid", [x], self._channels[x])

    def _map(self, op: str, inputs: list[str], channels: int, **attributes: Any) -> str:
        return self._declared(self.node(op, inputs, **attributes), channels)

    def _declared(self, name: str, channels: int) -> str:
        self._channels[name] = channels
        self.shapes.append(
            helper.make_tensor_value_info(
                name, TensorProto.FLOAT, [1, channels, "height", "half_width"]
            )
        )
        return name
