"""Resizing against a naive integral of the image, and Pillow where it grows."""

import sys

import numpy as np
import PIL.Image
import pytest

from clfnet.errors import MissingExtraError
from clfnet.usefulness.resize import resize

PICTURE = np.random.default_rng(0).integers(0, 256, (21, 33), np.uint8)


def _area_mean(picture: np.ndarray, top: float, bottom: float, left: float, right: float) -> float:
    """The mean over a rectangle whose sides may cut pixels, by fine sampling."""
    ys = np.floor(np.linspace(top, bottom, 2000, endpoint=False) + 1e-9).astype(int)
    xs = np.floor(np.linspace(left, right, 2000, endpoint=False) + 1e-9).astype(int)
    rows = np.bincount(ys, minlength=picture.shape[0]) / len(ys)
    columns = np.bincount(xs, minlength=picture.shape[1]) / len(xs)
    return float(rows @ picture @ columns)


def test_a_smaller_picture_is_the_mean_of_areas() -> None:
    small = resize(PICTURE, 13, 20)
    for y in range(13):
        for x in range(20):
            area = (y * 21 / 13, (y + 1) * 21 / 13, x * 33 / 20, (x + 1) * 33 / 20)
            assert abs(float(small[y, x]) - _area_mean(PICTURE, *area)) < 0.6


def test_a_larger_picture_is_bilinear() -> None:
    larger = PIL.Image.fromarray(PICTURE).resize((70, 50), PIL.Image.Resampling.BILINEAR)
    assert np.abs(resize(PICTURE, 50, 70).astype(int) - np.asarray(larger)).max() <= 1


def test_channels_are_resized_alike() -> None:
    colours = np.dstack([PICTURE, PICTURE[::-1], PICTURE[:, ::-1]])
    whole = resize(colours, 9, 20)
    for channel in range(3):
        np.testing.assert_array_equal(whole[..., channel], resize(colours[..., channel], 9, 20))


def test_without_opencv_its_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert resize(PICTURE, 21, 33) is PICTURE
    monkeypatch.setitem(sys.modules, "cv2", None)
    with pytest.raises(MissingExtraError, match=r"clfnet\[usefulness\]"):
        resize(PICTURE, 9, 9)
