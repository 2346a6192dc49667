"""Refinement of a first alignment: damped Gauss-Newton steps to where descriptors agree best.

The step is that of Lucas and Kanade on many channels, with the mean of both images' gradients
(Benhimane and Malis, 2004) and with less weight for pixels that do not agree: most of an infrared
image has no partner in the visible one. A step counts only if the correlation grows.
"""

from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clfnet.align import geometry
from clfnet.align.descriptors import Descriptors, describe, inset
from clfnet.align.geometry import Matrix, Size
from clfnet.align.search import LEAST_OVERLAP, evidence
from clfnet.align.warp import Mask, Values, coverage, resize, transform

_MARGIN = 4
_STEPS = 8
_TRIES = 3
_DAMPING = 1e-3
_STALL = 2e-4  # a smaller gain of correlation ends the climb
_SHORTEST = 0.35


class Fit(NamedTuple):
    """A refined guess.

    Attributes:
        homography: infrared to visible pixels.
        correlation: of descriptors, where the images overlap.
        evidence: the correlation, weighed by the overlap; see `clfnet.align.search.evidence`.
    """

    homography: Matrix
    correlation: float
    evidence: float


class View(NamedTuple):
    """The infrared image on the visible grid of one level.

    Attributes:
        descriptors: float32, (4, h, w).
        valid: where both images are known.
        correlation: of the descriptors there.
    """

    descriptors: Descriptors
    valid: Mask
    correlation: float


@dataclass(frozen=True)
class Level:
    """Both images at one resolution.

    Attributes:
        visible: its descriptors, float32, (4, h, w).
        infrared: float32, (h', w').
        from_infrared: maps full infrared pixels to those of this level.
        to_visible: maps visible pixels of this level to full ones.
    """

    visible: Descriptors
    infrared: Values
    from_infrared: Matrix
    to_visible: Matrix

    @classmethod
    def make(cls, infrared: Values, visible: Values, homography: Matrix, side: int) -> "Level":
        """Shrink both so that details are of one size under the guess.

        Args:
            infrared: float32, (H, W), spread.
            visible: float32, (H', W'), spread.
            homography: the guess.
            side: the longer side of the visible image, pixels; less if either has less detail.
        """
        zoom = geometry.magnification(homography, infrared.shape[1::-1])
        factor = min(1.0, side / max(visible.shape), 1.5 / zoom)
        small_visible = _by(visible, factor)
        small_infrared = _by(infrared, min(1.0, factor * zoom))
        return cls(
            describe(small_visible),
            small_infrared,
            geometry.scaling(infrared.shape[1::-1], small_infrared.shape[1::-1]),
            geometry.scaling(small_visible.shape[1::-1], visible.shape[1::-1]),
        )

    @property
    def size(self) -> Size:
        """Width and height of the visible grid."""
        return self.visible.shape[2], self.visible.shape[1]

    def pull(self, homography: Matrix) -> Matrix:
        """Return what maps this level's visible pixels to its infrared ones."""
        return geometry.normalised(
            self.from_infrared @ geometry.inverse(homography) @ self.to_visible
        )

    def push(self, pull: Matrix) -> Matrix:
        """Undo `pull`: return the homography between full images."""
        return geometry.normalised(self.to_visible @ geometry.inverse(pull) @ self.from_infrared)

    def view(self, pull: Matrix) -> View | None:
        """Draw the infrared image on the visible grid; None if too little of it is there."""
        if not geometry.is_plain(pull, self.size):
            return None
        source = (self.infrared.shape[1], self.infrared.shape[0])
        valid = coverage(pull, source, self.size, margin=_MARGIN)
        valid &= inset(valid.shape, _MARGIN)
        known = min(valid.size, source[0] * source[1] / _area_ratio(pull, self.size))
        if valid.sum() < LEAST_OVERLAP * 0.7 * known:
            return None
        descriptors = describe(transform(self.infrared, pull, self.size), valid)
        return View(descriptors, valid, correlation(self.visible, descriptors, valid))

    def overlap(self, view: View, pull: Matrix) -> float:
        """Return the shared area over the geometric mean of both."""
        seen = self.infrared.size / _area_ratio(pull, self.size)
        return float(view.valid.sum()) / sqrt(seen * view.valid.size)


