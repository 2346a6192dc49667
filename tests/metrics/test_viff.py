from math import exp, log10

import numpy as np
import pytest

from clfnet.errors import ImageError
from clfnet.metrics import GreyImage, viff


def _reference_viff(fused: GreyImage, infrared: GreyImage, visible: GreyImage) -> float:
    """Window by window, with the branches in the published order."""
    images = [image.astype(float) for image in (fused, infrared, visible)]
    result = 0.0
    for scale, weight in enumerate((1 / 2.15, 0, 0.15 / 2.15, 1 / 2.15), start=1):
        n = 2 ** (5 - scale) + 1
        offsets = range(-(n // 2), n // 2 + 1)
        g = np.array(
            [[exp(-(i * i + j * j) / (2 * (n / 5) ** 2)) for i in offsets] for j in offsets]
        )
        g /= g.sum()
        if scale > 1:
            images = [_filtered(g, image)[::2, ::2] for image in images]
        kept = present = 0.0
        d, *sources = images
        for i, j in np.ndindex(d.shape[0] - n + 1, d.shape[1] - n + 1):
            window = np.s_[i : i + n, j : j + n]
            a, b = (_reference_of_one(g, source[window], d[window]) for source in sources)
            _, vid, vind = a if a[0] < b[0] else b
            kept += vid + 1e-7
            present += vind + 1e-7
        result += weight * kept / present
    return result


def _reference_of_one(g: np.ndarray, r: np.ndarray, d: np.ndarray) -> tuple[float, float, float]:
    """The gain, and the information with and without distortion."""
    noise = 0.005 * 255**2
    m1, m2 = (g * r).sum(), (g * d).sum()
    v1 = max(0, (g * r * r).sum() - m1**2)
    v2 = max(0, (g * d * d).sum() - m2**2)
    c = (g * r * d).sum() - m1 * m2
    gain = c / (v1 + 1e-10)
    q = v2 - gain * c
    if v1 < 1e-10:
        gain, q, v1 = 0, v2, 0
    if v2 < 1e-10:
        gain, q = 0, 0
    if gain < 0:
        gain, q = 0, v2
    q = max(q, 1e-10)
    return gain, log10(1 + gain**2 * v1 / (q + noise)), log10(1 + v1 / noise)


def _filtered(g: np.ndarray, image: np.ndarray) -> np.ndarray:
    n = len(g)
    height, width = image.shape[0] - n + 1, image.shape[1] - n + 1
    return np.array(
        [[(g * image[i : i + n, j : j + n]).sum() for j in range(width)] for i in range(height)]
    )


def test_reference(fused: GreyImage, infrared: GreyImage, visible: GreyImage) -> None:
    expected = _reference_viff(fused, infrared, visible)
    assert viff(fused, infrared, visible) == pytest.approx(expected, rel=1e-9)


def test_reference_of_flat_and_inverted_places(fused: GreyImage, infrared: GreyImage) -> None:
    fused[:25], infrared[:, :30] = 80, 90
    expected = _reference_viff(fused, infrared, 255 - fused)
    assert viff(fused, infrared, 255 - fused) == pytest.approx(expected, rel=1e-9)


def test_more_contrast_than_the_sources_counts(infrared: GreyImage) -> None:
    half = infrared // 2
    assert viff(infrared, half, half) > 1.1


def test_a_constant_fused_image_keeps_nothing(infrared: GreyImage, visible: GreyImage) -> None:
    assert viff(np.full_like(infrared, 9), infrared, visible) == pytest.approx(0, abs=1e-5)


def test_of_equal_gains_the_visible_image_counts(infrared: GreyImage, visible: GreyImage) -> None:
    flat = np.full_like(infrared, 9)
    assert viff(visible, infrared, 255 - visible) < 1e-5  # no gain: nothing of it is kept
    assert viff(flat, infrared, flat) == pytest.approx(1)  # neither has: nothing is present
    assert viff(flat, flat, infrared) == pytest.approx(0, abs=1e-5)


def test_the_smallest_image_has_41_pixels_a_side(fused: GreyImage) -> None:
    small = fused[:41, :41]
    assert viff(small, small, small) == pytest.approx(1)
    with pytest.raises(ImageError, match=r"at least 41 pixels a side .* got 41x40"):
        viff(small[:40], small[:40], small[:40])
