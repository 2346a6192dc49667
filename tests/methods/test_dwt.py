import numpy as np
import pytest

from clfnet.methods.classical import Plane
from clfnet.methods.dwt import dwt


def _haar(image: Plane) -> tuple[Plane, list[Plane]]:
    """One scale of Haar's wavelet for even sides, by hand."""
    a, b, c, d = image[::2, ::2], image[::2, 1::2], image[1::2, ::2], image[1::2, 1::2]
    return (a + b + c + d) / 2, [(a + b - c - d) / 2, (a - b + c - d) / 2, (a - b - c + d) / 2]


def _haar_back(low: Plane, bands: list[Plane]) -> Plane:
    h, v, d = bands
    image = np.empty((2 * low.shape[0], 2 * low.shape[1]))
    image[::2, ::2], image[::2, 1::2] = (low + h + v + d) / 2, (low + h - v - d) / 2
    image[1::2, ::2], image[1::2, 1::2] = (low - h + v - d) / 2, (low - h - v + d) / 2
    return image


def _choice(first: Plane, second: Plane) -> Plane:
    """The 3×3 maximum of magnitude decides, then the majority of the 3×3 neighbours."""

    def around(band: Plane, i: int, j: int) -> Plane:
        return np.pad(band, 1, mode="edge")[i : i + 3, j : j + 3]

    places = list(np.ndindex(first.shape))
    wins = np.empty_like(first)
    for at in places:
        wins[at] = np.abs(around(first, *at)).max() > np.abs(around(second, *at)).max()
    chosen = np.empty_like(first)
    for at in places:
        chosen[at] = first[at] if around(wins, *at).sum() > 4.5 else second[at]
    return chosen


def test_reference_with_one_scale_of_haar() -> None:
    infrared, visible = np.random.default_rng(0).random((2, 12, 18))
    (low_a, bands_a), (low_b, bands_b) = _haar(infrared), _haar(visible)
    bands = [_choice(a, b) for a, b in zip(bands_a, bands_b, strict=True)]
    expected = _haar_back((low_a + low_b) / 2, bands)
    np.testing.assert_allclose(dwt(infrared, visible, levels=1, wavelet="haar"), expected)


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (7, 8), (15, 15), (33, 50)])
@pytest.mark.parametrize("wavelet", ["haar", "db4", "bior4.4"])
def test_reconstructs(shape: tuple[int, int], wavelet: str) -> None:
    image = np.random.default_rng(0).random(shape)
    np.testing.assert_allclose(dwt(image, image, wavelet=wavelet), image, atol=1e-9)
