import numpy as np
import pytest

from clfnet.methods.classical import Plane
from clfnet.methods.dtcwt import Q_SHIFT, dtcwt, forward, inverse
from clfnet.methods.dwt import dwt


def test_the_filter_is_orthogonal_to_its_even_shifts() -> None:
    taps = np.array(Q_SHIFT)
    products = [taps[2 * k :] @ taps[: len(taps) - 2 * k] for k in range(5)]
    np.testing.assert_allclose(products, [1, 0, 0, 0, 0], atol=1e-8)
    assert taps.sum() == pytest.approx(np.sqrt(2), abs=1e-7)


@pytest.mark.parametrize("levels", [0, 1, 2, 4])
def test_inverse_undoes_forward(levels: int) -> None:
    image = np.random.default_rng(0).random((32, 48))
    np.testing.assert_allclose(inverse(*forward(image, levels)), image, atol=1e-7)


@pytest.mark.parametrize("level", [1, 2, 3])
@pytest.mark.parametrize("axis", [0, 1])
def test_wavelets_have_one_sign_of_frequency(level: int, axis: int) -> None:
    """Re + i Im of a coefficient is a wavelet of nearly no negative, or no positive, frequency."""
    top, details = forward(np.zeros((64, 64)), 4)
    parts = []
    for unit in (1, 1j):
        details[level][0, 2, 1, 1] = unit
        parts.append(inverse(top, details))
        details[level][0, 2, 1, 1] = 0
    energy = np.abs(np.fft.fft2(parts[0] + 1j * parts[1])) ** 2
    halves = np.split(np.moveaxis(energy, axis, 0), 2)
    assert min(half.sum() for half in halves) < 0.02 * energy.sum()


def test_energy_hardly_depends_on_the_position() -> None:
    """Of a moving point, at the third scale."""

    def energy(shift: int) -> float:
        point = np.zeros((64, 64))
        point[20 + shift, 20 + shift] = 1
        return float((np.abs(forward(point, 4)[1][2]) ** 2).sum())

    found = [energy(shift) for shift in range(8)]
    assert max(found) < 1.15 * min(found)  # seven times as large in a single tree


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 2), (31, 50)])
def test_reconstructs(shape: tuple[int, int]) -> None:
    image = np.random.default_rng(0).random(shape)
    np.testing.assert_allclose(dtcwt(image, image), image, atol=1e-7)


def test_depends_less_on_the_position_than_dwt(scene: tuple[Plane, Plane]) -> None:
    infrared, visible = (np.pad(image, 16, "reflect") for image in scene)

    def spread(rule: object) -> float:
        assert callable(rule)
        fused = [
            np.roll(rule(np.roll(infrared, k, (0, 1)), np.roll(visible, k, (0, 1))), -k, (0, 1))
            for k in range(4)
        ]
        return float(np.std(fused, axis=0)[24:72, 24:72].mean())

    assert spread(dtcwt) < 0.6 * spread(dwt)
