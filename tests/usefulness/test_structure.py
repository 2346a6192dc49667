"""S, where the right order of made images is known."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from clfnet.usefulness.filters import Grey, blur, detail, spread
from clfnet.usefulness.structure import own_details, structure

SIDE = 96


def _texture(seed: int) -> Grey:
    coarse = np.random.default_rng(seed).uniform(-0.1, 0.1, (SIDE // 4, SIDE // 4))
    return np.kron(coarse, np.ones((4, 4))).astype(np.float32)


@pytest.fixture
def sources() -> tuple[Grey, Grey]:
    """Infrared detail at the left, visible detail at the right."""
    infrared, visible = (np.full((SIDE, SIDE), 0.5, np.float32) for _ in range(2))
    infrared[:, : SIDE // 2] += _texture(0)[:, : SIDE // 2]
    visible[:, SIDE // 2 :] += _texture(1)[:, SIDE // 2 :]
    return infrared, visible


def _score(fused: NDArray[Any], sources: tuple[Grey, Grey]) -> float:
    return structure(detail(fused.astype(np.float32)), own_details(*sources))


def test_both_details_whole_are_best(sources: tuple[Grey, Grey]) -> None:
    infrared, visible = sources
    assert _score(infrared + visible - 0.5, sources) == pytest.approx(1, abs=0.02)


def test_an_average_has_half_of_each(sources: tuple[Grey, Grey]) -> None:
    assert _score((sources[0] + sources[1]) / 2, sources) == pytest.approx(0.5, abs=0.02)


def test_a_copy_has_nothing_of_the_other(sources: tuple[Grey, Grey]) -> None:
    for source in sources:
        assert _score(source, sources) == pytest.approx(0, abs=0.05)


def test_exaggerated_counts_as_faint_does(sources: tuple[Grey, Grey]) -> None:
    both = sources[0] + sources[1] - 1
    strong, faint = _score(0.5 + 1.4 * both, sources), _score(0.5 + 0.6 * both, sources)
    assert strong == pytest.approx(faint, abs=0.03)


def test_turned_detail_is_below_zero(sources: tuple[Grey, Grey]) -> None:
    assert _score(1 - (sources[0] + sources[1]) / 2, sources) < 0


def test_a_chequerboard_and_noise_are_worse_than_both(sources: tuple[Grey, Grey]) -> None:
    rows, columns = np.indices((SIDE, SIDE))
    board = np.where((rows // 8 + columns // 8) % 2, *sources).astype(np.float32)
    noise = np.random.default_rng(2).uniform(0, 1, (SIDE, SIDE)).astype(np.float32)
    for fused in (board, noise):
        assert _score(fused, sources) < 0.7


def test_without_detail_there_is_no_value() -> None:
    flat = np.full((SIDE, SIDE), 0.5, np.float32)
    assert np.isnan(structure(detail(flat), own_details(flat, flat)))


def test_the_blur_is_a_gaussian_of_mirrored_borders() -> None:
    image = np.random.default_rng(3).uniform(0, 1, (40, 50)).astype(np.float32)
    offsets = np.arange(-16, 17)
    window = np.exp(-(offsets[:, None] ** 2 + offsets**2) / 32)
    window /= window.sum()
    padded = np.pad(image, 16, mode="symmetric").astype(np.float64)
    blurred, spreads = blur(image), spread(image)
    for i, j in ((0, 0), (5, 49), (39, 20), (20, 25)):
        around = padded[i : i + 33, j : j + 33]
        mean = (window * around).sum()
        assert blurred[i, j] == pytest.approx(mean, abs=1e-5)
        expected = np.sqrt((window * around**2).sum() - mean**2)
        assert spreads[i, j] == pytest.approx(expected, abs=1e-4)
