"""What holds of every metric in every dialect."""

from collections.abc import Callable
from math import exp, inf, isnan, nan

import numpy as np
import pytest

from clfnet.errors import ImageError, SizeMismatchError
from clfnet.metrics import DIALECTS, GreyImage, Metric, to_grey

Fitting = Callable[[Metric], list[GreyImage]]

EVERY = {
    f"{dialect}-{name}": metric
    for dialect, metrics in DIALECTS.items()
    for name, metric in metrics.items()
}

ALL = [pytest.param(metric, id=name) for name, metric in EVERY.items()]

OF_SOURCES = [
    pytest.param(metric, id=name)
    for name, metric in EVERY.items()
    if metric.name not in ("EN", "SD", "AG", "SF")
]
"""Those that compare; the others know the fused image alone."""

QABF_AT_BEST = 0.9994 / (1 + exp(-7.5)) * 0.9879 / (1 + exp(-4.4))

EQUAL = {
    "VIF": 2,
    "CC": 1,
    "MSE": 0,
    "PSNR": inf,
    "Nabf": 0,
    "VIFF": 1,
    "FMI": 1,
    "FMI_grad": 1,
    "Qabf": QABF_AT_BEST,
    "CE": 0,  # below it lie only fused images that lack levels of the sources
    "SCD": nan,  # there is no difference to correlate
}
"""The best value, which three equal images have."""

FLAT = {
    "EN": 0,
    "MI": 0,
    "SD": 0,
    "AG": 0,
    "SF": 0,
    "MSE": 0,
    "PSNR": inf,
    "Nabf": 0,
    "CE": 0,
    "VIF": nan,
    "SCD": nan,
    "CC": nan,
    "VIFF": 1,
    "FMI": 1,
    "FMI_grad": 1,
    "Qabf": QABF_AT_BEST,  # of the edges to the zeros beyond the border
}
"""What three images of one level have."""


@pytest.mark.parametrize("metric", OF_SOURCES)
def test_equal_images_are_the_best(metric: Metric, fitting: Fitting) -> None:
    fused, *_ = fitting(metric)
    value = metric.compute(fused, fused, fused)
    if metric.name == "MI":
        others = (fused // 2, fused[::-1], 255 - fused // 2)
        assert value > max(metric.compute(other, fused, fused) for other in others)
    else:
        best = EQUAL.get(metric.name, metric.highest)
        assert value == pytest.approx(best, rel=1e-3, abs=1e-12, nan_ok=True)


@pytest.mark.parametrize("metric", ALL)
def test_images_of_one_level(metric: Metric, fitting: Fitting) -> None:
    flat = np.full_like(fitting(metric)[0], 9)
    expected = FLAT.get(metric.name, metric.highest)
    value = metric.compute(flat, flat, flat)
    assert value == pytest.approx(expected, rel=1e-3, abs=1e-12, nan_ok=True)


@pytest.mark.parametrize("metric", ALL)
def test_images_of_three_levels(metric: Metric, fitting: Fitting) -> None:
    flat = np.ones_like(fitting(metric)[0])
    value = metric.compute(90 * flat, 10 * flat, 200 * flat)
    assert isnan(value) == (metric.name in ("VIF", "SCD", "CC"))


@pytest.mark.parametrize("metric", OF_SOURCES)
def test_sources_can_be_swapped(metric: Metric, fitting: Fitting) -> None:
    """Of VIFF, only where no gains are equal, as here."""
    fused, infrared, visible = fitting(metric)
    value = metric.compute(fused, infrared, visible)
    assert metric.compute(fused, visible, infrared) == pytest.approx(value, rel=1e-12, abs=0)


@pytest.mark.parametrize("metric", ALL)
def test_one_other_pixel_is_noticed(metric: Metric, fitting: Fitting) -> None:
    fused, infrared, visible = fitting(metric)
    other = fused.copy()
    other[20, 20] ^= 128
    value = metric.compute(fused, infrared, visible)
    assert metric.compute(other, infrared, visible) != pytest.approx(value, rel=1e-9, abs=0)


@pytest.mark.parametrize("metric", ALL)
@pytest.mark.parametrize("levels", [2, 256])
def test_noise_stays_in_range(metric: Metric, levels: int) -> None:
    shape = (3, max(metric.minimum_side, 20), max(metric.minimum_side, 20) + 3)
    noise = np.random.default_rng(levels).integers(0, levels, shape, dtype=np.uint8)
    value = metric.compute(*noise * np.uint8(255 // (levels - 1)))
    assert metric.lowest - 1e-12 <= value <= metric.highest + 1e-12


@pytest.mark.parametrize("metric", ALL)
def test_no_float_and_no_colour_passes(metric: Metric, fitting: Fitting) -> None:
    images = fitting(metric)
    fused = images[0]
    with pytest.raises(ImageError, match=r"`fused` must be a uint8 array .* got float64"):
        metric.compute(np.full(fused.shape, np.nan), *images[1:])
    with pytest.raises(ImageError, match=r"`fused` must be a uint8 array .* got uint8 of shape \("):
        metric.compute(np.stack([fused] * 3, axis=-1), *images[1:])


@pytest.mark.parametrize("metric", OF_SOURCES)
def test_the_visible_image_has_the_size_of_the_fused(metric: Metric, fitting: Fitting) -> None:
    fused, infrared, visible = fitting(metric)
    with pytest.raises(SizeMismatchError, match="`visible` must have the size of `fused`"):
        metric.compute(fused, infrared, visible[:, 1:])


def test_deep_colour_becomes_grey_by_the_formula() -> None:
    rgb = np.random.default_rng(0).integers(0, 65536, (6, 7, 3), dtype=np.uint16)
    grey = [
        [
            int((0.298936021293775 * r + 0.587043074451121 * g + 0.114020904255103 * b) / 257 + 0.5)
            for r, g, b in row
        ]
        for row in rgb.tolist()
    ]
    assert to_grey(rgb).tolist() == grey
    assert to_grey(rgb / 65535).tolist() == grey
