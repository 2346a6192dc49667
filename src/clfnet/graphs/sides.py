"""The sides of images in a graph, made multiples of a factor and cut again."""

import numpy as np

from clfnet.graphs.graph import Graph

Size = tuple[int, int]
"""Height and width."""


def integers(graph: Graph, *values: int) -> str:
    """Add a constant list of integers; return its name."""
    return graph.weight(np.array(values, np.int64))


class Sides:
    """Of images of one size, which a graph is told or asks for.

    Args:
        graph: is added to.
        image: the name of one of them.
        factor: of which the sides shall be multiples.
        size: of the images, for a graph that asks for no shape; any by default.
    """

    def __init__(self, graph: Graph, image: str, factor: int, size: Size | None) -> None:
        self.graph, self.factor, self.size = graph, factor, size
        if size is None:
            self.ends = graph.node("Shape", [image], start=2)
            negative = graph.node("Neg", [self.ends])
            self.missing = graph.node("Mod", [negative, integers(graph, factor)])

    def padded(self, images: str, around: int = 0) -> str:
        """Repeat the border: `around` pixels on each side, and what is missing to a multiple."""
        if not around and self._fit:
            return images
        before = [0, 0, around, around, 0, 0]
        return self.graph.node("Pad", [images, self._pads(before, around)], mode="edge")

    def _pads(self, before: list[int], around: int) -> str:
        if self.size is not None:
            after = [-n % self.factor + around for n in self.size]
            return integers(self.graph, *before, *after)
        graph = self.graph
        missing = self.missing
        if around:
            missing = graph.node("Add", [missing, integers(graph, around)])
        return graph.node("Concat", [integers(graph, *before), missing], axis=0)

    def cut(self, images: str) -> str:
        """Cut what was added below and on the right."""
        if self._fit:
            return images
        graph = self.graph
        ends = self.ends if self.size is None else integers(graph, *self.size)
        return graph.node("Slice", [images, integers(graph, 0, 0), ends, integers(graph, 2, 3)])

    @property
    def _fit(self) -> bool:
        """Whether the sides are known to be multiples."""
        return self.size is not None and not any(side % self.factor for side in self.size)
