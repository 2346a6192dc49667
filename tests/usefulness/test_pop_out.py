"""P: people stand out in both polarities."""

from math import sqrt

import numpy as np
import pytest

from clfnet.usefulness.filters import Grey
from clfnet.usefulness.pop_out import FLOOR, contrasts, pop_out

BOX = np.array([[30.0, 20.0, 46.0, 60.0]])


def _picture(person: float, ground: float, noise: float = 0.0, seed: int = 0) -> Grey:
    picture = np.full((90, 80), ground, np.float32)
    picture[20:60, 30:46] = person
    return picture + np.random.default_rng(seed).normal(0, noise, picture.shape).astype(np.float32)


def test_reference() -> None:
    """Pixel by pixel: who is body, who is ring."""
    picture = _picture(0.7, 0.3, 0.05)
    (x1, y1, x2, y2), body, ring = BOX[0], [], []
    a, b = x2 - x1, y2 - y1
    for y, x in np.ndindex(picture.shape):
        inner = (round(x1 + a / 4) <= x < round(x2 - a / 4)) and (
            round(y1 + 0.08 * b) <= y < round(y2 - 0.15 * b)
        )
        box = x1 <= x < x2 and y1 <= y < y2
        outer = (round(x1 - a / 2) <= x < round(x2 + a / 2)) and (
            round(y1 - 0.15 * b) <= y < round(y2 + 0.15 * b)
        )
        if inner:
            body.append(picture[y, x])
        if outer and not box:
            ring.append(picture[y, x])
    gap = abs(np.mean(body) - np.mean(ring))
    expected = gap / sqrt((np.var(body) + np.var(ring)) / 2 + FLOOR**2)
    assert contrasts(picture, BOX)[0] == pytest.approx(expected, rel=1e-4)


def test_a_dark_person_on_snow_counts_as_a_hot_one_in_the_dark() -> None:
    hot, dark = contrasts(_picture(0.9, 0.3), BOX), contrasts(_picture(0.2, 0.8), BOX)
    np.testing.assert_allclose(hot, dark, rtol=1e-5)


def test_an_average_of_opposite_polarities_hides_the_person() -> None:
    infrared, visible = _picture(0.8, 0.2, 0.02), _picture(0.2, 0.8, 0.02, 1)
    of_sources = contrasts(infrared, BOX), contrasts(visible, BOX)
    hidden = pop_out(contrasts(np.float32(0.5) * (infrared + visible), BOX), *of_sources)
    whole = pop_out(contrasts(visible, BOX), *of_sources)
    assert hidden[0] < 0.1
    assert whole[0] > 0.9


def test_washed_out_and_noisy_pictures_are_worse() -> None:
    clear = contrasts(_picture(0.8, 0.3, 0.03), BOX)[0]
    assert (
        contrasts(np.float32(0.75) + _picture(0.8, 0.3, 0.03) * np.float32(0.125), BOX)[0]
        < clear / 2
    )
    assert contrasts(_picture(0.8, 0.3, 0.3), BOX)[0] < clear / 2


def test_persons_too_small_have_no_value() -> None:
    picture = _picture(0.8, 0.3)
    boxes = np.array([[1.0, 1, 5, 9], [-30, -30, -10, -5], [0, 0, 80, 90]])
    assert np.isnan(contrasts(picture, boxes)).all()
    assert contrasts(picture, np.empty((0, 4))).shape == (0,)
    assert np.isnan(pop_out(np.array([1.0]), np.array([np.nan]), np.array([np.nan]))).all()
