"""Images by which an eye judges an alignment: a checkerboard and the edges of both."""

import numpy as np
from numpy.typing import NDArray

from clfnet.align.descriptors import blur, spread
from clfnet.align.geometry import inverse
from clfnet.align.rig import Rig
from clfnet.align.warp import Mask, Values, resample, resize

Picture = NDArray[np.uint8]
"""uint8, (H, W, 3), RGB."""

_TILES = 12  # on the longer side
_GAP = 8  # pixels between the panels
_SHORTEST, _LONGEST = 480, 1600  # of a panel's longer side
_FADE = 0.35  # of the visible image where the infrared one is not seen
_STRONG = 97  # percentile of edges drawn at full strength


def preview(infrared: NDArray[np.generic], visible: NDArray[np.generic], rig: Rig) -> Picture:
    """Draw the checkerboard and the edge overlay, side by side, on the visible grid.

    Args:
        infrared: (H, W), of any real type and range.
        visible: (H', W'), of any real type and range.
        rig: how they lie to each other.

    Returns:
        uint8, (h, w, 3): the panels next to each other, or above each other if they are wide.
    """
    squares, edges = panels(infrared, visible, rig)
    axis = 1 if squares.shape[1] < 2 * squares.shape[0] else 0
    gap = list(squares.shape)
    gap[axis] = _GAP
    return np.concatenate([squares, np.full(gap, 255, np.uint8), edges], axis=axis)


def panels(
    infrared: NDArray[np.generic], visible: NDArray[np.generic], rig: Rig
) -> tuple[Picture, Picture]:
    """Draw the checkerboard and the edge overlay, on a visible grid that is good to look at.

    Args:
        infrared: (H, W), of any real type and range.
        visible: (H', W'), of any real type and range.
        rig: how they lie to each other.

    Returns:
        Both, uint8, (h, w, 3).
    """
    placed = _on_one_grid(infrared, visible, rig)
    return checkerboard(*placed), edge_overlay(*placed)


def checkerboard(infrared: Values, visible: Values, covered: Mask) -> Picture:
    """Draw both in turn: where they are aligned, edges go on from square to square.

    Args:
        infrared: float32, (H, W), in [0, 1], on the visible grid.
        visible: float32, (H, W), in [0, 1].
        covered: where the infrared image is seen, bool, (H, W); elsewhere the visible one fades.

    Returns:
        uint8, (H, W, 3).
    """
    height, width = visible.shape
    side = max(4, max(height, width) // _TILES)
    rows, columns = np.arange(height)[:, None] // side, np.arange(width) // side
    odd = (rows + columns) % 2 == 1
    mixed = np.where(covered & odd, infrared, np.where(covered, visible, _FADE * visible))
    return _as_picture(np.repeat(mixed[..., None], 3, axis=2))


def edge_overlay(infrared: Values, visible: Values, covered: Mask) -> Picture:
    """Draw infrared edges red and visible edges cyan: where they coincide, they are white.

    Args and result are those of `checkerboard`.
    """
    inside = covered.copy()
    for axis in (0, 1):  # the border of the infrared image is no edge
        inside &= np.roll(covered, 4, axis) & np.roll(covered, -4, axis)
    infrared_levels, visible_levels = _edges(infrared) * inside, _edges(visible)
    return _as_picture(np.stack([infrared_levels, visible_levels, visible_levels], axis=2))


def _on_one_grid(
    infrared: NDArray[np.generic], visible: NDArray[np.generic], rig: Rig
) -> tuple[Values, Values, Mask]:
    """Return both on a visible grid of a size that is good to look at."""
    visible_levels = spread(visible)
    longest = max(visible_levels.shape)
    factor = min(max(longest, _SHORTEST), _LONGEST) / longest
    size = (round(visible_levels.shape[1] * factor), round(visible_levels.shape[0] * factor))
    scaled = rig.for_sizes(infrared.shape[1::-1], size)
    infrared_levels, covered = resample(spread(infrared), inverse(scaled.homography), size)
    return infrared_levels, resize(visible_levels, size), covered


def _edges(image: Values) -> Values:
    y, x = np.gradient(blur(image))
    strength = np.hypot(x, y)
    strong = max(float(np.percentile(strength, _STRONG)), 1e-6)
    return np.asarray(np.clip(strength / strong, 0, 1), np.float32)


def _as_picture(values: Values) -> Picture:
    return np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8)