def refine(level: Level, homography: Matrix) -> Fit | None:
    """Climb to the best correlation near a guess; turn, scale and shift may change.

    Args:
        level: both images.
        homography: the guess.

    Returns:
        The fit; None where the images hardly overlap.
    """
    pull = level.pull(homography)
    view = level.view(pull)
    if view is None:
        return None
    pull, view = _climb(level, pull, view)
    weighed = evidence(view.correlation, level.overlap(view, pull))
    return Fit(level.push(pull), view.correlation, weighed)


def correlation(first: Descriptors, second: Descriptors, valid: Mask) -> float:
    """Return the correlation of descriptors over a mask, each channel about its own mean."""
    a, b = first[:, valid], second[:, valid]  # (4, P)
    a -= a.mean(axis=1, keepdims=True)
    b -= b.mean(axis=1, keepdims=True)
    norm = float(np.vdot(a, a)) * float(np.vdot(b, b))
    return float(np.vdot(a, b)) / sqrt(norm) if norm > 0 else 0.0


def _climb(level: Level, pull: Matrix, view: View) -> tuple[Matrix, View]:
    damping = _DAMPING
    for _ in range(_STEPS):
        normal, slope = _equations(level.visible, view)
        for _ in range(_TRIES):
            damped = normal + damping * np.diag(np.diag(normal)) + 1e-9 * np.eye(4)
            # Where little agrees, the equations overrate the curvature by as much.
            step = np.asarray(np.linalg.solve(damped, slope)) / max(view.correlation, _SHORTEST)
            moved = geometry.normalised(pull @ _similarity(step, level.size))
            seen = level.view(moved)
            if seen is not None and seen.correlation > view.correlation:
                break
            damping = max(damping * 10, 0.1)
        else:
            return pull, view
        gain = seen.correlation - view.correlation
        pull, view, damping = moved, seen, max(damping / 10, _DAMPING)
        if gain < _STALL:
            break
    return pull, view


def _equations(visible: Descriptors, view: View) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the normal equations of one step."""
    rest = visible - view.descriptors
    y, x = (np.asarray(part) for part in np.gradient((visible + view.descriptors) / 2, axis=(1, 2)))
    error = np.einsum("chw,chw->hw", rest, rest)
    usual = float(np.median(error[view.valid])) + 1e-6
    weight = view.valid / (1 + error / np.float32(usual)) ** 2

    def product(a: Descriptors, b: Descriptors) -> NDArray[np.float32]:
        return np.asarray((np.einsum("chw,chw->hw", a, b) * weight)[view.valid], np.float32)

    along, across = _fields(view.valid)
    xx, xy, yy = product(x, x)[:, None], product(x, y)[:, None], product(y, y)[:, None]
    normal = along.T @ (xx * along + xy * across) + across.T @ (xy * along + yy * across)
    slope = along.T @ product(x, rest) + across.T @ product(y, rest)
    return np.asarray(normal, np.float64), np.asarray(slope, np.float64)


def _fields(valid: Mask) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return how x and y of each valid pixel move with each number, (P, 4)."""
    height, width = valid.shape
    half = max(height, width) / 2
    rows, columns = np.nonzero(valid)
    x = ((columns - (width - 1) / 2) / half).astype(np.float32)
    y = ((rows - (height - 1) / 2) / half).astype(np.float32)
    one, zero = np.ones_like(x), np.zeros_like(x)
    return np.stack([one, zero, x, -y], 1), np.stack([zero, one, y, x], 1)


def _similarity(step: NDArray[np.float64], size: Size) -> Matrix:
    """Return the map that a step of `_fields` means."""
    x, y, grow, turn = step
    return geometry.nudge(np.array([x, y, grow, -turn, turn, grow, 0, 0]), size)


def _area_ratio(matrix: Matrix, size: Size) -> float:
    return max(1e-6, geometry.magnification(matrix, size) ** 2)


def _by(image: Values, factor: float) -> Values:
    width, height = (max(16, round(side * factor)) for side in image.shape[1::-1])
    return image if (height, width) == image.shape else resize(image, (width, height))
