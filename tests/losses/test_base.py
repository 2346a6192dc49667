import numpy as np
import pytest
import torch

from clfnet.losses import base_loss


def flat(level: float) -> torch.Tensor:
    return torch.full((1, 1, 24, 20), level)


@pytest.mark.parametrize(
    ("visible", "share"),
    [(-1.0, 0.6), (-0.7, 0.6), (-0.3, 0.425), (0.0, 0.25), (0.8, 0.25)],
)
def test_the_share_of_infrared_falls_with_the_light(visible: float, share: float) -> None:
    infrared = 0.4
    wanted = visible + share * (infrared - visible)
    assert float(base_loss(flat(wanted), flat(infrared), flat(visible))) < 1e-6
    off = float(base_loss(flat(wanted + 0.1), flat(infrared), flat(visible)))
    assert off == pytest.approx(0.1, abs=1e-5)


def test_fine_detail_costs_nothing() -> None:
    columns = torch.arange(24) % 2 * 0.4 - 0.2
    stripes = columns.expand(1, 1, 20, 24)
    assert float(base_loss(stripes, 0 * stripes, 0 * stripes)) < 0.05 * 0.2


def test_a_hot_place_of_a_day_keeps_the_visible_brightness() -> None:
    hot, road = flat(1.0), flat(0.1)
    assert base_loss(road, hot, road) < base_loss(hot, hot, road)


def test_a_further_band_is_no_base() -> None:
    checks = np.kron(np.indices((6, 6)).sum(axis=0) % 2, np.ones((20, 20))) * 2 - 1
    blocks = torch.from_numpy(checks)[None, None]
    assert float(base_loss(blocks, 0 * blocks, 0 * blocks, bands=4)) < 0.6 * float(
        base_loss(blocks, 0 * blocks, 0 * blocks, bands=3)
    )
