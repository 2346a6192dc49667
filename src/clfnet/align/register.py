"""Automatic registration: the map from an infrared image to the visible one, from pixels alone."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from clfnet.align import geometry
from clfnet.align.descriptors import spread
from clfnet.align.geometry import Matrix, Size
from clfnet.align.landmarks import fit_similarity
from clfnet.align.quality import LEAST_IN_PLACE, THRESHOLD, Agreement, agreement
from clfnet.align.refine import Level, refine
from clfnet.align.rig import Rig
from clfnet.align.search import (
    AROUND,
    LEAST_OVERLAP,
    SCALES,
    WIDE_SCALES,
    orientation_evidence,
    starts,
)
from clfnet.align.vote import Freedom, vote
from clfnet.align.warp import Values, coverage, resize
from clfnet.deadline import check_time
from clfnet.errors import AlignmentError
from clfnet.io import orientation as stored

SHORTEST_SIDE = 48
"""Pixels that each side of an image must have."""

_NEXT = (
    "Take another pair of the same cameras, or mark places in both: "
    "clfnet align IR VIS -o RIG.json --points FILE"
)
_CAUSES = "Likely causes: too little that both show, other moments, views that hardly overlap."


ORIENTATIONS = (6, 8, 3, 2, 4, 5, 7)
"""EXIF's orientations but upright: turned by 90, 270, 180 degrees; mirrored, and turned as well."""
_TRIED_ORIENTATIONS = 2
_STARTS, _KEPT = 8, 3  # refined at the coarse and at the middle size
_LARGEST = 1024  # pixels of the longer side; more detail is never looked at
_COARSE, _MIDDLE = 144, 224  # pixels of the visible image's longer side
_VOTES: tuple[Freedom, ...] = (6, 6, 8, 8, 8, 8, 8, 8)  # one is not enough for a strong tilt
_LEAST_FIELD = 0.15  # of the other: less is no field of view to search in
_SLACK = 1.1  # over the range of scales that is searched
_MARGIN = 0.12  # of the infrared image's sides, around its place in the visible one
_BEYOND_DOUBT = 0.5  # a quality below it is compared with that of other orientations
_SLANT = 0.25  # how far a map may depart from a similarity, of its scale


