"""How good a network is on held-out pairs, by a score that a copy of one source cannot win.

A student is judged by how far it is from its teacher instead.
"""

from collections.abc import Sequence
from math import isfinite, log10, prod

import numpy as np
import torch
from torch import nn

from clfnet.method import FloatImage
from clfnet.metrics import ag, en, mi, qabf, scd, sd, sf, vif
from clfnet.training.dataset import Fine, Pair, Pixels, to_network_range

IMITATED = ("EN", "MI", "VIF", "SD", "AG", "SF", "SCD", "Qabf")
"""What must come out as the teacher has it."""

_CAP = 1.25
"""No part of the score may be outweighed by more than this times the yardstick in another."""


def fuse(network: nn.Module, pair: Pair) -> FloatImage:
    """The network's image of a pair, float32 (H, W) in [-1, 1]."""
    device = next(network.parameters()).device
    images = (
        to_network_range(image)[None, None].to(device) for image in (pair.infrared, pair.visible)
    )
    network.eval()
    with torch.inference_mode():
        fused: FloatImage = network(*images)[0, 0].float().cpu().numpy()
    return fused


def stretched(fused: FloatImage) -> Pixels:
    """An image stretched to 0..255, uint8 (H, W); mid-grey if it has no contrast."""
    low, high = fused.min(), fused.max()
    if not high > low:
        return np.full(fused.shape, 128, np.uint8)
    levels: Pixels = np.rint((fused - low) / (high - low) * 255).astype(np.uint8)
    return levels


def fuse_levels(network: nn.Module, pair: Pair) -> Pixels:
    """The network's image of a pair, stretched to 0..255, uint8 (H, W)."""
    return stretched(fuse(network, pair))


def measure(fused: Pixels, pair: Pair) -> dict[str, float]:
    """The paper's six metrics (`paper` dialect), SCD, Qabf, and the two halves of plain VIF.

    What is not defined counts 0, e.g. the SCD of a copy of one source.
    """
    infrared, visible = pair.infrared, pair.visible
    values = {
        "EN": en(fused),
        "MI": mi(fused, infrared, visible, base=2, share_top_bin=True),
        "VIF": vif(fused, infrared, visible, saturate=True),
        "SD": sd(fused, saturate=True),
        "AG": ag(fused, per_pixel=False),
        "SF": sf(fused, white=1),
        "SCD": scd(fused, infrared, visible),
        "Qabf": qabf(fused, infrared, visible),
        # a VIF of one source alone is half of that of the source given twice
        "VIF infrared": vif(fused, infrared, infrared, saturate=False) / 2,
        "VIF visible": vif(fused, visible, visible, saturate=False) / 2,
    }
    return {name: value if isfinite(value) else 0.0 for name, value in values.items()}


def score(values: dict[str, float], yardstick: dict[str, float]) -> float:
    """Geometric mean of six ratios to the yardstick, the pixelwise maximum of the same pair.

    The six are both halves of VIF, SCD, Qabf, AG and EN. A ratio counts at most 1.25, so noise
    cannot pay for what it spoils; an image that copies one source has next to nothing of the
    other's VIF and falls far below 1.
    """
    parts = ("VIF infrared", "VIF visible", "SCD", "Qabf", "AG", "EN")
    ratios = (max(values[part], 0.0) / max(yardstick[part], 1e-6) for part in parts)
    return prod(min(ratio, _CAP) for ratio in ratios) ** (1 / len(parts))


class Validator:
    """Scores a network on held-out pairs.

    Args:
        pairs: the held-out pairs, each side at least 41 pixels (VIF's limit).
    """

    def __init__(self, pairs: Sequence[Pair]) -> None:
        self.pairs = pairs
        self._yardsticks = [
            measure(np.maximum(pair.infrared, pair.visible), pair) for pair in pairs
        ]

    def __call__(self, network: nn.Module) -> tuple[dict[str, float], list[Pixels]]:
        """Means over the pairs of every metric and of "score", and the fused images."""
        pictures = [fuse_levels(network, pair) for pair in self.pairs]
        return self.means(pictures), pictures

    def means(self, pictures: Sequence[Pixels]) -> dict[str, float]:
        """Means of every metric and of "score", given an image of each pair."""
        rows = []
        for picture, pair, yardstick in zip(pictures, self.pairs, self._yardsticks, strict=True):
            values = measure(picture, pair)
            rows.append({"score": score(values, yardstick), **values})
        return {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}


class ImitationValidator:
    """Says how far a student is from its teacher on held-out pairs.

    Args:
        pairs: the held-out pairs, each side at least 41 pixels (VIF's limit).
        targets: the teacher's image of each.
    """

    def __init__(self, pairs: Sequence[Pair], targets: Sequence[Fine]) -> None:
        self.pairs = pairs
        self._targets: list[FloatImage] = [to_network_range(image).numpy() for image in targets]
        self._validator = Validator(pairs)
        self._wanted = self._validator.means([stretched(image) for image in self._targets])

    def __call__(self, network: nn.Module) -> tuple[dict[str, float], list[Pixels]]:
        """Means over the pairs, and the fused images, stretched.

        Returns:
            "score": minus the largest absolute deviation; "teacher PSNR" in dB, of images that
            are not stretched; for each of the eight of `IMITATED` its "deviation" from the
            teacher's mean, relative to that; and what `Validator` gives, its score as
            "fusion score".
        """
        fused = [fuse(network, pair) for pair in self.pairs]
        pictures = [stretched(image) for image in fused]
        values = self._validator.means(pictures)
        deviations = {
            name: (values[name] - self._wanted[name]) / max(abs(self._wanted[name]), 1e-6)
            for name in IMITATED
        }
        nearness = [_psnr(*both) for both in zip(fused, self._targets, strict=True)]
        return {
            "score": -max(map(abs, deviations.values())),
            "teacher PSNR": float(np.mean(nearness)),
            **{f"{name} deviation": value for name, value in deviations.items()},
            "fusion score": values.pop("score"),
            **values,
        }, pictures


def _psnr(fused: FloatImage, target: FloatImage) -> float:
    """Of images in [-1, 1], in dB, at most 100."""
    error = float(np.mean((fused.astype(float) - target) ** 2)) / 4  # of the range [0, 1]
    return -10 * log10(max(error, 1e-10))
