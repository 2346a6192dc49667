"""NanoDet: probabilities of classes, and distributions of the distance to each side of the box."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clfnet.usefulness.adapters.adapter import PERSON, Shape, Tensor, cells, channels_first
from clfnet.usefulness.adapters.letterbox import Letterbox, letterbox
from clfnet.usefulness.boxes import Boxes
from clfnet.usefulness.resize import Picture

STRIDES = (8, 16, 32)
MEAN, SPREAD = (103.53, 116.28, 123.675), (57.375, 57.12, 58.395)
"""Of the levels of blue, green and red in the training images."""


class NanoDet:
    """Input BGR, standardised, in the middle of a black square; six outputs.

    Class probabilities (1, N, classes) of strides 8, 16 and 32, then of the same strides the logits
    of the distances from a cell's centre to left, top, right and bottom, (1, N, 4 · bins), in
    strides; a distance is the mean of its distribution.

    Source: the export of NanoDet-m's authors' repository (RangiLyu/nanodet); Li et al.,
    "Generalized focal loss", arXiv:2006.04388, for the distributions.
    """

    name = "nanodet"
    layout = "six outputs, classes (1, N, classes) and distances (1, N, 4 · bins) of three strides"

    def fits(self, side: int, outputs: Sequence[Shape]) -> bool:
        """See `Adapter`."""
        rows = [(side // stride) ** 2 for stride in STRIDES]
        return [shape[1] for shape in outputs if len(shape) == 3] == rows * 2

    def place(self, picture: Picture, side: int) -> Letterbox:
        """See `Adapter`."""
        return letterbox(picture, side, fill=0, centred=True)

    def tensor(self, square: Picture) -> Tensor:
        """See `Adapter`."""
        return channels_first((square[..., ::-1] - np.array(MEAN)) / np.array(SPREAD))

    def persons(
        self, outputs: Sequence[NDArray[Any]], side: int
    ) -> tuple[Boxes, NDArray[np.float64]]:
        """See `Adapter`."""
        boxes, scores = [], []
        for stride, classes, logits in zip(STRIDES, outputs[:3], outputs[3:], strict=True):
            centres = cells(side, stride) * stride + 0.5 * (stride - 1)
            distances = _mean_bin(logits[0].astype(np.float64)) * stride  # (N, 4)
            boxes.append(
                np.concatenate([centres - distances[:, :2], centres + distances[:, 2:]], axis=1)
            )
            scores.append(classes[0][:, PERSON].astype(np.float64))
        return np.concatenate(boxes), np.concatenate(scores)


def _mean_bin(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """The mean of each distribution over the bins 0, 1, ...: (N, 4 · bins) → (N, 4)."""
    logits = logits.reshape(len(logits), 4, -1)
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    return np.asarray(weights @ np.arange(weights.shape[-1]))
