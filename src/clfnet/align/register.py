"""Finding how an infrared image lies in the visible one, without help."""

import numpy as np
from numpy.typing import NDArray

from clfnet.align import geometry
from clfnet.align.descriptors import spread
from clfnet.align.geometry import Matrix, Size
from clfnet.align.landmarks import fit_similarity
from clfnet.align.quality import LEAST_IN_PLACE, THRESHOLD, Agreement, agreement
from clfnet.align.refine import Level, refine
from clfnet.align.rig import Rig
from clfnet.align.search import LEAST_OVERLAP, SCALES, starts
from clfnet.align.vote import Freedom, vote
from clfnet.align.warp import Values, coverage, resize
from clfnet.errors import AlignmentError

SHORTEST_SIDE = 48
"""Pixels that each side of an image must have."""

_ADVICE = "Use a pair with more structure that both cameras see, or give landmarks (--points FILE)."
_STARTS, _KEPT = 8, 3  # refined at the coarse and at the middle size
_LARGEST = 1024  # pixels of the longer side; more detail is never looked at
_COARSE, _MIDDLE = 144, 224  # pixels of the visible image's longer side
_VOTES: tuple[Freedom, ...] = (6, 6, 8, 8, 8, 8, 8, 8)  # one is not enough for a strong tilt
_SLACK = 1.1  # over the range of scales that is searched
_SLANT = 0.25  # how far a map may depart from a similarity, of its scale


def register(infrared: NDArray[np.generic], visible: NDArray[np.generic]) -> Rig:
    """Find the homography from an infrared to a visible image of one scene.

    Every shift is tried at 17 scales and 5 rotations; the best starts are refined, coarse to fine,
    as similarities; then the windows of the pair vote for an affine map and for a homography.

    It finds fields of view that differ by up to a factor of 2, turned by up to 10 degrees, of which
    at least half of the smaller one is shared; sizes in pixels may differ at will.

    Args:
        infrared: (H, W), of any real type and range.
        visible: (H, W), of any other size, type and range.

    Returns:
        The rig; its quality is at least `clfnet.align.quality.THRESHOLD`.

    Raises:
        AlignmentError: an image is flat or too small, or the alignment found is not good enough
            to be trusted; the message says how good it is.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> blocks = np.kron(rng.random((12, 16)), np.ones((16, 16)))  # (192, 256)
        >>> rig = register(1 - blocks[8:, 12:], blocks)
        >>> rig.homography[:2, 2].round().tolist()
        [12.0, 8.0]
    """
    infrared_grey, visible_grey = _prepared(infrared, "infrared"), _prepared(visible, "visible")
    homography = _found(infrared_grey, visible_grey)
    if homography is None:
        raise _refusal(Agreement(0.0, 0))
    found = agreement(infrared_grey, visible_grey, homography)
    if not found.is_trusted:
        raise _refusal(found)
    sizes, made = (infrared_grey.shape[1::-1], visible_grey.shape[1::-1]), "found by clfnet align"
    rig = Rig(homography, *sizes, round(found.share, 3), made)
    return _at_full_size(rig, infrared.shape[1::-1], visible.shape[1::-1])


def _prepared(image: NDArray[np.generic], name: str) -> Values:
    """Return the image with its contrast spread, no larger than is of use."""
    if image.ndim != 2 or min(image.shape) < SHORTEST_SIDE:
        raise AlignmentError(
            f"`{name}` must be grey and at least {SHORTEST_SIDE} pixels a side to be aligned, got "
            f"the shape {image.shape}. Give landmarks (--points FILE) instead."
        )
    values = np.asarray(image, np.float32)
    if not np.isfinite(values).all():
        raise AlignmentError(
            f"`{name}` must be finite to be aligned, got NaN or infinity. Replace those pixels."
        )
    factor = _LARGEST / max(values.shape)
    if factor < 1:
        width, height = (max(16, round(side * factor)) for side in values.shape[1::-1])
        values = resize(values, (width, height))
    values = spread(values)
    if not values.any():
        raise AlignmentError(f"`{name}` must show something to be aligned, but is flat. {_ADVICE}")
    return values


def _at_full_size(rig: Rig, infrared: Size, visible: Size) -> Rig:
    """Return the rig for the images as they came; rounding may have changed proportions."""
    matrix = (
        geometry.scaling(rig.visible_size, visible)
        @ rig.homography
        @ geometry.scaling(infrared, rig.infrared_size)
    )
    return Rig(matrix, infrared, visible, rig.quality, rig.made)


def _refusal(found: Agreement) -> AlignmentError:
    return AlignmentError(
        f"The alignment found must have quality {THRESHOLD}, by {LEAST_IN_PLACE} windows or more, "
        f"to be trusted, got {found.share:.2f} by {found.in_place}. {_ADVICE}"
    )


def _found(infrared: Values, visible: Values) -> Matrix | None:
    """Return the homography between the images; None if there is none within range."""
    guesses = [start.homography for start in starts(infrared, visible, _STARTS)]
    coarse = _ranked(infrared, visible, guesses, _COARSE)
    middle = _ranked(infrared, visible, coarse[:_KEPT], _MIDDLE)
    if not middle:
        return None
    matrix = middle[0]
    for freedom in _VOTES:
        voted = vote(infrared, visible, matrix, freedom)
        if voted is None or not _is_plausible(voted, infrared.shape[1::-1], visible.shape[1::-1]):
            return None
        matrix = voted
    return matrix


def _ranked(infrared: Values, visible: Values, guesses: list[Matrix], side: int) -> list[Matrix]:
    """Refine guesses as similarities; return those that are within range, the best first."""
    fits = [refine(Level.make(infrared, visible, guess, side), guess) for guess in guesses]
    sizes = infrared.shape[1::-1], visible.shape[1::-1]
    inside = [fit for fit in fits if fit and _is_plausible(fit.homography, *sizes)]
    return [fit.homography for fit in sorted(inside, key=lambda fit: -fit.evidence)]


def _is_plausible(matrix: Matrix, infrared: Size, visible: Size) -> bool:
    """Tell whether a map is within the range that `register` promises."""
    if not geometry.is_plain(matrix, infrared):
        return False
    ratio = geometry.magnification(matrix, infrared) * max(infrared) / max(visible)
    if not SCALES[0] / _SLACK <= ratio <= SCALES[-1] * _SLACK:
        return False
    outline = geometry.corners(infrared)
    placed = geometry.apply(matrix, outline)
    exact = geometry.apply(fit_similarity(outline, placed), outline)
    side = float(np.sqrt(abs(geometry.polygon_area(placed))))
    if np.abs(placed - exact).max() > _SLANT * side:
        return False
    shared = coverage(geometry.inverse(matrix), infrared, visible).sum()
    smaller = min(abs(geometry.polygon_area(placed)), visible[0] * visible[1])
    return bool(shared >= LEAST_OVERLAP * smaller)
