"""A thermal range that does not flicker."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from clfnet.errors import VideoError
from clfnet.io.image import read_image
from clfnet.thermal.range import limits_of, spread
from clfnet.video.range import (
    Ranging,
    StableRange,
    fixed,
    full_scale,
    range_for,
)

Array = NDArray[Any]


def scene(seed: int = 0, noise: float = 3.0) -> Array:
    """A still scene of counts around 8000 with the sensor's noise."""
    still = 7800 + 400 * np.random.default_rng(7).random((60, 80))
    return np.rint(still + np.random.default_rng(seed).normal(0, noise, still.shape)).astype(
        np.uint16
    )


def test_a_still_scene_keeps_its_limits_exactly() -> None:
    stable = StableRange()
    limits = []
    for index in range(200):
        stable(scene(index), index / 25)
        limits.append(stable.limits)
    assert set(limits) == {limits[0]}


def test_what_enters_moves_the_background_slowly_and_is_followed() -> None:
    stable, background = StableRange(seconds=1.0), []
    for index in range(150):
        frame = scene()
        if index >= 25:
            frame[:12, :] = 12000  # a fifth of the view
        background.append(stable(frame, index / 25)[30:].mean())
        low, high = limits_of(frame, 1, 99)
    steps = np.abs(np.diff(background))
    jump = background[0] - spread(scene()[30:], low, high).mean()  # what per-frame limits make
    assert jump > 0.4
    assert steps.max() < 0.04 * jump  # a frame is 0.04 of the time constant
    assert stable.limits == pytest.approx((low, high), rel=0.1)


def test_a_real_clip_flickers_less_than_ranged_by_frame(shared: Path) -> None:
    def grey(kind: str) -> list[Array]:
        files = sorted((shared / "data" / "video" / kind).iterdir())
        return [read_image(file).pixels[..., 1] for file in files]

    heat, still = grey("ir"), np.std(grey("vi"), axis=0)
    region = still <= np.percentile(still, 10)  # nothing moves there

    def added(ranging: Ranging) -> float:
        """Variation over that of the clip itself at the same contrast, less 1."""
        before = np.stack([frame[region].astype(np.float64) for frame in heat])
        after = np.stack([ranging(frame, i / 25)[region] for i, frame in enumerate(heat)])
        gain = np.polyfit(before.mean(axis=0), after.mean(axis=0), 1)[0]
        return float(after.std(axis=0).mean() / (gain * before.std(axis=0).mean()) - 1)

    by_frame = added(lambda values, _: spread(values, *limits_of(values, 1, 99)))
    assert by_frame > 0.1
    assert added(StableRange()) < by_frame / 3
    assert abs(added(full_scale)) < 0.01


def test_the_pace_does_not_depend_on_the_rate() -> None:
    reached = []
    for rate in (9, 25, 120):
        stable = StableRange(seconds=1.0, percentiles=(0, 100), band=0.0)
        for index in range(rate + 1):
            values = np.zeros((10, 10), np.uint16)
            values[0, 0] = 500
            values[0, 1] = 1000 if index == 0 else 2000
            grey = stable(values, index / rate)[0, 0]
        reached.append(grey)
    assert reached == pytest.approx([0.25 + 0.25 * np.exp(-1)] * 3, rel=1e-6)


@pytest.mark.parametrize("shift", [-3000, 3000])
def test_another_scene_is_taken_up_at_once(shift: int) -> None:
    stable = StableRange(seconds=10.0)
    stable(scene(), 0.0)
    after = stable((scene().astype(int) + shift).astype(np.uint16), 0.04)
    assert np.mean((after == 0) | (after == 1)) < 0.05


def test_a_shutter_that_closes_for_a_moment_leaves_no_trace() -> None:
    stable = StableRange()
    before = stable(scene(), 0.0)
    assert stable(np.full((60, 80), 8200, np.uint16), 0.04).shape == (60, 80)
    stable(np.full((60, 80), 9200, np.uint16), 0.08)
    np.testing.assert_allclose(stable(scene(), 0.12), before, atol=0.02)


def test_a_constant_frame_is_no_error() -> None:
    assert (StableRange()(np.full((4, 5), 7, np.uint16), 0.0) == 0.5).all()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_results_are_float32_in_0_1(dtype: Any) -> None:
    values = np.linspace(0, 200, 400).reshape(20, 20).astype(dtype)
    for ranging in (StableRange(), fixed(20, 150), full_scale):
        ranged = ranging(values, 0.0)
        assert ranged.dtype == np.float32
        assert ranged.shape == (20, 20)
        assert ranged.min() >= 0
        assert ranged.max() <= 1


def test_limits_of_a_large_frame_are_nearly_those_of_all_pixels() -> None:
    values = np.random.default_rng(0).normal(8000, 100, (1000, 1300)).astype(np.uint16)
    stable = StableRange(percentiles=(1, 99))
    stable(values, 0.0)
    assert stable.limits is not None
    np.testing.assert_allclose(stable.limits, np.percentile(values, (1, 99)), rtol=0, atol=5)


def test_8_bits_are_left_as_the_camera_ranged_them() -> None:
    assert range_for(np.zeros((2, 2), np.uint8)) is full_scale
    assert isinstance(range_for(np.zeros((2, 2), np.uint16)), StableRange)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: StableRange(seconds=0.0), "`seconds` must be above 0, got 0"),
        (lambda: StableRange(percentiles=(9.0, 1.0)), "`percentiles` must be two of 0..100"),
        (lambda: fixed(5, 5), "`low` must be below `high`, got 5 and 5"),
    ],
)
def test_arguments_that_make_no_sense(make: Any, message: str) -> None:
    with pytest.raises(VideoError, match=message):
        make()
