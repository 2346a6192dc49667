import numpy as np
import PIL.Image
import PIL.ImageOps
import pytest

from clfnet.io.orientation import TAG, matrix, swaps, upright


@pytest.mark.parametrize("orientation", range(10))
def test_turns_as_pillow_does(orientation: int) -> None:
    pixels = np.arange(24, dtype=np.uint8).reshape(4, 6)
    picture = PIL.Image.fromarray(pixels)
    picture.getexif()[TAG] = orientation
    expected = np.asarray(PIL.ImageOps.exif_transpose(picture))
    found = upright(pixels.astype(np.float32), orientation)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("orientation", range(10))
def test_the_matrix_says_where_a_pixel_goes(orientation: int) -> None:
    pixels = np.arange(24).reshape(4, 6)
    found = upright(pixels, orientation)
    assert swaps(orientation) == (found.shape == (6, 4))
    for y in range(4):
        for x in range(6):
            column, row, one = matrix(orientation, (6, 4)) @ [x, y, 1]
            assert one == 1
            assert found[round(row), round(column)] == pixels[y, x]
