"""C: who shows in one source alone."""

import numpy as np

from clfnet.usefulness.complement import complement, one_source_only
from clfnet.usefulness.matching import Match, Matches


def _found(*pictures: tuple[float, ...]) -> Matches:
    """Images with three persons each, and the scores with which they were found."""
    matches = []
    for with_scores in pictures:
        scores = np.array(sorted((s for s in with_scores if s), reverse=True))
        matches.append(Match(scores, np.ones(len(scores), bool), np.array(with_scores)))
    return Matches(matches)


INFRARED, VISIBLE = _found((0.9, 0.9, 0), (0.9, 0, 0)), _found((0.9, 0, 0.9), (0, 0.9, 0))


def test_the_worse_source_counts() -> None:
    once = np.ones(2)
    alone = one_source_only(INFRARED, VISIBLE, once)
    assert alone.infrared.tolist() == [False, True, False, True, False, False]
    assert alone.visible.tolist() == [False, False, True, False, True, False]
    assert complement(_found((0, 0.8, 0.8), (0.8, 0.8, 0)), alone, once) == 1
    assert complement(_found((0, 0.8, 0.8), (0.8, 0, 0)), alone, once) == 0.5
    assert complement(INFRARED, alone, once) == 0
    assert complement(VISIBLE, alone, once) == 0


def test_a_picture_counts_as_often_as_it_is_drawn() -> None:
    counts = np.array([3.0, 1.0])
    alone = one_source_only(INFRARED, VISIBLE, counts)
    assert complement(_found((0, 0.8, 0.8), (0, 0, 0)), alone, counts) == 0.75


def test_without_such_persons_there_is_no_value() -> None:
    alone = one_source_only(INFRARED, INFRARED, np.ones(2))
    assert np.isnan(complement(VISIBLE, alone, np.ones(2)))
