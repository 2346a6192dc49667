import numpy as np
import pytest

from clfnet.errors import ImageError, SizeMismatchError
from clfnet.evaluation.difference import difference_map


def test_is_white_where_equal_and_darker_where_they_differ_either_way() -> None:
    first, second = np.array([[[7, 0], [255, 90]], [[7, 255], [0, 100]]], np.uint8)
    assert difference_map(first, second).tolist() == [[255, 0], [0, 245]]
    assert difference_map(second, first).tolist() == [[255, 0], [0, 245]]
    assert difference_map(first, second, gain=2.5).tolist() == [[255, 0], [0, 230]]


def test_refuses_other_sizes_and_gains() -> None:
    picture = np.zeros((2, 3), np.uint8)
    with pytest.raises(SizeMismatchError, match=r"`second` must have .* 3x2, got 2x3"):
        difference_map(picture, picture.T)
    with pytest.raises(ImageError, match="`gain` must be above 0, got 0"):
        difference_map(picture, picture, gain=0)
