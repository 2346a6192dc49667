"""The demo pair shows what fusion is for: each camera sees what the other one misses."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from clfnet import example
from clfnet.errors import InputError
from scene import ScenePair, night_street

Mask = NDArray[np.bool_]
Grey = NDArray[np.float64]


@pytest.fixture(scope="module")
def pair() -> ScenePair:
    return night_street(320, 240)


def luma(visible: NDArray[np.uint8]) -> Grey:
    return np.asarray(visible @ np.array([0.299, 0.587, 0.114]), np.float64)


def surroundings(pair: ScenePair, region: Mask) -> Mask:
    """A ring about a region, with no other person in it."""
    return np.asarray(ndimage.binary_dilation(region, iterations=4) & ~pair.people)


def walkers(pair: ScenePair) -> list[Mask]:
    """The people one by one, from left to right."""
    labels, count = ndimage.label(pair.people)
    people = [labels == label for label in range(1, count + 1)]
    return sorted(
        (one for one in people if one.sum() > 20), key=lambda one: np.nonzero(one)[1].min()
    )


def contrast(image: Grey, region: Mask, ring: Mask) -> float:
    return float(image[region].mean() - image[ring].mean())


def test_two_calls_give_the_same_bytes() -> None:
    first, second = night_street(96, 72), night_street(96, 72)
    for one, other in zip(first, second, strict=True):
        assert one.tobytes() == other.tobytes()


@pytest.mark.parametrize(("width", "height"), [(64, 64), (101, 77), (200, 70), (64, 150)])
def test_any_size_gives_an_aligned_pair(width: int, height: int) -> None:
    infrared, visible, people, sign = night_street(width, height)
    assert infrared.shape == people.shape == sign.shape == (height, width)
    assert visible.shape == (height, width, 3)
    assert infrared.dtype == visible.dtype == np.uint8
    assert people.dtype == sign.dtype == np.bool_
    assert people.any()
    assert sign.any()
    assert visible.flags.c_contiguous


def test_a_larger_picture_shows_the_same_scene(pair: ScenePair) -> None:
    small = night_street(160, 120)
    for large_image, small_image in (
        (pair.infrared.astype(np.float64), small.infrared.astype(np.float64)),
        (luma(pair.visible), luma(small.visible)),
    ):
        halved = large_image.reshape(120, 2, 160, 2).mean((1, 3))
        assert np.corrcoef(halved.ravel(), small_image.ravel())[0, 1] > 0.97
    assert pair.people.mean() == pytest.approx(small.people.mean(), rel=0.1)


def test_all_people_are_bright_in_infrared(pair: ScenePair) -> None:
    infrared = pair.infrared.astype(np.float64)
    people = walkers(pair)
    assert len(people) == 4
    for person in people:
        assert contrast(infrared, person, surroundings(pair, person)) > 55
        assert infrared[person].std() > 8  # faces are warmer than shoes: no flat cut-outs


def test_people_in_the_shadow_are_lost_in_the_visible_picture(pair: ScenePair) -> None:
    infrared, visible = pair.infrared.astype(np.float64), luma(pair.visible)
    people = walkers(pair)
    for hidden in (people[0], people[-1]):
        ring = surroundings(pair, hidden)
        seen = abs(contrast(visible, hidden, ring))
        assert seen < 20
        assert contrast(infrared, hidden, ring) > 4 * seen


def test_lettering_is_in_the_visible_picture_only(pair: ScenePair) -> None:
    inside = ndimage.binary_erosion(pair.sign, iterations=2)
    assert luma(pair.visible)[inside].std() > 40
    assert pair.infrared[inside].std() < 4


def test_only_the_driven_car_is_hot(pair: ScenePair) -> None:
    def patch(x: float, y: float) -> float:
        column, row = round(x / 2), round(y / 2)
        return float(pair.infrared[row - 2 : row + 3, column - 2 : column + 3].mean())

    bonnet, parked, road = patch(430, 283), patch(376, 235), patch(330, 400)
    assert bonnet > road + 30
    assert parked < road


def test_sky_is_cold_and_the_picture_is_dark_and_coloured(pair: ScenePair) -> None:
    sky = np.s_[:30, 125:185]
    assert pair.infrared[sky].mean() < 0.3 * pair.infrared.mean()
    red, _, blue = pair.visible[sky].reshape(-1, 3).mean(0)
    assert blue > red + 5
    assert 40 < luma(pair.visible).mean() < 90


def test_the_texture_is_in_the_visible_picture(pair: ScenePair) -> None:
    infrared, visible, people, _ = pair

    def texture(image: Grey) -> float:
        return float(np.abs(image - ndimage.uniform_filter(image, 5))[~people].mean())

    assert texture(luma(visible)) > 2 * texture(infrared.astype(np.float64))


@pytest.mark.parametrize(("width", "height", "name"), [(10, 480, "width"), (640, 63, "height")])
def test_too_small_is_refused(width: int, height: int, name: str) -> None:
    with pytest.raises(
        InputError, match=rf"^`{name}` must be at least 64, got {min(width, height)}\. "
    ):
        night_street(width, height)


def test_the_package_ships_this_pair() -> None:
    rendered, shipped = night_street(), example.night_street()
    np.testing.assert_array_equal(shipped.infrared, rendered.infrared)
    np.testing.assert_array_equal(shipped.visible, rendered.visible)
