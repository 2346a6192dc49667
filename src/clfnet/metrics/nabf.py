"""Nabf: the artefacts, edges in the fused image that neither source has."""

import numpy as np

from clfnet.metrics.filters import sobel
from clfnet.metrics.image import FloatArray, GreyImage, check

STRONG = 2.0
"""From this strength on an edge weighs by its strength."""

FAINT_WEIGHT = 0.001
"""What a weaker edge weighs."""


def nabf(fused: GreyImage, infrared: GreyImage, visible: GreyImage) -> float:
    """Return Σ n [(1 − Q_A) w_A + (1 − Q_B) w_B] / Σ (w_A + w_B).

    n is 1 where the edge of the fused image is stronger than that of both sources. With g and a the
    strength and direction of a Sobel edge (an eighth of the usual response): w = g^1.5 where g ≥ 2,
    else 0.001; G = min / max of two strengths (0 if one is 0), D = ||a_X − a_F| − π/2| 2/π,
    Q² = 0.9999 / (1 + e^(−19 (G − 0.5))) · 0.9995 / (1 + e^(−22 (D − 0.5))).

    Source: Petrović and Xydeas, "Objective image fusion performance characterisation", ICCV 2005,
    as modified by Shreyamsha Kumar, "Multifocus and multispectral image fusion based on pixel
    significance using discrete cosine harmonic wavelet transform", Signal Image Video Process. 7,
    1125 (2013).

    Args:
        fused: uint8, (H, W), 0..255; beyond its border it is mirrored.
        infrared: the same size.
        visible: the same size.

    Returns:
        0 to 1. Lower is better.

    Raises:
        ImageError: an image is no uint8 array of shape (H, W).
        SizeMismatchError: the images differ in size.
        MissingExtraError: scipy is not installed.

    Example:
        >>> a = np.eye(8, dtype=np.uint8) * 200
        >>> nabf(a, a, a)
        0.0
    """
    check(fused=fused, infrared=infrared, visible=visible)
    strength_f, direction_f = _edges(fused)
    new = np.ones(fused.shape, bool)
    lost = np.zeros(fused.shape)
    total = 0.0
    for source in (infrared, visible):
        strength, direction = _edges(source)
        weight = np.where(strength >= STRONG, strength**1.5, FAINT_WEIGHT)
        lost += (1 - _preserved(strength, direction, strength_f, direction_f)) * weight
        new &= strength_f > strength
        total += weight.sum()
    return float(lost[new].sum() / total)


def _edges(image: GreyImage) -> tuple[FloatArray, FloatArray]:
    """The strength and the direction of the edges."""
    sx, sy = sobel(image.astype(np.float64) / 8, "mirror")
    with np.errstate(divide="ignore", invalid="ignore"):
        direction = np.arctan(sx / sy)  # from the vertical, ±π/2 where sy = 0
    direction[(sx == 0) & (sy == 0)] = 0
    return np.sqrt(sx * sx + sy * sy), direction


def _preserved(
    strength: FloatArray, direction: FloatArray, strength_f: FloatArray, direction_f: FloatArray
) -> FloatArray:
    """Q: 0 where an edge of the source is lost, near 1 where it has its strength and direction."""
    weaker, stronger = np.minimum(strength, strength_f), np.maximum(strength, strength_f)
    ratio = np.divide(weaker, stronger, out=np.zeros_like(weaker), where=stronger > 0)
    turn = np.abs(np.abs(direction - direction_f) - np.pi / 2) * 2 / np.pi
    of_strength: FloatArray = 0.9999 / (1 + np.exp(-19 * (ratio - 0.5)))
    of_direction: FloatArray = 0.9995 / (1 + np.exp(-22 * (turn - 0.5)))
    return np.sqrt(of_strength * of_direction)
