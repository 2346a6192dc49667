import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clfnet.align import Rig
from clfnet.align.geometry import apply
from clfnet.errors import InputError, OutputExistsError

MATRIX = [[4.1, 0.02, -7.0], [0.01, 4.0, 11.5], [1e-5, -2e-5, 1.0]]


@pytest.fixture
def rig() -> Rig:
    return Rig(np.array(MATRIX), (160, 120), (640, 480), 0.75, "by hand")


def test_a_file_keeps_everything(rig: Rig, tmp_path: Path) -> None:
    path = tmp_path / "new" / "rig.json"
    rig.write(path)
    found = Rig.read(path)
    assert found.as_dict() == rig.as_dict()
    np.testing.assert_array_equal(found.homography, rig.homography)
    assert json.loads(path.read_text())["visible_size"] == [640, 480]


def test_a_file_is_replaced_only_when_asked(rig: Rig, tmp_path: Path) -> None:
    path = tmp_path / "rig.json"
    path.write_text("precious")
    with pytest.raises(OutputExistsError):
        rig.write(path)
    assert path.read_text() == "precious"
    rig.write(path, overwrite=True)
    assert Rig.read(path).quality == 0.75


def test_homography_is_normalised() -> None:
    rig = Rig(-3 * np.array(MATRIX), (160, 120), (640, 480), None, "")
    np.testing.assert_allclose(rig.homography, MATRIX)


def test_other_resolutions_show_the_same_places(rig: Rig) -> None:
    scaled = rig.for_sizes((320, 240), (1280, 960))
    assert (scaled.infrared_size, scaled.visible_size) == ((320, 240), (1280, 960))
    # Fractions of the image, from edge to edge, must map alike.
    for fraction in ([0.0, 0.0], [0.25, 0.75], [1.0, 1.0]):
        small = apply(rig.homography, np.array([fraction]) * (160, 120) - 0.5)
        large = apply(scaled.homography, np.array([fraction]) * (320, 240) - 0.5)
        np.testing.assert_allclose((small + 0.5) / (640, 480), (large + 0.5) / (1280, 960))


def test_rounded_sides_are_of_one_proportion(rig: Rig) -> None:
    assert rig.for_sizes((107, 80), (1000, 750)).infrared_size == (107, 80)


@pytest.mark.parametrize("sizes", [((160, 128), (640, 480)), ((160, 120), (640, 360))])
def test_other_proportions_are_refused(rig: Rig, sizes: tuple[Any, Any]) -> None:
    with pytest.raises(InputError, match="must have the proportions of the rig's"):
        rig.for_sizes(*sizes)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"homography": [[1, 0], [0, 1]]}, "three rows of three"),
        ({"homography": [[1, 0, 0], [0, 1, 0], [0, 0, "1"]]}, "three rows of three"),
        ({"homography": [[1, 0, 0], [0, 1, 0], [0, 0, True]]}, "three rows of three"),
        ({"homography": [[1, 0, 0], [0, float("nan"), 0], [0, 0, 1]]}, "finite numbers"),
        ({"homography": [[1, 0, 0], [0, 10**400, 0], [0, 0, 1]]}, "finite numbers"),
        ({"homography": [[1, 0, 0], [2, 0, 0], [0, 0, 1]]}, "map the infrared image"),
        ({"homography": [[1, 0, 0], [0, 1, 0], [-0.1, 0, 1]]}, "map the infrared image"),
        ({"homography": None}, "three rows of three"),
        ({"infrared_size": [160]}, r"`infrared_size` must be \[width, height\]"),
        ({"infrared_size": [160, 120.0]}, "`infrared_size` must be two whole numbers"),
        ({"visible_size": [0, 480]}, "`visible_size` must be two whole numbers"),
        ({"visible_size": [640, 10**9]}, "`visible_size` must be two whole numbers"),
        ({"visible_size": "640x480"}, r"`visible_size` must be \[width, height\]"),
        ({"quality": 1.5}, "`quality` must be 0 to 1"),
        ({"quality": float("nan")}, "`quality` must be 0 to 1"),
        ({"quality": "good"}, "`quality` must be 0 to 1"),
        ({"made": 5}, "`made` must be text"),
        ({"lens": "wide"}, "`lens` is unknown"),
    ],
)
def test_wrong_values_are_named(
    change: dict[str, Any], message: str, rig: Rig, tmp_path: Path
) -> None:
    path = tmp_path / "rig.json"
    path.write_text(json.dumps(rig.as_dict() | change))
    _refused(path, message)


@pytest.mark.parametrize("key", ["homography", "infrared_size", "visible_size", "quality", "made"])
def test_missing_values_are_named(key: str, rig: Rig, tmp_path: Path) -> None:
    values = rig.as_dict()
    del values[key]
    path = tmp_path / "rig.json"
    path.write_text(json.dumps(values))
    _refused(path, f"`{key}` is missing")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "must be JSON"),
        (b"\xff\xfe\x00", "must be JSON"),
        (b"[1, 2]", "one JSON object"),
        (b"[" * 60_000, "no rig file"),
        (b" " * 70_000, "larger than"),
    ],
)
def test_other_files_are_refused(data: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "rig.json"
    path.write_bytes(data)
    _refused(path, message)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    _refused(tmp_path / "rig.json", "cannot be read: No such file")
    _refused(tmp_path, "cannot be read: Is a directory")


def _refused(path: Path, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        Rig.read(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
