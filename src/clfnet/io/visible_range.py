"""Which levels of a visible image are black and white, where they are not all that its type has.

Cameras of 10, 12 or 14 bits often store their levels in the lower end of 16 bits: such an image is
nearly black.
"""

from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from clfnet.errors import ConfigError

FULL = "full"
_DEPTHS = (8, 10, 12, 14)
_LEAST = 256  # a black image tells nothing


class VisibleRange(NamedTuple):
    """Levels that become black and white; what lies beyond is clipped."""

    low: int
    high: int

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read "LOW,HIGH"; None for "full".

        Raises:
            ConfigError: it is neither.

        Example:
            >>> VisibleRange.parse("0,4095")
            VisibleRange(low=0, high=4095)
        """
        if text == FULL:
            return None
        try:
            low, high = (int(part) for part in text.split(","))
        except ValueError:
            low = high = 0
        if not 0 <= low < high <= 65535:
            raise ConfigError(
                f"`visible_range` must be full or LOW,HIGH in levels, 0 to 65535, got {text!r:.60}."
                f" For 12 bits in 16 it is 0,4095."
            )
        return cls(low, high)

    def spread(self, pixels: NDArray[Any]) -> NDArray[Any]:
        """Return levels spread to the full scale of their type.

        Args:
            pixels: uint8 or uint16, (H, W) or (H, W, C); of 2 or 4 channels the last is alpha,
                which stays.

        Raises:
            ConfigError: they are floats, which are in [0, 1] already.

        Example:
            >>> VisibleRange(0, 4095).spread(np.array([[0, 4095, 5000]], np.uint16)).tolist()
            [[0, 65535, 65535]]
        """
        if pixels.dtype.kind != "u":
            raise ConfigError(
                f"`visible_range` must be given for whole levels only, got {pixels.dtype}. Drop it."
            )
        full = np.iinfo(pixels.dtype).max
        levels = np.arange(full + 1, dtype=np.float64)
        scaled = np.clip((levels - self.low) / (self.high - self.low), 0, 1) * full
        table = np.rint(scaled).astype(pixels.dtype)
        has_alpha = pixels.ndim == 3 and pixels.shape[2] in (2, 4)
        shown: NDArray[Any] = table[pixels]
        if has_alpha:
            shown[..., -1] = pixels[..., -1]
        return shown


def hint(pixels: NDArray[Any]) -> str:
    """Tell that an image of 16 bits uses fewer; nothing if it does not.

    Example:
        >>> hint(np.array([[4000]], np.uint16))[:43]
        'visible: 16 bits, of which 12 hold all leve'
    """
    most = int(pixels.max()) if pixels.dtype == np.uint16 else 0
    if not _LEAST <= most < 2 ** _DEPTHS[-1]:
        return ""
    bits = next(depth for depth in _DEPTHS if most < 2**depth)
    return (
        f"visible: 16 bits, of which {bits} hold all levels, so that it is dark; if that is the "
        f"camera's depth, say --visible-range 0,{2**bits - 1}"
    )
