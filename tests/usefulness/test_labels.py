"""Labels in CSV files, and images at the size at which they are measured."""

from pathlib import Path

import numpy as np
import pytest

from clfnet.errors import InputError, PairingError, SizeMismatchError
from clfnet.io.image import Image, write_image
from clfnet.usefulness.labels import fitted, read_labels, read_labels_of_folders

BOXES = "image,label,x1,y1,x2,y2,ignore\n"
IMAGES = "image,scene,light,infrared,visible\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """One small pair and one twice as large as what is measured."""
    rng = np.random.default_rng(0)
    for name, size in (("small", (120, 160)), ("large", (960, 1280))):
        for folder, shape in (("ir", size), ("vi", (*size, 3))):
            picture = rng.integers(0, 256, shape, np.uint8)
            write_image(tmp_path / "sets" / folder / f"{name}.png", Image(picture))
    lines = [
        "small,person,10,10,30,80,0",
        "small,person,40,10,60,15,0",  # 20 pixels high at a width of 640: too small
        "large,person,100,100,200,400,0",
        "large,ignore,300,100,500,400,1",
    ]
    labels = tmp_path / "sets/labels"
    labels.mkdir()
    (labels / "boxes.csv").write_text(BOXES + "\n".join(lines))
    pairs = [f"{n},{n},day,ir/{n}.png,vi/{n}.png" for n in ("small", "large")]
    (labels / "images.csv").write_text(IMAGES + "\n".join(pairs))
    return tmp_path / "sets"


def test_pairs_are_read(root: Path) -> None:
    small, large = read_labels(root / "labels/boxes.csv")
    assert (small.name, small.scene, small.light) == ("small", "small", "day")
    assert small.visible == root / "vi/small.png"
    assert small.persons.tolist() == [[10, 10, 30, 80], [40, 10, 60, 15]]
    assert large.ignored.tolist() == [[300, 100, 500, 400]]


def test_small_persons_count_neither_way(root: Path) -> None:
    sources = read_labels(root / "labels/boxes.csv")[0].read()
    assert sources.persons.tolist() == [[10, 10, 30, 80]]
    assert sources.ignored.tolist() == [[40, 10, 60, 15]]
    assert sources.visible.shape == (120, 160, 3)


def test_large_pictures_are_reduced_with_their_boxes(root: Path) -> None:
    sources = read_labels(root / "labels/boxes.csv")[1].read()
    assert sources.infrared.shape == (480, 640)
    assert sources.visible.shape == (480, 640, 3)
    assert sources.persons.tolist() == [[50, 50, 100, 200]]
    assert sources.ignored.tolist() == [[150, 50, 250, 200]]


def test_fused_pictures_may_have_either_size(root: Path) -> None:
    sources = read_labels(root / "labels/boxes.csv")[1].read()
    fused = np.random.default_rng(1).integers(0, 256, (960, 1280), np.uint8)
    half = fitted(fused, sources, "it")
    assert half[3, 5] == np.floor(fused[6:8, 10:12].mean() + 0.5)
    assert fitted(half, sources, "it") is half
    with pytest.raises(SizeMismatchError, match="1280x960, got 5x4"):
        fitted(fused[:4, :5], sources, "it")


def test_folders_are_pairs_by_stem(root: Path) -> None:
    pairs = read_labels_of_folders(root / "labels/boxes.csv", root / "ir", root / "vi")
    assert [(pair.name, pair.scene, pair.light) for pair in pairs] == [
        ("large", "large", ""),
        ("small", "small", ""),
    ]
    (root / "vi/small.png").unlink()
    with pytest.raises(PairingError):
        read_labels_of_folders(root / "labels/boxes.csv", root / "ir", root / "vi")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("other,person,1,1,2,2,0", "there is no pair other"),
        ("small,person,1,1,x,2,0", "line 2: x1, y1, x2 and y2 must be numbers"),
        ("small,person,5,1,2,2,0", "line 2: a box must have x1 < x2"),
        ("small,person,1,nan,2,2,0", "line 2: a box must have x1 < x2"),
        ("small,ignore,1,1,2,2,0", "at least one person"),
        ("", "at least one person"),
    ],
)
def test_wrong_boxes_are_told(root: Path, line: str, message: str) -> None:
    path = root / "labels/boxes.csv"
    path.write_text(BOXES + line)
    with pytest.raises(InputError, match=message):
        read_labels(path)


def test_wrong_files_are_told(root: Path) -> None:
    path = root / "labels/boxes.csv"
    path.write_text("image,x1,y1,x2\n")
    with pytest.raises(InputError, match="y2 is not among image, x1, y1, x2"):
        read_labels(path)
    (root / "labels/images.csv").write_text(IMAGES)
    with pytest.raises(InputError, match="must list at least one pair"):
        read_labels(path)
    with pytest.raises(InputError, match="must be a CSV file"):
        read_labels(root / "absent.csv")
