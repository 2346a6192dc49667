"""How much of the fusion is taken: from the visible image to the fused one."""

import numpy as np
from numpy.typing import NDArray

from clfnet.errors import ConfigError

Float = NDArray[np.float32]


def blend(visible: Float, fused: Float, strength: float) -> Float:
    """Return (1 − strength) · visible + strength · fused.

    Args:
        visible: float32, any shape, in [0, 1].
        fused: float32, the same shape.
        strength: 0 gives `visible`, 1 gives `fused`, both to the bit; values rise or fall evenly
            between.

    Returns:
        float32, the same shape, never outside what the two span.

    Raises:
        ConfigError: `strength` is not in [0, 1].

    Example:
        >>> blend(np.array([0.2, 1], np.float32), np.array([0.6, 0], np.float32), 0.25).tolist()
        [0.30000001192092896, 0.75]
    """
    check_strength(strength)
    share = np.float32(strength)
    mixed: Float = (1 - share) * visible + share * fused
    return np.clip(mixed, np.minimum(visible, fused), np.maximum(visible, fused))  # rounding


def check_strength(strength: float) -> None:
    """Raise a `ConfigError` unless `strength` is in [0, 1]."""
    if not 0 <= strength <= 1:  # NaN is neither
        raise ConfigError(
            f"`strength` must be in [0, 1], got {strength}. 0 is the visible image, 1 the fused."
        )
