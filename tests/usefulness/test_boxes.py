"""Boxes against a naive loop over pixels and pairs."""

import numpy as np

from clfnet.usefulness.boxes import (
    SAME_OBJECT,
    candidates,
    intersection_over_union,
    merge,
    share_inside,
    suppress,
)


def _pixels(box: tuple[int, ...]) -> set[tuple[int, int]]:
    x, y, width, height = box
    return {(column, row) for column in range(x, x + width) for row in range(y, y + height)}


def _array(box: tuple[int, ...]) -> np.ndarray:
    x, y, width, height = box
    return np.array([[x, y, x + width, y + height]], np.float64)


def test_overlap_is_a_count_of_pixels() -> None:
    rng = np.random.default_rng(0)
    for _ in range(200):
        first, second = (
            (*map(int, rng.integers(0, 7, 2)), *map(int, rng.integers(1, 7, 2))) for _ in range(2)
        )
        a, b = _pixels(first), _pixels(second)
        one, two = _array(first), _array(second)
        iou = intersection_over_union(one, two)
        np.testing.assert_allclose(iou, len(a & b) / len(a | b), atol=1e-9)
        np.testing.assert_allclose(share_inside(one, two), len(a & b) / len(a), atol=1e-9)


def test_the_best_of_many_on_one_object_stays() -> None:
    rng = np.random.default_rng(0)
    corners = rng.uniform(0, 30, (60, 2))
    boxes = np.concatenate([corners, corners + rng.uniform(8, 20, (60, 2))], axis=1)
    detections = np.column_stack([boxes, rng.permutation(60) / 60])
    kept = suppress(detections)
    naive: list[np.ndarray] = []
    for row in sorted(detections, key=lambda each: -each[4]):
        if all(intersection_over_union(row[None], k[None])[0, 0] <= SAME_OBJECT for k in naive):
            naive.append(row)
    np.testing.assert_array_equal(kept, naive)
    assert len(suppress(detections, 3)) == 3


def test_weak_ones_go() -> None:
    boxes = np.array([[0.0, 0, 9, 9], [50, 50, 59, 59]])
    assert candidates(boxes, np.array([0.009, 0.5])).tolist() == [[50, 50, 59, 59, 0.5]]
    assert candidates(boxes, np.zeros(2)).shape == (0, 5)


def test_sources_merged_have_each_object_once() -> None:
    infrared = np.array([[0, 0, 10, 10, 0.6], [30, 0, 40, 10, 0.5]])
    visible = np.array([[0, 0, 10, 9, 0.9]])
    assert merge(infrared, visible)[:, 4].tolist() == [0.9, 0.5]
    assert len(merge(infrared, np.empty((0, 5)))) == 2
