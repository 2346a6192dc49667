"""Alignment from landmarks picked by hand in both images."""

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clfnet.align import geometry
from clfnet.align.geometry import Matrix, Points, Size
from clfnet.align.quality import quality_of
from clfnet.align.rig import Rig
from clfnet.errors import AlignmentError, InputError, one_line
from clfnet.io.files import open_input

COLUMNS = ("x_ir", "y_ir", "x_vi", "y_vi")
"""The header of a landmarks file, in any order."""

_MAX_BYTES = 1_000_000
_LEAST_GAIN = 0.8  # of the left-out error: what a map with more freedom must get down to
_EXACT = 0.01  # pixels: smaller differences are none
_FAR = 1e6


class Landmarks(NamedTuple):
    """Places that show the same thing.

    Attributes:
        infrared: float64, (N, 2), x and y in infrared pixels.
        visible: float64, (N, 2), x and y in visible pixels.
    """

    infrared: Points
    visible: Points


def read_landmarks(path: Path) -> Landmarks:
    """Read a CSV file with the header x_ir,y_ir,x_vi,y_vi, in any order, a landmark a line.

    Raises:
        InputError: it cannot be read, or is no such file.
    """
    try:
        with open_input(path) as file:
            data = file.read(_MAX_BYTES + 1)
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise InputError(
            f"{path} must be a landmarks file, but cannot be read: {error.strerror or error}."
        ) from error
    except UnicodeDecodeError:
        raise InputError(f"{path} must be a CSV file, but holds no UTF-8 text.") from None
    if len(data) > _MAX_BYTES:
        raise InputError(f"{path} must be at most {_MAX_BYTES} bytes. Keep fewer landmarks.")
    try:  # lines end in any way, with a carriage return alone, too
        rows = [row for row in csv.reader(text.splitlines()) if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise InputError(f"{path} must be a CSV file, but is none: {one_line(error)}.") from error
    header = [cell.strip() for cell in rows[0]] if rows else []
    if sorted(header) != sorted(COLUMNS):
        raise InputError(
            f"{path} must begin with the header {','.join(COLUMNS)}, got {','.join(header)!r:.60}. "
            f"Add it."
        )
    table = np.array([_numbers(row, number, path) for number, row in enumerate(rows[1:], 2)])
    if len(table) < 2:
        raise InputError(f"{path} must hold at least 2 landmarks, got {len(table)}. Add some.")
    x_ir, y_ir, x_vi, y_vi = (table[:, header.index(column)] for column in COLUMNS)
    return Landmarks(np.column_stack([x_ir, y_ir]), np.column_stack([x_vi, y_vi]))


def register_landmarks(
    landmarks: Landmarks, infrared: NDArray[np.generic], visible: NDArray[np.generic]
) -> Rig:
    """Fit the map that landmarks support, see `fit_rig`, and measure how well the images agree.

    Args:
        landmarks: at least 2.
        infrared: (h, w), of any real type and range.
        visible: (H, W), of any real type and range.

    Raises:
        InputError: a landmark lies outside its image.
        AlignmentError: the landmarks coincide, lie on a line, or fit no map.
    """
    rig = fit_rig(landmarks, infrared.shape[1::-1], visible.shape[1::-1])
    return replace(rig, quality=quality_of(infrared, visible, rig))


def fit_rig(landmarks: Landmarks, infrared_size: Size, visible_size: Size) -> Rig:
    """Fit the map that landmarks support.

    A similarity for 2 or 3 landmarks. With more, an affine map (from 4) or a homography (from 6)
    is taken if it predicts landmarks that were left out clearly better, so that a few noisy ones
    are not overfitted.

    Args:
        landmarks: at least 2.
        infrared_size: width and height of the infrared image.
        visible_size: width and height of the visible image.

    Returns:
        The rig; its quality is None, and how it was made tells the landmarks' distances.

    Raises:
        InputError: a landmark lies outside its image.
        AlignmentError: the landmarks coincide, lie on a line, or fit no map.

    Example:
        >>> corners = np.array([[0.0, 0.0], [159.0, 0.0], [159.0, 119.0]])
        >>> rig = fit_rig(Landmarks(corners, 4 * corners + 1.5), (160, 120), (640, 480))
        >>> rig.made
        'similarity from 3 landmarks, off by 0.0 px in the median, 0.0 px at worst'
    """
    for points, size, name in (
        (landmarks.infrared, infrared_size, "infrared"),
        (landmarks.visible, visible_size, "visible"),
    ):
        _check_inside(points, size, name)
    name, matrix = _choose(landmarks)
    distances = residuals(matrix, landmarks)
    made = (
        f"{name} from {len(distances)} landmarks, off by {np.median(distances):.1f} px in the "
        f"median, {distances.max():.1f} px at worst"
    )
    if not geometry.is_plain(matrix, infrared_size):
        raise AlignmentError(
            "Landmarks must fit a map of the whole infrared image, but these do not. "
            "Check for swapped columns and spread them over the image."
        )
    return Rig(matrix, infrared_size, visible_size, None, made)


def residuals(homography: Matrix, landmarks: Landmarks) -> NDArray[np.float64]:
    """Return how far each landmark lands from its partner, float64, (N,), visible pixels."""
    offsets = geometry.apply(homography, landmarks.infrared) - landmarks.visible
    return np.asarray(np.linalg.norm(offsets, axis=1), np.float64)


def fit_similarity(source: Points, target: Points) -> Matrix:
    """Return the similarity (turn, scale, shift) that brings points nearest, by least squares."""
    start, end = source.mean(axis=0), target.mean(axis=0)
    a, b = (source - start) @ [1, 1j], (target - end) @ [1, 1j]
    factor = np.vdot(a, b) / np.vdot(a, a).real
    linear = np.array([[factor.real, -factor.imag], [factor.imag, factor.real]])
    return _with_shift(linear, end - linear @ start)


def fit_affine(source: Points, target: Points) -> Matrix:
    """Return the affine map that brings points nearest, by least squares."""
    start, end = source.mean(axis=0), target.mean(axis=0)
    linear = np.linalg.lstsq(source - start, target - end, rcond=None)[0].T
    return _with_shift(linear, end - linear @ start)


def fit_homography(source: Points, target: Points) -> Matrix:
    """Return the homography that brings points nearest: the normalised direct linear transform.

    Hartley and Zisserman, "Multiple View Geometry", algorithm 4.2.
    """
    before, after = _normaliser(source), _normaliser(target)
    x, y = geometry.apply(before, source).T
    u, v = geometry.apply(after, target).T
    one, zero = np.ones_like(x), np.zeros_like(x)
    upper = np.stack([x, y, one, zero, zero, zero, -u * x, -u * y, -u], axis=1)  # (N, 9)
    lower = np.stack([zero, zero, zero, x, y, one, -v * x, -v * y, -v], axis=1)
    matrix = np.linalg.svd(np.vstack([upper, lower]))[2][-1].reshape(3, 3)
    return geometry.normalised(np.linalg.inv(after) @ matrix @ before)


_Fitter = Callable[[Points, Points], Matrix]
# From how many landmarks on each kind of map is considered: one more than it needs, so that one
# can be left out, and a few to spare for the homography.
_KINDS: tuple[tuple[str, _Fitter, int], ...] = (
    ("similarity", fit_similarity, 2),
    ("affine", fit_affine, 4),
    ("homography", fit_homography, 6),
)


def _choose(landmarks: Landmarks) -> tuple[str, Matrix]:
    _check_spread(landmarks)
    name, fit, _ = _KINDS[0]
    error = _left_out(fit, landmarks) if len(landmarks.infrared) > 2 else 0.0
    for other, kind, least in _KINDS[1:]:
        if len(landmarks.infrared) >= least:
            found = _left_out(kind, landmarks)
            if found + _EXACT < _LEAST_GAIN * error:
                name, fit, error = other, kind, found
    return name, fit(landmarks.infrared, landmarks.visible)


def _left_out(fit: _Fitter, landmarks: Landmarks) -> float:
    """Return the root mean square distance of each landmark under the fit of all others."""
    squares = []
    for index in range(len(landmarks.infrared)):
        others = np.arange(len(landmarks.infrared)) != index
        rest = Landmarks(landmarks.infrared[others], landmarks.visible[others])
        if _extent(rest.infrared)[0] < 1e-6:
            return _FAR
        distance = residuals(fit(*rest), landmarks)[index]
        squares.append(min(float(distance), _FAR) ** 2 if np.isfinite(distance) else _FAR**2)
    return float(np.sqrt(np.mean(squares)))


def _check_spread(landmarks: Landmarks) -> None:
    for points, name in zip(landmarks, ("infrared", "visible"), strict=True):
        if _extent(points)[1] < 1:
            raise AlignmentError(
                f"Landmarks must lie apart, but those in the {name} image are one place. "
                f"Spread them over the image."
            )


def _extent(points: Points) -> tuple[float, float]:
    """Return the least and the greatest spread of points: a line has 0 and its length."""
    small = np.linalg.svd(points - points.mean(axis=0), compute_uv=False)
    return float(small[-1]) if len(small) > 1 else 0.0, float(small[0])


def _check_inside(points: Points, size: Size, name: str) -> None:
    outside = (points < -0.5) | (points > np.array(size) - 0.5)
    if outside.any():
        x, y = points[outside.any(axis=1)][0]
        raise InputError(
            f"Landmarks must lie in the {name} image of {size[0]}x{size[1]} pixels, got "
            f"({x:g}, {y:g}). Check for swapped columns."
        )


def _numbers(row: list[str], number: int, path: Path) -> list[float]:
    try:
        values = [float(cell) for cell in row]
    except ValueError:
        values = []
    if len(values) != len(COLUMNS) or not np.isfinite(values).all():
        raise InputError(
            f"Line {number} of {path} must be four numbers, got {','.join(row)!r:.60}. "
            f"Correct the line."
        )
    return values


def _normaliser(points: Points) -> Matrix:
    """Return what moves points to the origin, at a mean distance of √2."""
    centre = points.mean(axis=0)
    scale = np.sqrt(2) / np.linalg.norm(points - centre, axis=1).mean()
    return _with_shift(scale * np.eye(2), -scale * centre)


def _with_shift(linear: NDArray[np.float64], shift: NDArray[np.float64]) -> Matrix:
    return np.block([[linear, shift[:, None]], [np.array([[0.0, 0.0, 1.0]])]])
