"""S, the structure: how much of the detail that only one source has is kept."""

from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import NDArray

from clfnet.usefulness.filters import Grey, detail, spread

BUSY = 0.03
"""Local standard deviation from which on a source has detail, of levels in [0, 1]."""

ALONE = 0.5
"""The other source has none there: its deviation is below this share of the first one's."""

LEAST_PIXELS = 500
"""A source with detail of its own on fewer pixels says nothing."""


@dataclass(frozen=True, eq=False)
class OwnDetail:
    """The detail that a source has and the other has not.

    Attributes:
        where: the pixels, (H, W).
        values: the source's detail on them, (N,).
    """

    where: NDArray[np.bool_]
    values: NDArray[np.float32]


def own_details(infrared: Grey, visible: Grey) -> tuple[OwnDetail, OwnDetail]:
    """Return the infrared image's own detail, and the visible image's.

    Args:
        infrared: float32 in [0, 1], (H, W).
        visible: the same.
    """
    busy_infrared, busy_visible = spread(infrared), spread(visible)
    return (
        _own(infrared, busy_infrared, busy_visible),
        _own(visible, busy_visible, busy_infrared),
    )


def structure(fused_detail: Grey, own: tuple[OwnDetail, OwnDetail]) -> float:
    """Return 1 − |1 − b| of the worse source, b being the slope of the fused detail on its own.

    A slope of 1 keeps the detail as it was: less is faint, more is exaggerated, below 0 is
    turned.

    Args:
        fused_detail: `detail` of the fused image, (H, W).
        own: what `own_details` of its sources says.

    Returns:
        At most 1, and below 0 where detail is turned; not a number where neither source has enough
        detail of its own.

    Example:
        >>> checks = np.kron(np.indices((16, 16)).sum(axis=0) % 2, np.ones((4, 4)))
        >>> grey, flat = checks.astype(np.float32), np.full((64, 64), 0.5, np.float32)
        >>> round(structure(detail(grey / 2), own_details(grey, flat)), 2)
        0.5
    """
    kept = [_kept(fused_detail, source) for source in own if source.where.sum() > LEAST_PIXELS]
    return min(kept, default=nan)


def _own(image: Grey, busy: Grey, other: Grey) -> OwnDetail:
    where = (busy > BUSY) & (other < ALONE * busy)
    return OwnDetail(where, detail(image)[where])


def _kept(fused_detail: Grey, source: OwnDetail) -> float:
    own = source.values
    slope = float((fused_detail[source.where] * own).sum() / ((own**2).sum() + 1e-9))
    return 1 - abs(1 - slope)
