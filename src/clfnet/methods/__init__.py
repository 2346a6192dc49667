"""Methods for comparison: classical fusion rules, and folders of published results.

`METHODS` has the rules by name; each is imported when it is made, so that only those that are used
need their extra. Each is a function of its name on float64 arrays, the simplest in `trivial`, every
other one in a file of its name.
"""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

from clfnet.method import FusionMethod
from clfnet.methods.classical import load
from clfnet.methods.published import Published

__all__ = ["METHODS", "Published"]

_TRIVIAL = ("infrared", "visible", "average", "maximum")
_NAMES = (
    "tone",
    "detail",
    "laplacian",
    "ratio",
    "dwt",
    "dtcwt",
    "guided_filter",
    "two_scale_saliency",
)

METHODS: Mapping[str, Callable[[], FusionMethod]] = MappingProxyType(
    {name: partial(load, name, "trivial") for name in _TRIVIAL}
    | {name: partial(load, name) for name in _NAMES}
)
"""Name: how to make it; making it raises `MissingExtraError` if its extra is not installed."""
