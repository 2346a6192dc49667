"""How many levels fused images span."""

from pathlib import Path

import numpy as np
import pytest

from clfnet.evaluation import evaluate
from clfnet.evaluation.spans import span_note, stretch_levels
from clfnet.inference.fuser import Fuser
from clfnet.io.image import Image, write_image
from clfnet.metrics import GreyImage

NARROW = np.random.default_rng(0).integers(90, 160, (12, 15)).astype(np.uint8)


def test_stretching_is_that_of_fusing() -> None:
    """Of a fused image of 8 bits, half a level may round to the other side."""

    class Visible:
        name = "visible"

        def __call__(self, infrared: GreyImage, visible: GreyImage) -> GreyImage:
            return visible

    expected = Fuser(Visible(), stretch=True)(NARROW, NARROW)  # type: ignore[arg-type]
    np.testing.assert_allclose(stretch_levels(NARROW), expected.astype(int), atol=1)
    assert (stretch_levels(NARROW).min(), stretch_levels(NARROW).max()) == (0, 255)


def test_one_level_stays() -> None:
    flat = np.full((3, 3), 77, np.uint8)
    np.testing.assert_array_equal(stretch_levels(flat), flat)


@pytest.mark.parametrize(
    ("spans", "said"),
    [
        ({"a": [255, 255]}, False),
        ({"a": [255, 200], "b": [230, 220]}, False),
        ({"a": [255, 255], "b": [255, 190]}, True),
        ({"a": [0], "b": [0]}, False),
        ({}, False),
    ],
)
def test_what_is_told(spans: dict[str, list[int]], said: bool) -> None:
    assert bool(span_note(spans)) == said


def test_sets_of_two_spans_are_told_and_stretched_alike(tmp_path: Path) -> None:
    for kind, pixels in {
        "ir": NARROW,
        "vi": 255 - NARROW,
        "wide": stretch_levels(NARROW),
        "narrow": NARROW,
    }.items():
        write_image(tmp_path / kind / "1.png", Image(pixels))
    folders = tmp_path / "ir", tmp_path / "vi", [tmp_path / "wide", tmp_path / "narrow"]
    table = evaluate(*folders, metrics=["SD"])
    assert "narrow 69, wide 255" in table.notes[0]
    assert not table.stretched
    means = table.means()
    assert means["wide"]["SD"] > 3 * means["narrow"]["SD"]
    alike = evaluate(*folders, metrics=["SD"], stretch=True)
    assert alike.stretched
    assert alike.notes == ()
    assert alike.means()["narrow"] == alike.means()["wide"]
