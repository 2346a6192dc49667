"""What an infrared and a visible image have in common: where edges run, not which side is bright.

Each pixel gets the strength of the gradient along a few directions, without its sign, slightly
blurred and divided by their common strength. A wall that is cold in the one image and bright in
the other has the same descriptor in both. After the channel features of oriented gradients, CFOG
(Ye et al., "Fast and Robust Matching for Multimodal Remote Sensing Image Registration", 2019).
"""

import numpy as np
from numpy.typing import NDArray

from clfnet.align.warp import Mask, Values

Descriptors = NDArray[np.float32]
"""float32, (4, H, W): one value per direction, at most 1 in sum of squares."""

DIRECTIONS = 4
_ANGLES = np.arange(DIRECTIONS) * np.pi / DIRECTIONS
# Tuned on training pairs. More blur finds edges of one object that differ a little, but draws the
# optimum some pixels off.
_BLUR = 0.7
_FLOOR = 0.25  # of the mean strength: below, edges count as noise and fade


def spread(image: NDArray[np.generic]) -> Values:
    """Return an image with its central 99 % of values over [0, 1]; a flat one becomes 0.

    Takes any depth: a 16-bit thermal image uses a small part of its range.
    """
    values = np.asarray(image, np.float32)
    low, high = np.percentile(values, (0.5, 99.5))
    if high <= low:
        return np.zeros_like(values)
    scaled = (values - np.float32(low)) / np.float32(high - low)
    return np.asarray(np.clip(scaled, 0, 1), np.float32)


def describe(image: Values, valid: Mask | None = None) -> Descriptors:
    """Return what edges each pixel sees.

    Args:
        image: float32, (H, W).
        valid: where the image is known, bool, (H, W); elsewhere its mean strength is not taken.

    Returns:
        float32, (4, H, W), 0 where nothing is.
    """
    y, x = np.gradient(blur(image))
    strength = np.stack(
        [blur(np.abs(x * np.float32(np.cos(a)) + y * np.float32(np.sin(a)))) for a in _ANGLES]
    )
    energy = np.einsum("chw,chw->hw", strength, strength)
    norm = np.sqrt(energy)
    mean = float(norm[valid].mean() if valid is not None and valid.any() else norm.mean())
    floor = np.float32(_FLOOR * mean + 1e-9)
    strength /= np.sqrt(energy + floor * floor)
    return strength


def centred(descriptors: Descriptors, valid: Mask) -> Descriptors:
    """Take each channel's mean over `valid` away and clear the rest."""
    count = max(1, int(valid.sum()))
    means = np.einsum("chw,hw->c", descriptors, valid.astype(np.float32)) / np.float32(count)
    return np.asarray((descriptors - means[:, None, None]) * valid, np.float32)


def inset(shape: tuple[int, ...], margin: int) -> Mask:
    """Return a mask that leaves out the border, where filters and cameras leave lines."""
    mask = np.zeros(shape, bool)
    mask[margin : shape[0] - margin, margin : shape[1] - margin] = True
    return mask


def _taps(sigma: float) -> NDArray[np.float32]:
    radius = max(1, round(3 * sigma))
    offsets = np.arange(-radius, radius + 1)
    weights = np.exp(-(offsets**2) / (2 * sigma**2))
    return np.asarray(weights / weights.sum(), np.float32)


_TAPS = _taps(_BLUR)


def blur(image: Values) -> Values:
    """Blur (H, W) by a small Gaussian; border values go on outside."""
    radius = len(_TAPS) // 2
    height, width = image.shape
    padded = np.pad(image, radius, mode="edge")
    rows = _TAPS[radius] * padded[radius : radius + height]
    for offset in range(1, radius + 1):
        above, below = radius - offset, radius + offset
        rows += _TAPS[above] * (padded[above : above + height] + padded[below : below + height])
    blurred = _TAPS[radius] * rows[:, radius : radius + width]
    for offset in range(1, radius + 1):
        left, right = radius - offset, radius + offset
        blurred += _TAPS[left] * (rows[:, left : left + width] + rows[:, right : right + width])
    return np.asarray(blurred, np.float32)
