"""Boxes in images: how far they overlap, and which of many on one object is kept.

A box is x1, y1, x2, y2 in pixels; a detection is a box and its score, five numbers.
"""

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float64]
"""float64, shape (N, 4): x1, y1, x2, y2 in pixels."""

Detections = NDArray[np.float64]
"""float64, shape (N, 5): a box and its score in [0, 1]; the best first."""

SAME_OBJECT = 0.6
"""Intersection over union above which two detections are of one object."""

MOST_CANDIDATES, MOST_KEPT, LEAST_SCORE = 400, 100, 0.01
"""Per image: how many detections are compared, how many are kept, and from which score on."""

_TINY = 1e-9


def areas(boxes: Boxes) -> NDArray[np.float64]:
    """Return the area of each box, shape (N,); 0 where it is turned inside out."""
    sides = np.maximum(boxes[:, 2:4] - boxes[:, :2], 0)
    return np.asarray(sides.prod(axis=1))


def intersections(first: Boxes, second: Boxes) -> NDArray[np.float64]:
    """Return the area that each box shares with each other one, shape (N, M)."""
    top_left = np.maximum(first[:, None, :2], second[None, :, :2])
    bottom_right = np.minimum(first[:, None, 2:4], second[None, :, 2:4])
    return np.asarray(np.maximum(bottom_right - top_left, 0).prod(axis=2))


def intersection_over_union(first: Boxes, second: Boxes) -> NDArray[np.float64]:
    """Return the shared area over the covered area of each two boxes.

    Args:
        first: shape (N, 4 or more).
        second: shape (M, 4 or more).

    Returns:
        float64 in [0, 1], shape (N, M).

    Example:
        >>> a, b = np.array([[0.0, 0, 2, 1]]), np.array([[1.0, 0, 3, 1]])
        >>> intersection_over_union(a, b).round(3).tolist()
        [[0.333]]
    """
    shared = intersections(first, second)
    return shared / (areas(first)[:, None] + areas(second)[None] - shared + _TINY)


def share_inside(first: Boxes, second: Boxes) -> NDArray[np.float64]:
    """Return which share of each first box lies in each second one, shape (N, M).

    Example:
        >>> small, large = np.array([[0.0, 0, 1, 1]]), np.array([[0.0, 0, 9, 9]])
        >>> share_inside(small, large).round(3).tolist()
        [[1.0]]
    """
    return intersections(first, second) / (areas(first)[:, None] + _TINY)


def suppress(detections: Detections, most: int | None = None) -> Detections:
    """Keep of the detections on one object the one of the best score (non-maximum suppression).

    Args:
        detections: in any order.
        most: how many are kept; all by default.

    Returns:
        Those that overlap no better one by more than `SAME_OBJECT`; the best first.

    Example:
        >>> suppress(np.array([[0, 0, 9, 9, 0.5], [0, 0, 9, 8, 0.9], [20, 0, 29, 9, 0.3]]))[:, 4]
        array([0.9, 0.3])
    """
    best_first = detections[np.argsort(-detections[:, 4], kind="stable")]
    overlap = intersection_over_union(best_first, best_first)
    alive = np.ones(len(best_first), bool)
    kept: list[int] = []
    for index in range(len(best_first)):
        if len(kept) == most:
            break
        if alive[index]:
            kept.append(index)
            alive &= overlap[index] <= SAME_OBJECT
    return best_first[kept]


def candidates(boxes: Boxes, scores: NDArray[np.float64]) -> Detections:
    """Turn what a network gives for one class into detections: weak ones go, then `suppress`.

    Args:
        boxes: shape (N, 4).
        scores: in [0, 1], shape (N,).

    Returns:
        At most `MOST_KEPT`; the best first.
    """
    every = np.column_stack([boxes, scores])[scores > LEAST_SCORE]
    best = np.argsort(-every[:, 4], kind="stable")[:MOST_CANDIDATES]
    return suppress(every[best], MOST_KEPT)


def merge(infrared: Detections, visible: Detections) -> Detections:
    """Return the detections of both sources, one per object: what fusing should not fall below."""
    return suppress(np.concatenate([infrared, visible]))
