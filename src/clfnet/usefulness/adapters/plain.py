"""Graphs that end in finished detections: a row of box, score and class each."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clfnet.usefulness.adapters.adapter import PERSON, CentredRgb, Shape
from clfnet.usefulness.boxes import Boxes


class Plain(CentredRgb):
    """Input RGB in [0, 1], in the middle of a square of 114; one output (N, 6) or (1, N, 6).

    A row is x1, y1, x2, y2 in pixels of the input, the score and the class, as exports with
    non-maximum suppression inside and YOLOv10 have it.
    """

    name = "plain"
    layout = "one output (N, 6) or (1, N, 6): x1, y1, x2, y2, score, class"

    def fits(self, side: int, outputs: Sequence[Shape]) -> bool:  # noqa: ARG002 -- as the others
        """See `Adapter`."""
        return len(outputs) == 1 and len(outputs[0]) in (2, 3) and outputs[0][-1] == 6

    def persons(
        self,
        outputs: Sequence[NDArray[Any]],
        side: int,  # noqa: ARG002 -- as the others
    ) -> tuple[Boxes, NDArray[np.float64]]:
        """See `Adapter`."""
        rows = outputs[0].reshape(-1, 6).astype(np.float64)
        rows = rows[np.rint(rows[:, 5]) == PERSON]
        return rows[:, :4], rows[:, 4]
