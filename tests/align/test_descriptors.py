import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from clfnet.align.descriptors import blur, centred, describe, inset, spread
from clfnet.align.warp import Values


def _scene() -> Values:
    noise = np.random.default_rng(0).random((60, 80), np.float32)
    return np.asarray(gaussian_filter(noise, 3), np.float32)


def test_spread_takes_any_range() -> None:
    thermal = (29000 + 300 * np.random.default_rng(0).random((50, 60))).astype(np.uint16)
    thermal[0, 0] = 65535  # one broken pixel
    found = spread(thermal)
    assert found.dtype == np.float32
    assert (found.min(), found.max()) == (0, 1)
    assert found.std() > 0.25
    np.testing.assert_allclose(found, spread(thermal / np.float64(65535)), atol=1e-3)


def test_a_flat_picture_is_nothing() -> None:
    assert not spread(np.full((5, 5), 7, np.uint16)).any()
    assert not describe(np.full((9, 9), 0.3, np.float32)).any()


def test_contrast_may_be_reversed_and_scaled() -> None:
    scene = _scene()
    other = np.asarray(1 - scene / 5, np.float32)
    np.testing.assert_allclose(describe(scene), describe(other), atol=1e-3)


def test_directions_are_told_apart() -> None:
    y, x = np.mgrid[:40, :40].astype(np.float32)
    for angle, strongest in ((0, 0), (45, 1), (90, 2), (135, 3)):
        waves = np.sin((x * np.cos(np.radians(angle)) + y * np.sin(np.radians(angle))) / 3)
        found = describe(waves.astype(np.float32))[:, 5:-5, 5:-5].mean(axis=(1, 2))
        assert found.argmax() == strongest


def test_length_is_at_most_one() -> None:
    found = describe(_scene())
    assert found.shape == (4, 60, 80)
    assert 0.9 < np.sqrt((found**2).sum(axis=0)).max() <= 1


def test_blur_is_a_gaussian() -> None:
    scene = _scene()
    expected = gaussian_filter(scene, 0.7, mode="nearest", radius=2)
    np.testing.assert_allclose(blur(scene), expected, atol=1e-6)


def test_centred_has_no_mean_inside_and_nothing_outside() -> None:
    valid = inset((60, 80), 7)
    found = centred(describe(_scene()), valid)
    assert found[:, valid].mean(axis=1) == pytest.approx(0, abs=1e-5)
    assert not found[:, ~valid].any()
    assert valid.sum() == 46 * 66
