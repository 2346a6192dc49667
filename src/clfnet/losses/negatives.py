"""The three ways to choose negatives (Sec. IV-H), as functions of one signature.

A strategy takes the embeddings of one branch and returns the pool (B, S, D) from which negatives
are drawn; the place of the query itself is left out of it afterwards, so N = B·S − 1 for all three.
"""

from collections.abc import Callable
from typing import NamedTuple

from torch import Tensor


class Keys(NamedTuple):
    """Embeddings (B, S, D) of the source images, seen from one branch.

    For the infrared branch `own` is the infrared image through the infrared encoder, `other` the
    visible image through the visible encoder and `crossed` the visible image through the infrared
    encoder; mirrored for the visible branch. Only `other_crossed` reads `crossed`.
    """

    own: Tensor
    other: Tensor
    crossed: Tensor | None = None


Strategy = Callable[[Keys], Tensor]


def other_source(keys: Keys) -> Tensor:
    """Strategy (a): the other source through its own encoder."""
    return keys.other


def other_crossed(keys: Keys) -> Tensor:
    """Strategy (b): the other source through this branch's encoder."""
    if keys.crossed is None:
        raise ValueError("`crossed` must be given for strategy (b), got None.")
    return keys.crossed


def same_source(keys: Keys) -> Tensor:
    """Strategy (c), the paper's choice: the rest of the same source, and of the whole batch."""
    return keys.own


STRATEGIES: dict[str, Strategy] = {"a": other_source, "b": other_crossed, "c": same_source}
