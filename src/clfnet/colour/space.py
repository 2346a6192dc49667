"""The spaces in which a colour picture gets another luma, by name."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from clfnet.colour import bt601, linear
from clfnet.errors import ConfigError

Float = NDArray[np.float32]


class Space(Protocol):
    """How a colour picture comes apart into luma and the rest, and together again.

    `with_luma(rgb, luma(rgb))` is `rgb` but for float rounding, less than half a level of 16 bits.
    """

    def luma(self, rgb: Float) -> Float:
        """Return the luma, float32, (H, W), in [0, 1], of float32, (H, W, 3), in [0, 1]."""
        ...

    def with_luma(self, rgb: Float, new: Float, *, guard: bool = True) -> Float:
        """Return the picture with the luma `new`, its hue kept, in [0, 1] without clipping."""
        ...


SPACES: Mapping[str, Space] = MappingProxyType({"bt601": bt601, "linear": linear})
"""By name: `clfnet.colour.bt601` and `clfnet.colour.linear`."""


def find_space(name: str) -> Space:
    """Return the space of a name.

    Raises:
        ConfigError: there is no such space.

    Example:
        >>> find_space("linear").luma(np.ones((1, 1, 3), np.float32)).round(3).tolist()
        [[1.0]]
    """
    if name not in SPACES:
        raise ConfigError(f"`space` must be one of {', '.join(SPACES)}, got {name!r}.")
    return SPACES[name]
