import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clfnet.errors import ImageError, SizeMismatchError
from clfnet.metrics import to_grey
from clfnet.metrics.image import check, saturate


@given(st.lists(st.floats(-1e6, 1e6), min_size=1))
def test_saturate_rounds_half_away_from_zero_and_clips(values: list[float]) -> None:
    expected = [min(255, int(v) + (v - int(v) >= 0.5)) if v > 0 else 0 for v in values]
    assert saturate(np.array(values)).tolist() == expected


def test_grey_of_equal_channels_is_that_channel() -> None:
    levels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert np.array_equal(to_grey(np.stack([levels] * 3, axis=-1)), levels)


def test_grey_of_colour_weighs_the_channels() -> None:
    rgb = np.array([[[10, 200, 30]]], np.uint8)
    exact = 0.298936021293775 * 10 + 0.587043074451121 * 200 + 0.114020904255103 * 30
    assert to_grey(rgb).tolist() == [[round(exact)]]


def test_grey_of_grey_is_itself() -> None:
    grey = np.arange(6, dtype=np.uint8).reshape(2, 3)
    assert np.array_equal(to_grey(grey), grey)
    assert np.array_equal(to_grey(grey[..., None]), grey)


@pytest.mark.parametrize("colours", [1, 3])
def test_alpha_is_dropped(colours: int) -> None:
    image = np.full((2, 3, colours), 77, np.uint8)
    alpha = np.arange(6, dtype=np.uint8).reshape(2, 3, 1)
    assert np.array_equal(to_grey(np.concatenate([image, alpha], axis=-1)), to_grey(image))


def test_uint16_and_float_have_the_levels_of_uint8() -> None:
    grey = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert np.array_equal(to_grey(grey.astype(np.uint16) * 257), grey)
    assert np.array_equal(to_grey(grey / 255), grey)
    assert np.array_equal(to_grey((grey / 255).astype(np.float32)), grey)


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (np.zeros((0, 4), np.uint8), r"shape \(H, W\) or .*, got \(0, 4\)"),
        (np.zeros((4, 4, 5), np.uint8), r"got \(4, 4, 5\)"),
        (np.zeros(4, np.uint8), r"got \(4,\)"),
        (np.zeros((4, 4), np.int32), "got int32"),
        (np.full((4, 4), np.nan), "got nan"),
        (np.full((4, 4), 255.0), "got 255.0 to 255.0"),
        (np.full((4, 4), -0.1), "got -0.1"),
    ],
)
def test_what_is_no_image_is_refused(image: np.ndarray, message: str) -> None:
    with pytest.raises(ImageError, match=message):
        to_grey(image)


def test_check_names_the_image_and_what_it_got() -> None:
    image = np.zeros((41, 50), np.uint8)
    check(41, fused=image, infrared=image)
    with pytest.raises(ImageError, match=r"`infrared` .* got float64 of shape \(41, 50\)"):
        check(fused=image, infrared=image.astype(float))
    with pytest.raises(ImageError, match=r"`fused` .* got uint8 of shape \(41, 50, 3\)"):
        check(fused=np.stack([image] * 3, axis=-1))
    with pytest.raises(ImageError, match=r"`fused` .* got list"):
        check(fused=[[1]])  # type: ignore[arg-type]
    with pytest.raises(ImageError, match=r"`fused` must have at least 42 pixels .* got 50x41"):
        check(42, fused=image)
    with pytest.raises(SizeMismatchError, match=r"`visible` .* `fused`, 50x41, got 41x50"):
        check(fused=image, visible=image.T)
    with pytest.raises(ImageError, match="at least 1 pixel"):
        check(fused=np.zeros((0, 3), np.uint8))
