"""Bounds are stated at the fields and hold for every value within."""

from dataclasses import dataclass, field
from math import inf, nan

import pytest

from clfnet.errors import ConfigError
from clfnet.training.bounds import Count, Crop, Positive, Seed, Share, Weight, Whole, check_bounds


@dataclass(frozen=True)
class Inner:
    crop: Crop = 16
    weights: tuple[Positive, ...] = ()


@dataclass(frozen=True)
class Outer:
    count: Count = 1
    whole: Whole = 0
    weight: Weight = 0.0
    share: Share = 1.0
    seed: Seed = 0
    free: float = nan
    inner: Inner = field(default_factory=Inner)


def test_values_at_their_bounds_pass() -> None:
    check_bounds(Outer(seed=2**32 - 1, share=0.0, inner=Inner(weights=(1e-9, 3.0))))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (Outer(count=0), "`count` must be at least 1, got 0."),
        (Outer(whole=-1), "`whole` must be at least 0 and finite, got -1."),
        (Outer(weight=inf), "`weight` must be at least 0 and finite, got inf."),
        (Outer(weight=nan), "`weight` must be at least 0 and finite, got nan."),
        (Outer(share=1.1), "`share` must be within 0 and 1, got 1.1."),
        (Outer(seed=-1), "`seed` must be at least 0 and finite, got -1."),
        (Outer(seed=2**32), "`seed` must be below 2**32, got 4294967296."),
        (Outer(inner=Inner(15)), "`inner.crop` must be at least 16, M-SSIM's window, got 15."),
        (
            Outer(inner=Inner(weights=(1.0, 0.0))),
            "`inner.weights[1]` must be positive and finite, got 0.0.",
        ),
    ],
)
def test_a_value_out_of_its_bounds_is_named(values: Outer, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check_bounds(values)
    assert str(caught.value) == message
