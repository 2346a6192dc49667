"""Random tone curves and noise of training crops: other cameras, other light."""

import numpy as np
import torch
from torch import Tensor

GAMMA = 0.7
"""Bound of |log₂ γ| for a strength of 1."""

CONTRAST = 0.5
"""Bound of |log₂ k| for a strength of 1."""

NOISE = 0.03
"""Largest standard deviation of the noise for a strength of 1, of images in [-1, 1]."""


def draw_tones(
    strength: float, seed: int, first: int, count: int, side: int
) -> tuple[Tensor, Tensor]:
    """Draw a tone curve and a noise for each source of each crop, from seed and number alone.

    log₂ γ and log₂ k are uniform within `strength` times their bounds; every second crop is noisy.

    Args:
        strength: how far curves go.
        seed: of what is drawn.
        first: the first crop's number.
        count: B, how many crops.
        side: of a crop in pixels.

    Returns:
        γ and k, (B, 2, 2), and the noise, (B, 2, side, side); infrared first.

    Example:
        >>> curves, noise = draw_tones(0.0, seed=0, first=0, count=1, side=4)
        >>> curves.flatten().tolist(), float(noise.abs().max())
        ([1.0, 1.0, 1.0, 1.0], 0.0)
    """
    curves = np.empty((count, 2, 2), np.float32)
    noise = np.zeros((count, 2, side, side), np.float32)
    for index in range(count):
        for source in range(2):
            random = np.random.default_rng((seed, first + index, source))
            gamma = random.uniform(-GAMMA, GAMMA) * strength
            contrast = random.uniform(-CONTRAST, CONTRAST) * strength
            deviation = random.uniform(0, NOISE) * strength * (random.random() < 0.5)
            curves[index, source] = 2**gamma, 2**contrast
            if deviation:
                grain = random.standard_normal((side, side), dtype=np.float32)
                noise[index, source] = deviation * grain
    return torch.from_numpy(curves), torch.from_numpy(noise)


def vary_tones(images: tuple[Tensor, ...], curves: Tensor, noise: Tensor) -> tuple[Tensor, ...]:
    """Give each source of each crop its tone curve and noise.

    With x in [0, 1] the curve is c + k·(x^γ − c), where c is the crop's mean of x^γ; what leaves
    the range is clipped.

    Args:
        images: infrared and visible, (B, 1, H, W) each, in [-1, 1].
        curves: γ and k, (B, 2, 2), as `draw_tones` gives them.
        noise: (B, 2, H, W), added to images in [-1, 1].

    Returns:
        The same shapes and range.

    Example:
        >>> images = (torch.zeros(1, 1, 4, 4), torch.ones(1, 1, 4, 4))
        >>> same = vary_tones(images, *draw_tones(0.0, seed=0, first=0, count=1, side=4))
        >>> all(torch.equal(*both) for both in zip(images, same))
        True
    """
    both = torch.cat(images, dim=1)  # (B, 2, H, W)
    gamma, contrast = (each[..., None, None] for each in curves.unbind(-1))  # (B, 2, 1, 1)
    curved = ((both + 1) / 2) ** gamma
    mean = curved.mean((-2, -1), keepdim=True)
    varied = (2 * (mean + contrast * (curved - mean)) - 1 + noise).clamp(-1, 1)
    return varied[:, :1], varied[:, 1:]