def register(
    infrared: NDArray[np.generic],
    visible: NDArray[np.generic],
    *,
    orientation: int | None = None,
    wide: bool = True,
    field: float = 0.0,
) -> Rig:
    """Find the homography from an infrared to a visible image of one scene.

    Every shift is tried at 17 scales and 5 rotations; the best starts are refined, coarse to fine,
    as similarities; then the windows of the pair vote for an affine map and for a homography.

    It finds fields of view that differ by up to a factor of 2, turned by up to 10 degrees, of which
    at least half of the smaller one is shared; sizes in pixels may differ at will. If that fails,
    factors of up to 3.6 are tried, and then the infrared image turned by quarters and mirrored. A
    factor that is told, of up to 6.7, is tried first.

    Args:
        infrared: (H, W), of any real type and range.
        visible: (H, W), of any other size, type and range.
        orientation: how the infrared image is stored, as EXIF numbers it (1: upright, 6: to be
            turned by 90 degrees clockwise, ...); tried out if not given.
        wide: try factors beyond 2.
        field: how wide the infrared image sees beside the visible one, longer side to longer side,
            where focal lengths tell; factors near it are tried first. 0 if nothing tells.

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
    heat, light = _prepared(infrared, "infrared"), _prepared(visible, "visible")
    best, trusted = Agreement(0.0, 0), None
    for way, scales, told in _ways(heat, light, orientation, field, wide=wide):
        if trusted and scales is WIDE_SCALES:
            continue
        homography, found = _found(stored.upright(heat, way), light, scales)
        if homography is not None and found.is_trusted and (trusted is None or found > best):
            matrix = homography @ geometry.orienting(way, heat.shape[1::-1])
            sizes = heat.shape[1::-1], light.shape[1::-1]
            trusted = Rig(matrix, *sizes, round(found.share, 3), _made(way))
        best = max(best, found)
        if trusted and (told or best.share >= _BEYOND_DOUBT):
            break
    if trusted is None:
        raise _refusal(best)
    return _at_full_size(trusted, infrared.shape[1::-1], visible.shape[1::-1])


def _ways(
    heat: Values, light: Values, orientation: int | None, field: float, *, wide: bool
) -> Iterator[tuple[int, tuple[float, ...], bool]]:
    """Yield orientations and scales to try, and whether these are told; the likely ones first."""
    if _LEAST_FIELD <= field <= 1 / _LEAST_FIELD:
        yield orientation or 1, tuple(field * scale for scale in AROUND), True
    yield orientation or 1, SCALES, False
    if wide:
        yield orientation or 1, WIDE_SCALES, False
    if orientation is None:
        ways = (1, *ORIENTATIONS)
        evidence = {w: orientation_evidence(stored.upright(heat, w), light) for w in ways}
        likely = [w for w in ORIENTATIONS if evidence[w] > evidence[1]]
        for way in sorted(likely, key=lambda w: -evidence[w])[:_TRIED_ORIENTATIONS]:
            yield way, SCALES, False


def _made(way: int) -> str:
    turned = {1: "", 3: "turned by 180 degrees", 6: "turned by 90 degrees"}
    turned |= {8: "turned by 270 degrees", 2: "mirrored"}
    how = turned.get(way, "mirrored and turned")
    return "found by clfnet align" + (f", the infrared {how}" if how else "")


def _prepared(image: NDArray[np.generic], name: str) -> Values:
    """Return the image with its contrast spread, no larger than is of use."""
    if image.ndim != 2 or min(image.shape) < SHORTEST_SIDE:
        raise AlignmentError(
            f"`{name}` must be grey and at least {SHORTEST_SIDE} pixels a side to be aligned, got "
            f"the shape {image.shape}. {_NEXT}."
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
        raise AlignmentError(f"`{name}` must show something to be aligned, but is flat. {_NEXT}.")
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
        f"the two must agree in {THRESHOLD:.0%} of all places and in {LEAST_IN_PLACE} or more to "
        f"be aligned, but the best alignment found agrees in {found.share:.1%}, which are "
        f"{found.in_place}. {_CAUSES} {_NEXT}."
    )


def _found(
    heat: Values, light: Values, scales: tuple[float, ...]
) -> tuple[Matrix | None, Agreement]:
    """Return the homography between the images and how well they agree; None if none is found."""
    none = None, Agreement(0.0, 0)
    guesses = [start.homography for start in starts(heat, light, _STARTS, scales)]
    ends = min(scales), max(scales)
    coarse = _ranked(heat, light, guesses, _COARSE, ends)
    middle = _ranked(heat, light, coarse[:_KEPT], _MIDDLE, ends)
    if not middle:
        return none
    matrix, corner = middle[0], (0, 0)
    if ends[0] < SCALES[0]:  # a small part of the visible image alone gives too few windows
        light, corner = _around(light, geometry.apply(matrix, geometry.corners(heat.shape[1::-1])))
    back = np.array([[1, 0, corner[0]], [0, 1, corner[1]], [0, 0, 1.0]])
    matrix = geometry.inverse(back) @ matrix
    sizes, ends = (heat.shape[1::-1], light.shape[1::-1]), (min(SCALES[0] / 2, ends[0]), ends[1])
    for freedom in _VOTES:
        check_time()
        voted = vote(heat, light, matrix, freedom)
        if voted is None or not _is_plausible(voted, *sizes, ends):
            return none
        matrix = voted
    return back @ matrix, agreement(heat, light, matrix)


def _around(light: Values, placed: geometry.Points) -> tuple[Values, tuple[int, int]]:
    """Return the part of the visible image that the infrared one lies in, and its first pixel."""
    low, high = placed.min(axis=0), placed.max(axis=0)
    margin = _MARGIN * (high - low)
    left, top = (int(max(0, edge)) for edge in low - margin)
    right, bottom = (int(edge) + 1 for edge in high + margin)
    part = light[top:bottom, left:right]
    if min(part.shape) < SHORTEST_SIDE:
        return light, (0, 0)
    return part, (left, top)


def _ranked(
    heat: Values, light: Values, guesses: list[Matrix], side: int, ends: tuple[float, float]
) -> list[Matrix]:
    """Refine guesses as similarities; return those that are within range, the best first."""
    fits = []
    for guess in guesses:
        check_time()
        fits.append(refine(Level.make(heat, light, guess, side), guess))
    sizes = heat.shape[1::-1], light.shape[1::-1]
    inside = [fit for fit in fits if fit and _is_plausible(fit.homography, *sizes, ends)]
    return [fit.homography for fit in sorted(inside, key=lambda fit: -fit.evidence)]


def _is_plausible(matrix: Matrix, infrared: Size, visible: Size, ends: tuple[float, float]) -> bool:
    """Tell whether a map is within the range that `register` promises."""
    if not geometry.is_plain(matrix, infrared):
        return False
    ratio = geometry.magnification(matrix, infrared) * max(infrared) / max(visible)
    if not ends[0] / _SLACK <= ratio <= ends[1] * _SLACK:
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
