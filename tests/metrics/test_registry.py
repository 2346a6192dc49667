from collections.abc import Callable
from math import e, isnan, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clfnet import metrics as public
from clfnet.errors import ConfigError, ImageError, SizeMismatchError
from clfnet.metrics import (
    DIALECTS,
    GreyImage,
    Metric,
    ag,
    metrics_of,
    mi,
    score,
    sd,
    sf,
    ssim,
    uniform_ssim,
    vif,
)

EVERY = [(dialect, name) for dialect, metrics in DIALECTS.items() for name in metrics]


def test_public_names() -> None:
    assert all(hasattr(public, name) for name in public.__all__)
    assert public.__all__ == sorted(public.__all__)


def test_every_dialect_begins_with_the_six_of_the_paper() -> None:
    for metrics in DIALECTS.values():
        assert list(metrics)[:6] == ["EN", "MI", "VIF", "SD", "AG", "SF"]
    assert set(DIALECTS["plain"]) - set(DIALECTS["paper"]) == {"Qabf"}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_default_is_all_but_what_is_slow_or_needs_large_images(
    dialect: str, fused: GreyImage
) -> None:
    rest = {"MS-SSIM", "FMI", "FMI_grad"}
    assert set(DIALECTS[dialect]) - {metric.name for metric in metrics_of(dialect)} == rest
    assert rest.isdisjoint(score(fused, fused, fused, dialect=dialect))
    assert {metric.name for metric in metrics_of(dialect, rest)} == rest


def test_dialects_bind_the_keywords(
    fused: GreyImage, infrared: GreyImage, visible: GreyImage
) -> None:
    infrared[:5] = 255
    images = (fused, infrared, visible)
    plain, paper, cddfuse = (score(*images, dialect=dialect) for dialect in DIALECTS)
    for name in ("EN", "SCD", "CC", "MSE", "PSNR", "Nabf", "CE", "VIFF"):
        assert paper[name] == plain[name] == cddfuse[name]
    assert paper["MI"] == plain["MI"] == mi(*images, base=2, share_top_bin=True)
    assert cddfuse["MI"] == mi(*images, base=e, share_top_bin=False)
    assert paper["VIF"] == vif(*images, saturate=True)
    assert plain["VIF"] == cddfuse["VIF"] == vif(*images, saturate=False)
    assert paper["SD"] == sd(fused, saturate=True)
    assert plain["SD"] == cddfuse["SD"] == sd(fused, saturate=False)
    assert paper["AG"] == plain["AG"] == ag(fused, per_pixel=False)
    assert cddfuse["AG"] == ag(fused, per_pixel=True)
    assert paper["SF"] == sf(fused, white=1)
    assert plain["SF"] == cddfuse["SF"] == sf(fused, white=255)
    assert paper["SSIM"] == plain["SSIM"] == ssim(*images)
    assert cddfuse["SSIM"] == uniform_ssim(*images)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([2, 16, 256]), st.integers(41, 50))
def test_values_stay_in_range(seed: int, levels: int, side: int) -> None:
    rng = np.random.default_rng(seed)
    images = rng.integers(0, levels, (3, side, 41), dtype=np.uint8) * (255 // (levels - 1))
    for dialect, known in DIALECTS.items():
        for name, value in score(*images.astype(np.uint8), dialect=dialect).items():
            metric = known[name]
            slack = 1e-9 * (1 + abs(value))
            assert metric.lowest - slack <= value <= metric.highest + slack, (dialect, name)


@pytest.mark.parametrize(("dialect", "name"), EVERY)
def test_the_smallest_image(dialect: str, name: str) -> None:
    (metric,) = metrics_of(dialect, [name])
    side = metric.minimum_side
    images = np.random.default_rng(0).integers(0, 256, (3, side, side + 1), dtype=np.uint8)
    assert not isnan(metric.compute(*images))
    if side > 1:
        with pytest.raises(ImageError, match=f"at least {side} pixels"):
            metric.compute(*images[:, 1:])


@pytest.mark.parametrize(("dialect", "name"), EVERY)
def test_larger_is_better_or_worse_as_it_says(
    dialect: str, name: str, fitting: Callable[[Metric], list[GreyImage]]
) -> None:
    """A mean of both sources beats one that is blurred away, or noise where artefacts count."""
    (metric,) = metrics_of(dialect, [name])
    _, infrared, visible = fitting(metric)
    good = ((infrared.astype(int) + visible) // 2).astype(np.uint8)
    bad = (
        np.random.default_rng(0).integers(0, 256, good.shape, dtype=np.uint8)
        if metric.better == "lower"
        else good // 16
    )
    better, worse = (metric.compute(fused, infrared, visible) for fused in (good, bad))
    assert better < worse if metric.better == "lower" else better > worse


@pytest.mark.parametrize(("dialect", "name"), EVERY)
def test_images_that_do_not_fit_are_refused(
    dialect: str, name: str, fitting: Callable[[Metric], list[GreyImage]]
) -> None:
    (metric,) = metrics_of(dialect, [name])
    fused, *_ = fitting(metric)
    with pytest.raises(ImageError, match="`fused` must be a uint8 array"):
        metric.compute(fused / 255, fused, fused)  # type: ignore[arg-type]
    if name not in ("EN", "SD", "AG", "SF"):
        with pytest.raises(SizeMismatchError, match="`infrared` must have the size of `fused`"):
            metric.compute(fused, fused[1:], fused)


def test_names_are_found_in_any_case_once_and_in_order() -> None:
    assert [metric.name for metric in metrics_of("Plain", ["qabf", "EN", "QABF"])] == ["Qabf", "EN"]
    assert metrics_of("cddfuse", ["mi"])[0].highest == pytest.approx(16 * log(2))


def test_unknown_names_are_refused_with_the_nearest(fused: GreyImage) -> None:
    with pytest.raises(
        ConfigError, match=r"`dialect` must be of plain, paper, .* 'papers'.*mean .paper."
    ):
        score(fused, fused, fused, dialect="papers")
    with pytest.raises(ConfigError, match=r"`metrics` must be of EN, .*'VIFs'.*mean .VIF.\?"):
        score(fused, fused, fused, metrics=["VIFs"])
    with pytest.raises(ConfigError, match="Choose one of these"):
        metrics_of("paper", ["xyzzy"])


def test_no_dialect_computes_what_another_one_names(fused: GreyImage) -> None:
    with pytest.raises(ConfigError, match=r"It is in dialect plain and cddfuse\."):
        score(fused, fused, fused, dialect="paper", metrics=["Qabf"])
