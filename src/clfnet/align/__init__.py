"""Bringing an infrared and a visible image onto one grid.

`register` finds how they lie to each other, or refuses; `read_landmarks` and `register_landmarks`
take it from points picked by hand; a `Rig` keeps it in a file; `onto` applies it.
"""

from clfnet.align.displacement import Displacement, displacement
from clfnet.align.landmarks import Landmarks, fit_rig, read_landmarks, register_landmarks
from clfnet.align.onto import Aligned, onto
from clfnet.align.preview import panels, preview
from clfnet.align.quality import THRESHOLD, quality_of
from clfnet.align.register import register
from clfnet.align.rig import Rig

__all__ = [
    "THRESHOLD",
    "Aligned",
    "Displacement",
    "Landmarks",
    "Rig",
    "displacement",
    "fit_rig",
    "onto",
    "panels",
    "preview",
    "quality_of",
    "read_landmarks",
    "register",
    "register_landmarks",
]
