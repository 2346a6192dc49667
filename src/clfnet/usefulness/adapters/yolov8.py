"""YOLOv8 and its kin (YOLO11 too): boxes in pixels of the input, probabilities of classes."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clfnet.usefulness.adapters.adapter import PERSON, CentredRgb, Shape, corners
from clfnet.usefulness.boxes import Boxes

STRIDES = (8, 16, 32)


class YoloV8(CentredRgb):
    """Input RGB in [0, 1], in the middle of a square of 114; one output (1, 4 + classes, N).

    Source: the export of Ultralytics' repository, without its `nms`.
    """

    name = "yolov8"
    layout = "one output (1, 4 + classes, N), a column per cell of strides 8, 16 and 32"

    def fits(self, side: int, outputs: Sequence[Shape]) -> bool:
        """See `Adapter`."""
        columns = sum((side // stride) ** 2 for stride in STRIDES)
        return len(outputs) == 1 and len(outputs[0]) == 3 and outputs[0][2] == columns

    def persons(
        self,
        outputs: Sequence[NDArray[Any]],
        side: int,  # noqa: ARG002 -- as the others
    ) -> tuple[Boxes, NDArray[np.float64]]:
        """See `Adapter`."""
        rows = outputs[0][0].T.astype(np.float64)  # (N, 4 + classes)
        return corners(rows[:, :2], rows[:, 2:4]), rows[:, 4 + PERSON]
