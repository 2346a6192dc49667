"""How windows of the visible image match the infrared one, each for itself, moved a few pixels.

What they say serves twice: `clfnet.align.vote` moves an alignment to where they match, and
`clfnet.align.quality` asks how many match in place.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from clfnet.align.descriptors import centred
from clfnet.align.geometry import Matrix, Points
from clfnet.align.refine import Level
from clfnet.align.warp import Mask, Values

REACH = 8
"""How far windows are moved in each direction, pixels of `Windows.level`."""

_SIDE = 256  # pixels of the longer side that windows are compared at
_SPAN, _STEP = 48, 16  # how wide and high windows are, and how far apart, pixels
_COVERED = 0.5  # of a window's pixels that both images must have
_Y, _X = np.mgrid[-REACH : REACH + 1, -REACH : REACH + 1]
MOVES: NDArray[np.int_] = np.column_stack([_X.ravel(), _Y.ravel()])
"""Every move: int, (289, 2), x and y in pixels of `Windows.level`."""


@dataclass(frozen=True)
class Windows:
    """The windows of a pair under an alignment.

    Attributes:
        level: both images, 256 pixels wide or high.
        pull: the alignment there, visible to infrared pixels.
        centres: float64, (W, 2), in visible pixels of the level; windows overlap.
        matches: float32, (289, W): the correlation of each window, −1 to 1, with the infrared
            image at each of `MOVES` from where the alignment puts it.
    """

    level: Level
    pull: Matrix
    centres: Points
    matches: NDArray[np.float32]

    @classmethod
    def compare(cls, infrared: Values, visible: Values, homography: Matrix) -> "Windows | None":
        """Compare the windows of a pair.

        Args:
            infrared: float32, (H, W), spread.
            visible: float32, (H', W'), spread.
            homography: infrared to visible pixels.

        Returns:
            The windows; None where the images hardly overlap.
        """
        level = Level.make(infrared, visible, homography, _SIDE)
        pull = level.pull(homography)
        view = level.view(pull)
        if view is None or min(level.size) < _SPAN:
            return None
        visible = centred(level.visible, view.valid)
        infrared = centred(view.descriptors, view.valid)
        known = _windows(view.valid.astype(np.float32)) > _COVERED * _SPAN**2
        rows, columns = np.nonzero(known)
        centres = np.column_stack([columns, rows]).astype(float) * _STEP + (_SPAN - 1) / 2
        return cls(level, pull, centres, _matches(visible, infrared, view.valid)[:, known])


def _matches(visible: Values, infrared: Values, valid: Mask) -> NDArray[np.float32]:
    """Return the correlation of every window at every move, (289, rows, columns)."""
    height, width = valid.shape
    pad = ((REACH, REACH), (REACH, REACH))
    moved = np.pad(infrared, ((0, 0), *pad))
    energy = np.pad(np.einsum("chw,chw->hw", infrared, infrared), pad)
    mask = np.pad(valid.astype(np.float32), pad)
    own = np.einsum("chw,chw->hw", visible, visible)
    known = valid.astype(np.float32)
    found = []
    for x, y in MOVES + REACH:
        at = np.s_[..., y : y + height, x : x + width]
        product = _windows(np.einsum("chw,chw->hw", visible, moved[at]))
        norm = _windows(own * mask[at]) * _windows(energy[at] * known)
        found.append(product / np.sqrt(norm + 1e-6))
    return np.asarray(found, np.float32)


def _windows(values: Values) -> Values:
    """Sum (H, W) over every window."""
    down, across = (_spans(side) for side in values.shape)
    return np.asarray(down @ values @ across.T)


@cache
def _spans(side: int) -> Values:
    """Return which pixels of a side each window covers, 0 or 1, (windows, side)."""
    first = np.arange(0, side - _SPAN + 1, _STEP)[:, None]
    pixel = np.arange(side)
    return ((pixel >= first) & (pixel < first + _SPAN)).astype(np.float32)
