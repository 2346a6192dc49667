import numpy as np
import pytest
from PIL import Image

from clfnet.io.labels import TEXT, draw_box, draw_label


@pytest.mark.parametrize(("top", "labelled"), [(20, slice(70, 100)), (60, slice(30, 60))])
def test_a_label_is_below_its_box_or_above_where_there_is_no_room(
    top: int, labelled: slice
) -> None:
    picture = Image.new("RGB", (120, 120), (90, 90, 90))
    draw_box(picture, (30, top, 80, top + 50), "a", line=2, size=12)
    drawn = np.asarray(picture)
    assert (drawn[top, 40] == TEXT).all()  # the outline's first row
    assert (drawn[top + 10 : top + 40, 35:75] == 90).all()  # nothing inside is hidden
    changed = (drawn != 90).any(axis=(1, 2)).nonzero()[0]
    outside = changed[(changed < top - 2) | (changed >= top + 52)]
    assert len(outside) > 10
    assert labelled.start <= outside.min() <= outside.max() < labelled.stop


def test_a_label_takes_the_first_place_that_covers_nothing() -> None:
    picture = Image.new("RGB", (200, 100))
    places, taken = [(10, 10), (10, 40), (10, 70)], [(0, 0, 60, 12), (20, 45, 30, 46)]
    assert draw_label(picture, places, "a", 12, taken)[:2] == (10, 70)
    assert draw_label(picture, places, "a", 12)[:2] == (10, 10)
    assert draw_label(picture, places[:2], "a", 12, taken)[:2] == (10, 40)  # it covers less


def test_a_box_s_label_leaves_what_is_taken_open() -> None:
    picture = Image.new("RGB", (300, 200))
    below = (20, 82, 200, 110)
    label = draw_box(picture, (20, 30, 80, 80), "bearing", line=1, size=12, taken=[below])
    assert label[3] <= 30
    label = draw_box(picture, (20, 0, 80, 80), "bearing", line=1, size=12, taken=[below])
    assert label[0] >= 80  # no room above: beside it
