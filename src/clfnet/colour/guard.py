"""The saturation guard: in the dark, chroma is mostly noise and must not be made more of.

In a picture of a night street the eye forgives coloured noise as long as it is dark. When fusion
makes a person there bright, or the ground darker than its colour, the noise turns into blotches.
"""

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]

DARK = 0.1
"""A pixel whose brightest channel is below this has a colour that is not to be trusted."""

LIT = 0.4
"""A pixel whose brightest channel is at least this keeps its chroma to the bit."""


def kept_chroma(rgb: Float, in_the_dark: Float) -> Float:
    """Return the share of its chroma that each pixel keeps.

    With t rising smoothly (3x² − 2x³) from 0 to 1 as the brightest of R, G and B rises from `DARK`
    to `LIT`, the share is `in_the_dark` to the power of 1 − t. The brightest channel, not luma,
    says how much signal there is: a blue lamp has little luma, but its colour is no noise.

    Args:
        rgb: the visible picture, float32, (H, W, 3), in [0, 1].
        in_the_dark: the share kept where it is dark, float32, (H, W), in [0, 1].

    Returns:
        float32, (H, W), in [0, 1]; exactly 1 where the picture is lit.

    Example:
        >>> rgb = np.array([[[0, 0.05, 0], [0, 0.25, 0], [0, 0.5, 0]]], np.float32)
        >>> kept_chroma(rgb, np.full((1, 3), 0.5, np.float32)).tolist()
        [[0.5, 0.7071067690849304, 1.0]]
    """
    brightest = rgb.max(axis=2)
    rise = np.clip((brightest - np.float32(DARK)) / np.float32(LIT - DARK), 0, 1)
    smooth = rise * rise * (3 - 2 * rise)
    trust = np.where(brightest < LIT, smooth, np.float32(1))  # not 1 but for rounding
    kept: Float = in_the_dark ** (1 - trust)  # anything to the power of 0 is 1, to the bit
    return kept


def ratio(numerator: Float, denominator: Float) -> Float:
    """Return the ratio of two lumas, (H, W), at most 1; 1 where both are 0."""
    larger = np.maximum(numerator, denominator)
    return np.divide(numerator, larger, out=np.ones_like(larger), where=larger > 0)
