"""Qabf: how well the fused image keeps the edges of both sources."""

import numpy as np

from clfnet.metrics.filters import sobel
from clfnet.metrics.image import FloatArray, GreyImage, check


def qabf(fused: GreyImage, infrared: GreyImage, visible: GreyImage) -> float:
    """Return Σ (Q_A g_A + Q_B g_B) / Σ (g_A + g_B), where Q is how well an edge is preserved.

    g is the strength of a Sobel edge and a = atan(sy / sx) its direction, sx to the right and sy
    upwards (π/2 where sx = 0);
    G = min / max of the two strengths (but g_F where they are equal), D = 1 − |a_X − a_F| / (π/2),
    Q = 0.9994 / (1 + e^(−15 (G − 0.5))) · 0.9879 / (1 + e^(−22 (D − 0.8))).

    Source: Xydeas and Petrović, "Objective image fusion performance measure", Electronics Letters
    36(4), 308 (2000). That G is g_F at equal strengths is the reference implementation's, not the
    article's.

    Args:
        fused: uint8, (H, W), 0..255; zeros lie beyond it.
        infrared: the same size.
        visible: the same size.

    Returns:
        0 to 0.98; not a number where both sources are black. Higher is better.

    Raises:
        ImageError: an image is no uint8 array of shape (H, W).
        SizeMismatchError: the images differ in size.
        MissingExtraError: scipy is not installed.

    Example:
        >>> a = np.eye(8, dtype=np.uint8) * 200
        >>> round(qabf(a, a, a), 3)
        0.975
    """
    check(fused=fused, infrared=infrared, visible=visible)
    edges_f = _edges(fused)
    kept = present = 0.0
    for source in (infrared, visible):
        edges = _edges(source)
        kept += np.sum(_preserved(edges, edges_f) * edges[0])
        present += np.sum(edges[0])
    return float(kept / present) if present > 0 else np.nan


def _edges(image: GreyImage) -> tuple[FloatArray, FloatArray]:
    """The strength and the direction of the edges."""
    sx, down = sobel(image.astype(np.float64), "constant")
    sy = -down  # upwards: the sign decides on which side of the jump at sx = 0 an edge lies
    direction = np.full(sx.shape, np.pi / 2)
    np.divide(sy, sx, out=direction, where=sx != 0)
    np.arctan(direction, out=direction, where=sx != 0)
    return np.sqrt(sx * sx + sy * sy), direction


def _preserved(
    source: tuple[FloatArray, FloatArray], fused: tuple[FloatArray, FloatArray]
) -> FloatArray:
    """Q: 0 where an edge of the source is lost, near 1 where it has its strength and direction."""
    (strength, direction), (strength_f, direction_f) = source, fused
    weaker, stronger = np.minimum(strength, strength_f), np.maximum(strength, strength_f)
    ratio = strength_f.copy()
    np.divide(weaker, stronger, out=ratio, where=weaker != stronger)
    turn = 1 - np.abs(direction - direction_f) / (np.pi / 2)
    of_strength: FloatArray = 0.9994 / (1 + np.exp(-15 * (ratio - 0.5)))
    of_direction: FloatArray = 0.9879 / (1 + np.exp(-22 * (turn - 0.8)))
    return of_strength * of_direction
