"""Homographies between pixel grids.

Pixel centres are at whole numbers, so an image of width w reaches from -0.5 to w - 0.5.
"""

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
"""A homography: float64, (3, 3), homogeneous (x, y, 1)."""
Points = NDArray[np.float64]
"""Positions: float64, (N, 2), x and y in pixels."""
Size = tuple[int, int]
"""Width and height in pixels."""


def apply(matrix: Matrix, points: Points) -> Points:
    """Map points.

    Example:
        >>> apply(np.diag([2.0, 2.0, 1.0]), np.array([[3.0, 4.0]])).tolist()
        [[6.0, 8.0]]
    """
    mapped = np.column_stack([points, np.ones(len(points))]) @ matrix.T  # (N, 3)
    return np.asarray(mapped[:, :2] / mapped[:, 2:], np.float64)


def scaling(source: Size, target: Size) -> Matrix:
    """Return what maps a pixel of an image to its place after resizing.

    Edges fall on edges, so that centres move by half a pixel: 0 to 0.5 at twice the size.

    Example:
        >>> apply(scaling((4, 4), (8, 8)), np.array([[0.0, 3.0]])).tolist()
        [[0.5, 6.5]]
    """
    x, y = target[0] / source[0], target[1] / source[1]
    return np.array([[x, 0, (x - 1) / 2], [0, y, (y - 1) / 2], [0, 0, 1.0]])


def corners(size: Size) -> Points:
    """Return the outer corners of an image, clockwise from the top left."""
    right, bottom = size[0] - 0.5, size[1] - 0.5
    return np.array([[-0.5, -0.5], [right, -0.5], [right, bottom], [-0.5, bottom]])


def normalised(matrix: Matrix) -> Matrix:
    """Return the same homography with 1 in its last place."""
    return np.asarray(matrix / matrix[2, 2], np.float64)


def orienting(orientation: int, size: Size) -> Matrix:
    """Return what maps a stored pixel to its place once `clfnet.io.orientation.upright` is applied.

    Args:
        orientation: as EXIF numbers it, 1 to 8.
        size: of the stored picture.

    Example:
        >>> apply(orienting(6, (4, 3)), np.array([[0.0, 0.0]])).tolist()  # the top left goes right
        [[2.0, 0.0]]
    """
    matrix = np.eye(3)
    width, height = size
    if orientation in (5, 6, 7, 8):
        matrix = matrix[[1, 0, 2]]
        width, height = height, width
    if orientation in (3, 4, 7, 8):  # rows are mirrored
        matrix = np.array([[1, 0, 0], [0, -1, height - 1], [0, 0, 1.0]]) @ matrix
    if orientation in (2, 3, 6, 7):
        matrix = np.array([[-1, 0, width - 1], [0, 1, 0], [0, 0, 1.0]]) @ matrix
    return matrix


def inverse(matrix: Matrix) -> Matrix:
    """Return the way back."""
    return normalised(np.asarray(np.linalg.inv(matrix), np.float64))


def is_plain(matrix: Matrix, size: Size) -> bool:
    """Tell whether an image of this size lands whole: invertible, nothing at infinity."""
    if not np.isfinite(matrix).all() or matrix[2, 2] == 0:
        return False
    outline = corners(size)
    depths = (np.column_stack([outline, np.ones(4)]) @ normalised(matrix).T)[:, 2]
    if not (depths > 1e-3).all():
        return False
    area = abs(polygon_area(apply(matrix, outline)))
    return bool(1e-6 < area / (size[0] * size[1]) < 1e6)


def polygon_area(points: Points) -> float:
    """Return the signed area of a polygon, positive where x turns toward y."""
    x, y = points.T
    return float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2


def nudge(numbers: NDArray[np.float64], size: Size) -> Matrix:
    """Return the small homography that these numbers mean on an image.

    With x and y from -1 to 1 along the longer side, (0, 0) the middle, a point moves to first order
    by a + cx + dy - gx² - hxy along x and by b + ex + fy - gxy - hy² along y.

    Args:
        numbers: a to h, float64, (8,), in pixels.
        size: the image's width and height.

    Example:
        >>> moved = nudge(np.array([0, 0, 5.0, 0, 0, 5.0, 0, 0]), (101, 101))
        >>> apply(moved, np.array([[50.0, 50.0], [100.0, 50.0]])).round(2).tolist()
        [[50.0, 50.0], [104.95, 50.0]]
    """
    half = max(size) / 2
    a, b, c, d, e, f, g, h = numbers / half
    small = np.array([[1 + c, d, a], [e, 1 + f, b], [g, h, 1.0]])
    x, y = (size[0] - 1) / 2 / half, (size[1] - 1) / 2 / half
    unit = np.array([[1 / half, 0, -x], [0, 1 / half, -y], [0, 0, 1]])
    return np.asarray(np.linalg.inv(unit) @ small @ unit, np.float64)


def magnification(matrix: Matrix, size: Size) -> float:
    """Return how many target pixels one source pixel is wide, by area over the whole image."""
    area = abs(polygon_area(apply(matrix, corners(size))))
    return float(np.sqrt(area / (size[0] * size[1])))
