"""How far to trust an alignment: do the windows of a pair agree, each for itself?

Under a right alignment, a window of the visible picture matches the infrared picture best where the
alignment puts it; moved a few pixels, it matches worse. Under a wrong one, it matches best
anywhere, or equally well in many places. The share of windows that match clearly best in place
compares a pair with itself alone, so it means the same in every scene.
"""

from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from clfnet.align.descriptors import centred, spread
from clfnet.align.geometry import Matrix
from clfnet.align.refine import Level
from clfnet.align.rig import Rig
from clfnet.align.warp import Values

THRESHOLD = 0.33
"""An alignment of less quality is refused."""
LEAST_IN_PLACE = 16
"""And so is one that fewer windows agree on: in a small overlap, many of few agree by chance."""

_SIDE = 256  # pixels of the longer side that windows are compared at
_CELL = 16
_CELLS = 3  # a window is three cells wide and high
_REACH = 8  # how far windows are moved, pixels
_NEAR = 2  # moved by this much at most counts as in place
_CLEARLY = 0.02  # of correlation; along a straight edge, windows match almost equally anywhere
_COVERED = 0.5  # of a window's pixels that both pictures must have


class Agreement(NamedTuple):
    """What the windows of a pair say.

    Attributes:
        share: of the windows, how many match clearly best in place, 0 to 1.
        windows: how many there are; they overlap.
    """

    share: float
    windows: int

    @property
    def in_place(self) -> int:
        """How many windows match clearly best in place."""
        return round(self.share * self.windows)

    @property
    def is_trusted(self) -> bool:
        """Whether the gate lets the alignment pass."""
        return self.share >= THRESHOLD and self.in_place >= LEAST_IN_PLACE


def agreement(infrared: Values, visible: Values, homography: Matrix) -> Agreement:
    """Measure how well a pair agrees under a homography.

    Args:
        infrared: float32, (H, W), spread.
        visible: float32, (H', W'), spread.
        homography: infrared to visible pixels.

    Returns:
        The share of windows in place; 0 of 0 where the pictures hardly overlap. Windows without
        any edge are counted as not in place.
    """
    level = Level.make(infrared, visible, homography, _SIDE)
    view = level.view(level.pull(homography))
    if view is None or min(level.size) < _CELL * _CELLS:
        return Agreement(0.0, 0)
    light = centred(level.visible, view.valid)
    heat = centred(view.descriptors, view.valid)
    whole = _windows(_cells(view.valid.astype(np.float32))) / (_CELL * _CELLS) ** 2
    known = whole > _COVERED
    inside, outside = np.zeros(known.shape), np.zeros(known.shape)
    for x, y, match in _matches(light, heat, view.valid):
        best = inside if max(abs(x), abs(y)) <= _NEAR else outside
        np.maximum(best, match, out=best)
    clear = inside > outside + _CLEARLY
    count = int(known.sum())
    return Agreement(float(clear[known].mean()) if count else 0.0, count)


def quality_of(infrared: NDArray[np.generic], visible: NDArray[np.generic], rig: Rig) -> float:
    """Return the quality of a rig: the share of windows that match clearly best in place, 0 to 1.

    Args:
        infrared: (H, W), of any real type and range, of the rig's size.
        visible: (H', W'), of any real type and range, of the rig's size.
        rig: how they lie to each other.
    """
    return round(agreement(spread(infrared), spread(visible), rig.homography).share, 3)


def _matches(
    light: Values, heat: Values, valid: NDArray[np.bool_]
) -> list[tuple[int, int, Values]]:
    """Return the correlation of every window at every move."""
    height, width = valid.shape
    pad = ((_REACH, _REACH), (_REACH, _REACH))
    moved = np.pad(heat, ((0, 0), *pad))
    energy = np.pad(np.einsum("chw,chw->hw", heat, heat), pad)
    mask = np.pad(valid.astype(np.float32), pad)
    own = np.einsum("chw,chw->hw", light, light)
    known = valid.astype(np.float32)
    found = []
    for y in range(2 * _REACH + 1):
        for x in range(2 * _REACH + 1):
            at = np.s_[..., y : y + height, x : x + width]
            product = _windows(_cells(np.einsum("chw,chw->hw", light, moved[at])))
            norm = _windows(_cells(own * mask[at])) * _windows(_cells(energy[at] * known))
            found.append((x - _REACH, y - _REACH, product / np.sqrt(norm + 1e-6)))
    return found


def _cells(values: Values) -> Values:
    """Sum (H, W) over cells, (rows, columns)."""
    rows, columns = values.shape[0] // _CELL, values.shape[1] // _CELL
    cut = values[: rows * _CELL, : columns * _CELL]
    return np.asarray(cut.reshape(rows, _CELL, columns, _CELL).sum(axis=(1, 3)))


def _windows(cells: Values) -> Values:
    """Sum over windows of cells, wherever one fits."""
    return np.asarray(sliding_window_view(cells, (_CELLS, _CELLS)).sum(axis=(2, 3)))
