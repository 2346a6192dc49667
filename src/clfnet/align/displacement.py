"""A check of pairs that are not aligned: does some shift fit much better than none?

Quick, since every pair of files is looked at: both images are small, and only shifts that keep half
of the overlap are tried, so that transforms need no more room than that.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clfnet.align.descriptors import Descriptors, describe, spread
from clfnet.align.search import LEAST_OVERLAP, evidence, fast_length, shrunk

_SIDE = 144  # pixels of the longer side: fewer tell less
_BORDER = 2  # pixels that are left out, where filters and cameras leave lines
_IN_PLACE = 2  # pixels of the small image: nearer to each other, a pair lies as it is
_CLEAR_GAIN = 1.33  # reached by no aligned pair at hand, by nearly all that were shifted by 6 %
_CLEAR_EVIDENCE = 0.08  # less is chance


class Displacement(NamedTuple):
    """How far a pair of equal sizes seems to be from lying as it is.

    Attributes:
        gain: evidence for the best shift over that for none; 1 where none is as good.
        shift: x and y of that shift, from the infrared to the visible image, in visible pixels.
        evidence: for that shift.
    """

    gain: float
    shift: tuple[float, float]
    evidence: float

    @property
    def is_clear(self) -> bool:
        """Whether the two are shifted, beyond doubt."""
        return self.gain > _CLEAR_GAIN and self.evidence > _CLEAR_EVIDENCE


def displacement(infrared: NDArray[np.generic], visible: NDArray[np.generic]) -> Displacement:
    """Compare how well a pair fits as it is and under every shift, in some hundredths of a second.

    Args:
        infrared: (H, W), of any real type and range.
        visible: (H, W), of any real type and range; of the same proportions.
    """
    heat, light = (_described(each) for each in (infrared, visible))
    height, width = light.shape[1:]
    down, right = (np.arange(-(side // 2), side // 2 + 1) for side in (height, width))
    scores = _scores(heat, light, down, right)
    near = (slice(side // 2 - _IN_PLACE, side // 2 + _IN_PLACE + 1) for side in (height, width))
    in_place = float(scores[tuple(near)].max())
    row, column = np.unravel_index(int(scores.argmax()), scores.shape)
    best, scale = float(scores[row, column]), visible.shape[1] / (width + 2 * _BORDER)
    shift = float(right[column] * scale), float(down[row] * scale)
    return Displacement(best / max(in_place, 1e-3), shift, best)


def _described(image: NDArray[np.generic]) -> Descriptors:
    """Return the edges of a small version without its border, each direction's mean taken away."""
    small = spread(shrunk(np.asarray(image, np.float32), _SIDE))
    inner = describe(small)[:, _BORDER:-_BORDER, _BORDER:-_BORDER]
    return np.asarray(inner - inner.mean(axis=(1, 2), keepdims=True))


def _scores(
    heat: Descriptors, light: Descriptors, down: NDArray[np.int_], right: NDArray[np.int_]
) -> NDArray[np.float64]:
    """Return the evidence for each shift of `heat`, (down, right); −1 where too little overlaps."""
    height, width = light.shape[1:]
    shape = fast_length(height + len(down) // 2), fast_length(width + len(right) // 2)
    fixed, moving = (np.fft.rfft2(each, shape) for each in (light, heat))
    product = np.fft.irfft2(np.einsum("chw,chw->hw", fixed, np.conj(moving)), shape)
    product = product[np.ix_(down, right)]  # those up and left stand at the end
    energies = _energy(light, down, right), _energy(heat, -down, -right)
    norm = np.sqrt(np.maximum(energies[0], 1e-3) * np.maximum(energies[1], 1e-3))
    rows, columns = height - np.abs(down), width - np.abs(right)
    overlap = rows[:, None] * columns / (height * width)
    return np.where(overlap < LEAST_OVERLAP, -1, evidence(product / norm, overlap))


def _energy(
    image: Descriptors, down: NDArray[np.int_], right: NDArray[np.int_]
) -> NDArray[np.float64]:
    """Return the sum of squares over the part that each shift of another such image overlaps."""
    squares = np.einsum("chw,chw->hw", image, image, dtype=np.float64)
    table = np.pad(squares.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    (top, bottom), (left, end) = (
        (np.maximum(moves, 0), side + np.minimum(moves, 0))
        for moves, side in zip((down, right), squares.shape, strict=True)
    )
    corners = (table[np.ix_(rows, columns)] for rows in (bottom, top) for columns in (end, left))
    both, without_left, without_top, neither = corners
    energy: NDArray[np.float64] = both - without_left - without_top + neither
    return energy
