"""Resizing against a naive integral of the picture, and Pillow where it grows."""

import numpy as np
import PIL.Image
import pytest

from clfnet.usefulness.resize import resize, shrink

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
    colours = np.dstack([PICTURE, PICTURE[::-1], PICTURE.T[:21, :21].repeat(2, 1)[:, :33]])
    whole = resize(colours, 9, 40)
    for channel in range(3):
        np.testing.assert_array_equal(whole[..., channel], resize(colours[..., channel], 9, 40))


@pytest.mark.parametrize("factor", [1, 2, 3])
def test_shrinking_is_a_mean_of_blocks(factor: int) -> None:
    small = shrink(PICTURE, factor)
    for y in range(21 // factor):
        for x in range(33 // factor):
            block = PICTURE[y * factor : (y + 1) * factor, x * factor : (x + 1) * factor]
            assert small[y, x] == np.floor(block.mean() + 0.5)
