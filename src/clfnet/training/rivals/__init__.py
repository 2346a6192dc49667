"""Training the nine networks that the paper compares with; one file each."""

from clfnet.training.rivals import (
    densefuse,
    fusiongan,
    ganmcc,
    ifcnn,
    ifsepr,
    pmgi,
    rfn_nest,
    stdfusionnet,
    u2fusion,
)
from clfnet.training.rivals.base import Entry

__all__ = ["ENTRIES", "Entry"]

ENTRIES: tuple[Entry, ...] = tuple(
    module.ENTRY
    for module in (
        *(densefuse, rfn_nest, fusiongan, ganmcc, ifcnn, pmgi, u2fusion, stdfusionnet, ifsepr),
    )
)
"""In the order of the paper's tables."""
