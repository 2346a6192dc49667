"""What an adapter is: how one family of detectors takes an image and gives boxes."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from clfnet.usefulness.adapters.letterbox import Letterbox, letterbox
from clfnet.usefulness.boxes import Boxes
from clfnet.usefulness.resize import Picture

Tensor = NDArray[np.float32]

Shape = Sequence[int | str | None]
"""Of a graph's output; a side is a number where it is fixed."""

PERSON = 0
"""The class of persons in COCO's order, and in every detector of persons alone."""


class Adapter(Protocol):
    """One family of detectors.

    Attributes:
        name: how the family is called, as in `--detector NAME:FILE`.
        layout: what its outputs look like, in words.
    """

    name: str
    layout: str

    def fits(self, side: int, outputs: Sequence[Shape]) -> bool:
        """Tell whether a graph's outputs are of this family.

        Args:
            side: of the square input, in pixels.
            outputs: their shapes.
        """
        ...

    def place(self, picture: Picture, side: int) -> Letterbox:
        """Put an image, uint8 (H, W, 3) RGB, on the square input."""
        ...

    def tensor(self, square: Picture) -> Tensor:
        """Return the network's input for a square, float32, (1, 3, N, N)."""
        ...

    def persons(
        self, outputs: Sequence[NDArray[Any]], side: int
    ) -> tuple[Boxes, NDArray[np.float64]]:
        """Return boxes in pixels of the square, (N, 4), and scores of persons, (N,)."""
        ...


def corners(centres: NDArray[Any], sizes: NDArray[Any]) -> Boxes:
    """Return boxes of centres and sizes, each (N, 2).

    Example:
        >>> corners(np.array([[5.0, 5.0]]), np.array([[2.0, 4.0]])).tolist()
        [[4.0, 3.0, 6.0, 7.0]]
    """
    return np.concatenate([centres - sizes / 2, centres + sizes / 2], axis=1).astype(np.float64)


def cells(side: int, stride: int) -> NDArray[np.float64]:
    """Return x and y of every cell of a grid over the square, row by row, in cells; (N, 2)."""
    rows, columns = np.mgrid[: side // stride, : side // stride]
    return np.column_stack([columns.ravel(), rows.ravel()]).astype(np.float64)


def channels_first(square: NDArray[Any]) -> Tensor:
    """Return (N, N, 3) as the float32 tensor (1, 3, N, N)."""
    return np.ascontiguousarray(square.transpose(2, 0, 1)[None], np.float32)


class CentredRgb:
    """An adapter's input: RGB in [0, 1], in the middle of a square of 114."""

    def place(self, picture: Picture, side: int) -> Letterbox:
        """See `Adapter`."""
        return letterbox(picture, side, fill=114, centred=True)

    def tensor(self, square: Picture) -> Tensor:
        """See `Adapter`."""
        return channels_first(square / 255)
