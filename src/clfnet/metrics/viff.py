"""VIFF: the visual information fidelity for fusion, window by window of the lesser source."""

import numpy as np

from clfnet.metrics.image import GreyImage
from clfnet.metrics.vif import channels_of

NOISE = 0.005 * 255**2
"""The variance of the visual noise."""

WEIGHTS = (1 / 2.15, 0, 0.15 / 2.15, 1 / 2.15)
"""Of scales 1 to 4, fitted by the authors to viewers' judgement."""

OFFSET = 1e-7 * np.log(10)
"""What each window adds to both sums, so that flat images have a quotient: 1e-7 in log10."""


def viff(fused: GreyImage, infrared: GreyImage, visible: GreyImage) -> float:
    """Return Σ_scales p · Σ log(1 + g² v / (q + σn²)) / Σ log(1 + v / σn²).

    v is the local variance of a source, g its gain in the fused image and q what the gain leaves
    unexplained, as in VIF. In each window, they are those of the source with the smaller gain; with
    equal gains (often both 0), those of the visible image. σn² = 0.005 · 255² and
    p = [1, 0, 0.15, 1] / 2.15.

    Source: Han, Cai, Cao and Xu, "A new image fusion performance metric based on visual information
    fidelity", Information Fusion 14(2), 127 (2013). Which source a window takes is that of the
    authors' implementation.

    Args:
        fused: uint8, (H, W), 0..255, at least 41 pixels a side.
        infrared: the same size.
        visible: the same size; swapping both sources changes windows of equal gain.

    Returns:
        0 and more, 1 where all three images are equal or flat. Higher is better.

    Raises:
        ImageError: an image is no uint8 array of shape (H, W), or smaller than 41 pixels.
        SizeMismatchError: the images differ in size.
        MissingExtraError: scipy is not installed.

    Example:
        >>> a = np.random.default_rng(0).integers(0, 256, (50, 60), dtype=np.uint8)
        >>> round(viff(a, a, a), 6)
        1.0
    """
    scales = channels_of(fused, infrared, visible, limit=np.inf)
    total = 0.0
    for weight, (a, b) in zip(WEIGHTS, scales, strict=True):
        first = a.gain < b.gain
        kept = np.where(first, a.kept(NOISE), b.kept(NOISE)) + OFFSET
        present = np.where(first, a.present(NOISE), b.present(NOISE)) + OFFSET
        total += weight * kept.sum() / present.sum()
    return float(total)
