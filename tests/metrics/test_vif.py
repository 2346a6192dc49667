from math import exp, isnan, log

import numpy as np
import pytest

from clfnet.errors import ImageError
from clfnet.metrics import GreyImage, vif


def _reference_vif(
    fused: GreyImage, infrared: GreyImage, visible: GreyImage, *, saturate: bool
) -> float:
    """The sum over both sources, window by window, with the branches in the published order."""
    return sum(_reference_of_one(source, fused, saturate) for source in (infrared, visible))


def _reference_of_one(reference: GreyImage, fused: GreyImage, saturate: bool) -> float:
    r, d = reference.astype(float), fused.astype(float)
    above = below = 0.0
    for scale in (1, 2, 3, 4):
        n = 2 ** (5 - scale) + 1
        half, sigma = n // 2, n / 5
        g = np.array(
            [
                [exp(-(i * i + j * j) / (2 * sigma**2)) for i in range(-half, half + 1)]
                for j in range(-half, half + 1)
            ]
        )
        g /= g.sum()
        if scale > 1:
            r, d = _filtered(g, r)[::2, ::2], _filtered(g, d)[::2, ::2]
        cap = 255 if saturate and scale == 1 else np.inf
        m1, m2 = _filtered(g, r), _filtered(g, d)
        s11, s22, s12 = (_filtered(g, np.minimum(x, cap)) for x in (r * r, d * d, r * d))
        for place in np.ndindex(m1.shape):
            v1 = max(0.0, s11[place] - m1[place] ** 2)
            v2 = max(0.0, s22[place] - m2[place] ** 2)
            c = s12[place] - m1[place] * m2[place]
            k = c / (v1 + 1e-10)
            q = v2 - k * c
            if v1 < 1e-10:
                k, q, v1 = 0.0, v2, 0.0
            if v2 < 1e-10:
                k, q = 0.0, 0.0
            if k < 0:
                k, q = 0.0, v2
            q = max(q, 1e-10)
            above += log(1 + k * k * v1 / (q + 2))
            below += log(1 + v1 / 2)
    return above / below


def _filtered(g: np.ndarray, image: np.ndarray) -> np.ndarray:
    n = len(g)
    height, width = image.shape[0] - n + 1, image.shape[1] - n + 1
    return np.array(
        [[(g * image[i : i + n, j : j + n]).sum() for j in range(width)] for i in range(height)]
    )


@pytest.mark.parametrize("saturate", [False, True])
def test_reference(
    saturate: bool, fused: GreyImage, infrared: GreyImage, visible: GreyImage
) -> None:
    if saturate:  # dark, so that not every product is capped
        fused, infrared, visible = fused // 12, infrared // 12, visible // 12
    expected = _reference_vif(fused, infrared, visible, saturate=saturate)
    assert vif(fused, infrared, visible, saturate=saturate) == pytest.approx(expected, rel=1e-9)


def test_reference_of_flat_places(fused: GreyImage, infrared: GreyImage) -> None:
    fused[:25], infrared[:, :30] = 80, 90
    expected = _reference_vif(fused, infrared, 255 - fused, saturate=False)
    assert vif(fused, infrared, 255 - fused, saturate=False) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("saturate", [False, True])
def test_equal_images_keep_everything_twice(saturate: bool, fused: GreyImage) -> None:
    assert vif(fused, fused, fused, saturate=saturate) == pytest.approx(2, abs=1e-6)


def test_a_copy_of_one_source_keeps_that_one(infrared: GreyImage, visible: GreyImage) -> None:
    both = vif(infrared, infrared, visible, saturate=False)
    assert both == pytest.approx(1 + vif(infrared, visible, visible, saturate=False) / 2, abs=1e-6)


def test_a_constant_fused_image_keeps_nothing(infrared: GreyImage, visible: GreyImage) -> None:
    assert vif(np.full_like(infrared, 9), infrared, visible, saturate=False) == 0


def test_a_constant_source_has_nothing_to_keep(fused: GreyImage, visible: GreyImage) -> None:
    assert isnan(vif(fused, np.full_like(fused, 9), visible, saturate=False))


def test_swapped_sources(fused: GreyImage, infrared: GreyImage, visible: GreyImage) -> None:
    a, b = (infrared, visible), (visible, infrared)
    assert vif(fused, *a, saturate=True) == pytest.approx(vif(fused, *b, saturate=True))


def test_one_pixel_lost_is_information_lost(infrared: GreyImage) -> None:
    fused = infrared.copy()
    fused[20, 20] ^= 128
    assert vif(fused, infrared, infrared, saturate=False) < 2 - 1e-4


def test_the_smallest_image_has_41_pixels_a_side(fused: GreyImage) -> None:
    small = fused[:41, :41]
    assert vif(small, small, small, saturate=False) == pytest.approx(2, abs=1e-6)
    with pytest.raises(ImageError, match=r"at least 41 pixels a side .* got 41x40"):
        vif(small[:40], small[:40], small[:40], saturate=False)
