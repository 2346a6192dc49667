"""In which form a graph takes and gives images."""

from types import SimpleNamespace

import numpy as np
import pytest

from clfnet.errors import InputError
from clfnet.inference.onnx_form import RANGES, form_of, image_of, range_of, to_unit

IMAGE = np.arange(6, dtype=np.float32).reshape(2, 3)


@pytest.mark.parametrize(
    "result",
    [IMAGE, IMAGE[None], IMAGE[..., None], IMAGE[None, None], IMAGE[None, ..., None]],
    ids=["HW", "CHW", "HWC", "NCHW", "NHWC"],
)
def test_results_in_every_order_of_axes(result: np.ndarray) -> None:
    image = image_of(result.astype(np.float16), (2, 3))
    assert image is not None
    assert image.dtype == np.float32
    np.testing.assert_array_equal(image, IMAGE[..., None])


def test_three_channels_first_or_last() -> None:
    colour = np.stack([IMAGE, 2 * IMAGE, 3 * IMAGE], axis=-1)
    for result in (colour, np.moveaxis(colour, -1, 0)):
        np.testing.assert_array_equal(image_of(result[None], (2, 3)), colour)


@pytest.mark.parametrize("shape", [(3, 2), (2, 2, 3), (2, 1, 2, 3), (1, 1, 2, 4), (6,)])
def test_what_is_no_image_of_the_size(shape: tuple[int, ...]) -> None:
    assert image_of(np.zeros(shape), (2, 3)) is None


@pytest.mark.parametrize(
    ("black", "white", "name"),
    [
        (0.0, 1.0, "unit"),
        (0.2, 0.9, "unit"),
        (-0.03, 1.04, "unit"),
        (-1.0, 1.0, "signed"),
        (-0.7, 0.8, "signed"),
        (0.0, 255.0, "levels"),
        (12.0, 240.0, "levels"),
    ],
)
def test_the_range_by_black_and_white(black: float, white: float, name: str) -> None:
    assert range_of(np.full((1, 1, 4, 4), black), np.full((1, 1, 4, 4), white)) == name


def test_whole_numbers_are_levels() -> None:
    assert range_of(np.zeros(4, np.uint8), np.ones(4, np.uint8)) == "levels"


def test_an_overshoot_counts_by_the_range() -> None:
    levels = np.array([[[-12.0], [267.0]]], np.float32)
    assert to_unit(levels, RANGES["levels"], "theirs", "onnx:f").tolist() == [[[0.0], [1.0]]]
    with pytest.raises(InputError, match=r"--model onnx:f,output=NAME"):
        to_unit(levels, RANGES["signed"], "theirs", "onnx:f")


def test_channels_last_are_told_by_the_shape() -> None:
    given = SimpleNamespace(name="ir", type="tensor(float)", shape=[1, "h", "w", 3])
    other = SimpleNamespace(name="vi", type="tensor(float)", shape=[1, 1, "h", "w"])
    feeds = form_of([given, other], "f").feeds(IMAGE, IMAGE, RANGES["signed"])
    assert feeds["ir"].shape == (1, 2, 3, 3)
    assert feeds["vi"].shape == (1, 1, 2, 3)
    np.testing.assert_array_equal(feeds["vi"][0, 0], 2 * IMAGE - 1)
