"""The quality of an alignment: how many windows of a pair, each by itself, agree with it.

Under a right alignment, a window of the visible image matches the infrared image best where the
alignment puts it; moved a few pixels, it matches worse. Under a wrong one, it matches best
anywhere, or equally well in many places. The share of windows that match clearly best in place
compares a pair with itself alone, so it means the same in every scene.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clfnet.align.descriptors import spread
from clfnet.align.geometry import Matrix
from clfnet.align.rig import Rig
from clfnet.align.warp import Values
from clfnet.align.windows import MOVES, Windows

THRESHOLD = 0.33
"""An alignment of less quality is refused."""
LEAST_IN_PLACE = 20
"""And so is one that fewer windows agree on: in a small overlap, many of few agree by chance."""

_NEAR = 2  # moved by this much at most counts as in place
_CLEARLY = 0.02  # of correlation; along a straight edge, windows match almost equally anywhere


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
        The share of windows in place; 0 of 0 where the images hardly overlap. Windows without
        any edge are counted as not in place.
    """
    windows = Windows.compare(infrared, visible, homography)
    if windows is None or not len(windows.centres):
        return Agreement(0.0, 0)
    in_place = np.abs(MOVES).max(axis=1) <= _NEAR
    inside, outside = (windows.matches[part].max(axis=0) for part in (in_place, ~in_place))
    return Agreement(float((inside > outside + _CLEARLY).mean()), len(windows.centres))


def quality_of(infrared: NDArray[np.generic], visible: NDArray[np.generic], rig: Rig) -> float:
    """Return the quality of a rig: the share of windows that match clearly best in place, 0 to 1.

    Args:
        infrared: (H, W), of any real type and range, of the rig's size.
        visible: (H', W'), of any real type and range, of the rig's size.
        rig: how they lie to each other.
    """
    return round(agreement(spread(infrared), spread(visible), rig.homography).share, 3)
