"""C: are persons that show in one source alone still found?"""

from math import nan

from clfnet.usefulness.matching import Counts, Matches


def complement(fused: Matches, infrared: Matches, visible: Matches, counts: Counts) -> float:
    """Return the recall of persons that one source alone shows, of the worse source.

    Found is who is found at one false detection a picture.

    Args:
        fused: who was found in the fused pictures by one detector.
        infrared: the same in the infrared pictures.
        visible: the same in the visible ones.
        counts: how often each picture counts.

    Returns:
        In [0, 1]; not a number where some source shows nobody alone.

    Example:
        >>> import numpy as np
        >>> from clfnet.usefulness.matching import Match
        >>> def found(*scores):  # in one picture, with two persons
        ...     return Matches([Match(np.array([]), np.array([], bool), np.array(scores))])
        >>> # one is found in the infrared picture alone, the other in the visible one alone
    """
    weights = counts[infrared.picture_of_person]
    in_infrared, in_visible = infrared.found(counts), visible.found(counts)
    still = fused.found(counts)
    recalls = []
    for alone in (in_infrared & ~in_visible, in_visible & ~in_infrared):
        total = float(weights[alone].sum())
        recalls.append(float(weights[alone & still].sum()) / total if total else nan)
    return min(recalls) if recalls[0] == recalls[0] and recalls[1] == recalls[1] else nan
