from math import isnan

import numpy as np
import pytest

from clfnet.metrics import GreyImage, scd


def _reference_scd(fused: GreyImage, infrared: GreyImage, visible: GreyImage) -> float:
    f, a, b = (image.astype(float).ravel() for image in (fused, infrared, visible))
    return float(np.corrcoef(f - b, a)[0, 1] + np.corrcoef(f - a, b)[0, 1])


def test_reference(fused: GreyImage, infrared: GreyImage, visible: GreyImage) -> None:
    expected = _reference_scd(fused, infrared, visible)
    assert scd(fused, infrared, visible) == pytest.approx(expected, rel=1e-12)


def test_the_sum_of_both_sources_is_the_best(infrared: GreyImage, visible: GreyImage) -> None:
    infrared, visible = infrared // 2, visible // 2
    assert scd(infrared + visible, infrared, visible) == pytest.approx(2)


def test_a_copy_of_one_source_took_nothing_definite_from_the_other(
    infrared: GreyImage, visible: GreyImage
) -> None:
    assert isnan(scd(infrared, infrared, visible))


def test_a_constant_fused_image_is_the_worst(infrared: GreyImage) -> None:
    assert scd(np.full_like(infrared, 9), infrared, infrared) == pytest.approx(-2)


def test_swapped_sources(fused: GreyImage, infrared: GreyImage, visible: GreyImage) -> None:
    assert scd(fused, infrared, visible) == pytest.approx(scd(fused, visible, infrared))


def test_one_other_pixel_lowers_it(infrared: GreyImage, visible: GreyImage) -> None:
    infrared, visible = infrared // 2, visible // 2
    fused = infrared + visible
    fused[3, 4] ^= 128
    assert 1.9 < scd(fused, infrared, visible) < 2 - 1e-4
