"""Which detection found which person; average precision, and who was found.

Every statistic takes how often each image counts, so that a resample of the images is a change
of these counts (see `clfnet.usefulness.intervals`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clfnet.usefulness.boxes import Boxes, Detections, intersection_over_union, share_inside

FOUND = 0.5
"""Intersection over union from which on a detection has found a person, as in AP50."""

Counts = NDArray[np.float64]
"""How often each image counts, shape (images,)."""


@dataclass(frozen=True, eq=False)
class Match:
    """What was found in one image.

    Attributes:
        scores: of the detections that count, (N,).
        hits: whether each found a person, (N,).
        found_with: by person, the score of the detection that found it; 0 for none, (P,).
    """

    scores: NDArray[np.float64]
    hits: NDArray[np.bool_]
    found_with: NDArray[np.float64]


def match(detections: Detections, persons: Boxes, ignored: Boxes) -> Match:
    """Give each detection, the best first, the person that it overlaps most and nobody has yet.

    A detection without a person counts neither way if it lies at least half in an ignored box.

    Args:
        detections: the best first.
        persons: what should be found.
        ignored: where nothing counts.

    Example:
        >>> person = np.array([[0.0, 0, 10, 20]])
        >>> found = match(np.array([[0, 0, 10, 19, 0.9]]), person, np.empty((0, 4)))
        >>> found.hits.tolist(), found.found_with.tolist()
        ([True], [0.9])
    """
    overlap = intersection_over_union(detections, persons)
    excused = np.zeros(len(detections), bool)
    if len(ignored):
        inside = share_inside(detections, ignored).max(axis=1)
        alike = intersection_over_union(detections, ignored).max(axis=1)
        excused = np.maximum(inside, alike) >= FOUND
    found_with = np.zeros(len(persons))
    scores, hits = [], []
    for row, score in enumerate(detections[:, 4]):
        free = np.where(found_with > 0, -1, overlap[row])
        best = int(free.argmax()) if len(free) else -1
        if best >= 0 and free[best] >= FOUND:
            found_with[best] = score
            scores.append(score)
            hits.append(True)
        elif not excused[row]:
            scores.append(score)
            hits.append(False)
    return Match(np.array(scores, np.float64), np.array(hits, bool), found_with)


class Matches:
    """What was found in many images, pooled.

    Args:
        pictures: one match each.
    """

    def __init__(self, pictures: Sequence[Match]) -> None:
        scores = np.concatenate([each.scores for each in pictures])
        self._order = np.argsort(-scores, kind="stable")
        self._scores = scores[self._order]
        self._hits = np.concatenate([each.hits for each in pictures])[self._order]
        sizes = [len(each.scores) for each in pictures]
        self._picture = np.repeat(np.arange(len(pictures)), sizes)[self._order]
        self.found_with = np.concatenate([each.found_with for each in pictures])
        persons = [len(each.found_with) for each in pictures]
        self.picture_of_person = np.repeat(np.arange(len(pictures)), persons)
        self._persons = np.array(persons, np.float64)

    def average_precision(self, counts: Counts) -> float:
        """Return the area under the curve of precision over recall, over all points as in VOC 2010.

        Args:
            counts: how often each image counts.

        Returns:
            In [0, 1]; not a number if no image that counts has a person.
        """
        persons = float(counts @ self._persons)
        weights = counts[self._picture]
        true, every = np.cumsum(weights * self._hits), np.cumsum(weights)
        if persons == 0:
            return float("nan")
        precision = true / np.maximum(every, 1e-12)
        best_from_here = np.maximum.accumulate(precision[::-1])[::-1]
        return float(np.sum(np.diff(true, prepend=0.0) / persons * best_from_here))

    def found(self, counts: Counts) -> NDArray[np.bool_]:
        """Return who is found at the least score that has one false detection an image, (P,)."""
        false = np.cumsum(counts[self._picture] * ~self._hits)
        last = int(np.searchsorted(false, counts.sum(), side="right")) - 1
        least = self._scores[last] if last >= 0 else np.inf
        return np.asarray((self.found_with >= least) & (self.found_with > 0))
