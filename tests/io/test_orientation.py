import numpy as np
import PIL.Image
import PIL.ImageOps
import pytest

from clfnet.io.orientation import TAG, upright


@pytest.mark.parametrize("orientation", range(10))
def test_turns_as_pillow_does(orientation: int) -> None:
    pixels = np.arange(24, dtype=np.uint8).reshape(4, 6)
    picture = PIL.Image.fromarray(pixels)
    picture.getexif()[TAG] = orientation
    expected = np.asarray(PIL.ImageOps.exif_transpose(picture))
    found = upright(pixels.astype(np.float32), orientation)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, expected)
