"""A vote of the windows of a pair: the map at which most of them match best.

A window alone is often wrong: a straight edge matches anywhere along it, and much of an infrared
image has no partner. So each window keeps its whole table of matches. In turns, each tells where
it most likely lies, given where the map puts it (softly, so that a window that does not care agrees
with the map), and the map is fitted to what they tell. What counts as near shrinks from turn to
turn, from the whole table to about a pixel. This is expectation maximisation with annealing, as in
robust point matching (Chui and Rangarajan, 2003).
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from clfnet.align import geometry
from clfnet.align.geometry import Matrix, Points, Size
from clfnet.align.warp import Values
from clfnet.align.windows import MOVES, Windows

Freedom = Literal[6, 8]
"""Affine map, homography: how many numbers may change."""

_LEAST = 12  # windows
_NEAR = (6.0, 4.0, 3.0, 2.0, 1.5, 1.5, 1.5)  # pixels, turn by turn
# Tuned on training pairs.
_DOUBT = 0.03  # of correlation: matches that differ by less are about equally likely
_STIFF = 0.05  # of the evidence: how strongly all but the shift resist


def vote(infrared: Values, visible: Values, homography: Matrix, freedom: Freedom) -> Matrix | None:
    """Move an alignment to where the windows match best.

    It may be off by up to about 6 pixels (of an image 256 pixels wide) anywhere.

    Args:
        infrared: float32, (H, W), spread.
        visible: float32, (H', W'), spread.
        homography: infrared to visible pixels.
        freedom: what may change.

    Returns:
        The better homography, infrared to visible pixels; None where there are too few windows.
    """
    windows = Windows.compare(infrared, visible, homography)
    if windows is None or len(windows.centres) < _LEAST:
        return None
    moved = geometry.nudge(_fit(windows, freedom), windows.level.size)
    if not geometry.is_plain(moved, windows.level.size):
        return None
    return windows.level.push(geometry.normalised(windows.pull @ moved))


def _fit(windows: Windows, freedom: Freedom) -> NDArray[np.float64]:
    """Return the numbers of the map that windows agree on, see `geometry.nudge`."""
    top = windows.matches.max(axis=0)
    likely = np.exp((windows.matches - top) / _DOUBT)  # (289, W)
    sharp = top - np.percentile(windows.matches, 75, axis=0)
    fields = _fields(windows.centres, windows.level.size)[..., :freedom]  # (2, W, freedom)
    numbers = np.zeros(freedom)
    for near in _NEAR:
        place = (fields @ numbers).T  # (W, 2)
        apart = ((MOVES[:, None] - place) ** 2).sum(axis=2)  # (289, W)
        reach = np.exp(-apart / (2 * near**2))
        belief = likely * reach
        mass = belief.sum(axis=0)
        told = np.einsum("mw,md->dw", belief, MOVES) / np.maximum(mass, 1e-12)
        # Windows whose best matches are elsewhere lie, or see nothing of the other camera.
        weight = sharp * mass / np.maximum(reach.sum(axis=0), 1e-9)
        normal = np.einsum("dwi,w,dwj->ij", fields, weight, fields)
        stiff = np.full(freedom, _STIFF * np.trace(normal) / freedom)
        stiff[:2] = 0
        slope = np.einsum("dwi,w,dw->i", fields, weight, told)
        numbers = np.linalg.solve(normal + np.diag(stiff + 1e-9), slope)
    return np.concatenate([numbers, np.zeros(8 - freedom)])


def _fields(points: Points, size: Size) -> NDArray[np.float64]:
    """Return how x and y of each point move with each number, (2, W, 8)."""
    half = max(size) / 2
    x, y = ((points - (np.array(size) - 1) / 2) / half).T
    one, zero = np.ones_like(x), np.zeros_like(x)
    along = [one, zero, x, y, zero, zero, -x * x, -x * y]
    across = [zero, one, zero, zero, x, y, -x * y, -y * y]
    return np.stack([np.stack(along, 1), np.stack(across, 1)])
