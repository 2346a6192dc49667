"""YOLOX: offsets in cells and logarithms of sizes, an objectness, probabilities of classes."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clfnet.usefulness.adapters.adapter import PERSON, Shape, Tensor, cells, channels_first, corners
from clfnet.usefulness.adapters.letterbox import Letterbox, letterbox
from clfnet.usefulness.boxes import Boxes
from clfnet.usefulness.resize import Picture

STRIDES = (8, 16, 32)


class YoloX:
    """Input BGR 0..255, at the top left of a square of 114; one output (1, N, 5 + classes).

    Source: Ge et al., "YOLOX: Exceeding YOLO series in 2021", arXiv:2107.08430, and the export of
    its authors' repository.
    """

    name = "yolox"
    layout = "one output (1, N, 5 + classes), a row per cell of strides 8, 16 and 32"

    def fits(self, side: int, outputs: Sequence[Shape]) -> bool:
        """See `Adapter`."""
        rows = sum((side // stride) ** 2 for stride in STRIDES)
        return len(outputs) == 1 and list(outputs[0])[:2] in ([1, rows], [None, rows])

    def place(self, picture: Picture, side: int) -> Letterbox:
        """See `Adapter`."""
        return letterbox(picture, side, fill=114, centred=False)

    def tensor(self, square: Picture) -> Tensor:
        """See `Adapter`."""
        return channels_first(square[..., ::-1])

    def persons(
        self, outputs: Sequence[NDArray[Any]], side: int
    ) -> tuple[Boxes, NDArray[np.float64]]:
        """See `Adapter`."""
        rows = outputs[0][0].astype(np.float64)  # (N, 5 + classes)
        grid = np.concatenate([cells(side, stride) for stride in STRIDES])
        stride = np.concatenate([np.full((side // each) ** 2, each) for each in STRIDES])[:, None]
        boxes = corners((rows[:, :2] + grid) * stride, np.exp(rows[:, 2:4]) * stride)
        return boxes, rows[:, 4] * rows[:, 5 + PERSON]
