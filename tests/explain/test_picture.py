"""The image: what its tints, labels and sizes tell."""

import numpy as np
import pytest

from clfnet.errors import InputError
from clfnet.explain import Explained, Explanation, Region, draw
from clfnet.explain.picture import INFRARED, VISIBLE, percent, tinted
from clfnet.io.box import Box
from clfnet.io.image import Image
from clfnet.method import FloatImage


def explained(share: float | FloatImage, height: int = 60, width: int = 80) -> Explained:
    random = np.random.default_rng(0)
    infrared, visible = random.integers(0, 256, (2, height, width), np.uint8)
    shares = np.broadcast_to(np.float32(share), (height, width))
    places = shares[::4, ::4]
    explanation = Explanation(shares, places > 0.5, places - 0.5, 4)
    fused = Image(np.dstack([visible] * 3))
    return Explained(Image(infrared), Image(visible), fused, explanation)


def test_no_winner_is_no_tint() -> None:
    fused = np.linspace(0, 1, 256, dtype=np.float32)[None]
    levels = np.arange(256)[None, :, None].repeat(3, axis=2)
    np.testing.assert_array_equal(tinted(fused, np.full_like(fused, 0.5)), levels)


@pytest.mark.parametrize("level", [0.05, 0.3, 0.6, 0.9])
def test_infrared_is_orange_and_visible_is_blue(level: float) -> None:
    fused = np.full((1, 5), level, np.float32)
    share = np.array([[0, 0.25, 0.5, 0.75, 1]], np.float32)
    red, _, blue = tinted(fused, share)[0].astype(int).T
    warmth = red - blue
    assert (np.diff(warmth) > 0).all()  # the surer, the more colour
    assert warmth[0] < 0 < warmth[4]
    assert INFRARED[0] > INFRARED[2]
    assert VISIBLE[0] < VISIBLE[2]


def test_texture_stays_under_the_tint() -> None:
    ramp = np.linspace(0, 1, 32, dtype=np.float32)[None]
    for won in (0.0, 1.0):
        luma = tinted(ramp, np.full_like(ramp, won))[0] @ np.array([0.299, 0.587, 0.114])
        assert (np.diff(luma) > 0).all()
        assert luma[-1] - luma[0] > 120


def test_small_pictures_are_enlarged_and_sources_go_beside() -> None:
    one, three = (draw(explained(1.0), sources=sources) for sources in (False, True))
    assert one.dtype == three.dtype == np.uint8
    assert 720 <= one.shape[1] < 800
    assert 3 * 360 < three.shape[1] < 3 * 460
    tall = draw(explained(1.0, 300, 40))
    assert tall.shape[0] > tall.shape[1]


def test_the_map_is_in_the_picture() -> None:
    share = np.zeros((60, 80), np.float32)
    share[:, :40] = 1
    picture = draw(explained(share), cells=1)
    middle = picture[200:500, :].astype(int)
    left, right = (half[..., 0] - half[..., 2] for half in np.split(middle[:, :758], 2, axis=1))
    assert left.mean() > 20
    assert right.mean() < -20


@pytest.mark.parametrize("cells", [1, 2, 5])
def test_a_grid_and_regions_change_the_picture(cells: int) -> None:
    plain = draw(explained(1.0), cells=1)
    marked = draw(explained(1.0), cells=cells, regions=[Region("door", Box(10, 10, 30, 20))])
    assert marked.shape == plain.shape
    assert (marked != plain).any(axis=2).sum() > 500
    assert ((draw(explained(1.0), cells=cells) != plain).any()) == (cells > 1)


@pytest.mark.parametrize("box", [(0, 0, 80, 60), (79, 59, 1, 1), (0, 55, 5, 5), (70, 0, 10, 3)])
def test_regions_at_the_edge_are_drawn(box: tuple[int, int, int, int]) -> None:
    draw(explained(0.4), regions=[Region("a name that is longer than its region", Box(*box))])


def test_what_is_not_inside_is_told() -> None:
    with pytest.raises(InputError, match="inside the 80x60 image"):
        draw(explained(1.0), regions=[Region("far", Box(79, 0, 2, 1))])
    with pytest.raises(InputError, match="`grid` must be 1 to 60"):
        draw(explained(1.0), cells=61)


def test_percent() -> None:
    assert [percent(share) for share in (0, 0.005001, 0.614, 1)] == ["0 %", "1 %", "61 %", "100 %"]
