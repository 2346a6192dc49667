"""C, the complement: the share found of persons that only one of the two sources shows."""

from math import isnan, nan
from typing import NamedTuple

from numpy import bool_
from numpy.typing import NDArray

from clfnet.usefulness.matching import Counts, Matches


class OneSource(NamedTuple):
    """Who is found in one source alone.

    Attributes:
        infrared: in the infrared images and not in the visible ones, (P,).
        visible: the reverse.
    """

    infrared: NDArray[bool_]
    visible: NDArray[bool_]


def one_source_only(infrared: Matches, visible: Matches, counts: Counts) -> OneSource:
    """Return who one detector finds in one source alone, at one false detection an image.

    Args:
        infrared: what it found in the infrared images.
        visible: what it found in the visible ones.
        counts: how often each image counts.
    """
    in_infrared, in_visible = infrared.found(counts), visible.found(counts)
    return OneSource(in_infrared & ~in_visible, in_visible & ~in_infrared)


def complement(fused: Matches, one_source: OneSource, counts: Counts) -> float:
    """Return the recall of persons that one source alone shows, of the worse source.

    Args:
        fused: what a detector found in the fused images.
        one_source: who it found in one source alone.
        counts: how often each image counts.

    Returns:
        In [0, 1]; not a number where a source shows nobody alone.

    Example:
        >>> import numpy as np
        >>> from clfnet.usefulness.matching import Match
        >>> found = Matches([Match(np.array([0.9]), np.array([True]), np.array([0.9, 0.0]))])
        >>> first, second = np.array([True, False]), np.array([False, True])
        >>> complement(found, OneSource(first, second), np.ones(1))
        0.0
    """
    weights, still = counts[fused.picture_of_person], fused.found(counts)
    recalls = []
    for alone in one_source:
        total = float(weights[alone].sum())
        recalls.append(float(weights[alone & still].sum()) / total if total else nan)
    return nan if any(map(isnan, recalls)) else min(recalls)
