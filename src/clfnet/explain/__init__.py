"""Where each pixel of a fused image comes from."""

from clfnet.explain.explain import Explanation, explain
from clfnet.explain.files import Explained, explain_files
from clfnet.explain.picture import draw
from clfnet.explain.regions import grid, hottest, share_in
from clfnet.io.regions import Region

__all__ = [
    "Explained",
    "Explanation",
    "Region",
    "draw",
    "explain",
    "explain_files",
    "grid",
    "hottest",
    "share_in",
]
