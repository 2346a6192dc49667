import numpy as np
import pytest
from PIL import Image

from clfnet.io.labels import TEXT, draw_box


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
