"""Matches and average precision against naive loops, weighted images against repeated ones."""

import numpy as np
import pytest
from numpy.typing import NDArray

from clfnet.usefulness.matching import Match, Matches, match

NONE = np.empty((0, 4))


def test_the_best_detection_takes_the_person_that_it_overlaps_most() -> None:
    persons = np.array([[0.0, 0, 10, 20], [12, 0, 22, 20]])
    detections = np.array(
        [[0, 0, 10, 19, 0.9], [0, 0, 11, 20, 0.8], [12, 1, 22, 20, 0.7], [50, 50, 60, 70, 0.6]]
    )
    found = match(detections, persons, NONE)
    assert found.hits.tolist() == [True, False, True, False]
    assert found.found_with.tolist() == [0.9, 0.7]
    assert found.scores.tolist() == [0.9, 0.8, 0.7, 0.6]


def test_what_lies_in_an_ignored_box_counts_neither_way() -> None:
    group = np.array([[0.0, 0, 40, 40]])
    detections = np.array([[5.0, 5, 15, 35, 0.9], [35, 5, 55, 35, 0.8]])
    assert match(detections, NONE, group).scores.tolist() == [0.8]
    person = np.array([[5.0, 5, 15, 35]])
    assert match(detections, person, group).hits.tolist() == [True, False]


def test_nothing_found() -> None:
    found = match(np.empty((0, 5)), np.array([[0.0, 0, 9, 9]]), NONE)
    assert found.scores.shape == found.hits.shape == (0,)
    assert found.found_with.tolist() == [0]


def _random(seed: int, pictures: int = 6) -> list[Match]:
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(pictures):
        scores = np.sort(rng.permutation(400)[:8] / 400 + rng.uniform(0, 1e-3, 8))[::-1]
        hits = rng.random(8) < 0.4
        hits[3:] &= hits[3:] & (hits.cumsum()[3:] <= 4)
        with_score = np.zeros(5)
        with_score[: hits.sum()] = scores[hits][:5]
        found.append(Match(scores, hits, with_score))
    return found


def _average_precision(scores: NDArray[np.float64], hits: NDArray[np.bool_], total: int) -> float:
    """The area under the envelope, step by step over recall."""
    order = np.argsort(-scores)
    points, true = [], 0
    for rank, index in enumerate(order, start=1):
        true += int(hits[index])
        points.append((true / total, true / rank))
    area, last = 0.0, 0.0
    for k, (recall, _) in enumerate(points):
        area += (recall - last) * max(precision for _, precision in points[k:])
        last = recall
    return area


@pytest.mark.parametrize("seed", range(3))
def test_average_precision_is_the_area(seed: int) -> None:
    found = _random(seed)
    scores = np.concatenate([each.scores for each in found])
    hits = np.concatenate([each.hits for each in found])
    total = sum(len(each.found_with) for each in found)
    expected = _average_precision(scores, hits, total)
    assert Matches(found).average_precision(np.ones(6)) == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(3))
def test_a_picture_that_counts_twice_is_a_picture_twice(seed: int) -> None:
    found = _random(seed)
    counts = np.array([2.0, 0, 1, 3, 0, 1])
    again = [found[i] for i in (0, 0, 2, 3, 3, 3, 5)]
    repeated, weighted = Matches(again), Matches(found)
    expected = repeated.average_precision(np.ones(7))
    assert weighted.average_precision(counts) == pytest.approx(expected, abs=0.02)
    by_picture = weighted.found(counts).reshape(6, 5)
    np.testing.assert_array_equal(by_picture[0], repeated.found(np.ones(7)).reshape(7, 5)[0])


def test_found_is_at_one_false_detection_a_picture() -> None:
    scores = np.array([0.9, 0.8, 0.7, 0.6])
    hits = np.array([False, True, False, True])
    found = Matches([Match(scores, hits, np.array([0.8, 0.6]))])
    assert found.found(np.ones(1)).tolist() == [True, False]
    none = Matches([Match(np.empty(0), np.empty(0, bool), np.zeros(2))])
    assert none.found(np.ones(1)).tolist() == [False, False]
    assert np.isnan(found.average_precision(np.zeros(1)))
