"""Pairs with labelled persons: two CSV files, and the images that they name.

`boxes.csv` has the columns image, label, x1, y1, x2, y2 and, where there are doubtful ones, ignore
(0 or 1): boxes in pixels of the visible image, label `person` or `ignore`. `images.csv`, beside
it, has the columns image, scene, light (`day` or `night`), infrared and visible: files, relative to
that folder or the one above it. Without it, the pairs come from two folders by stem.

Everything is measured on images about 640 pixels wide, so that a blur of four pixels and a person
of 24 mean the same everywhere: larger ones are shrunk by a whole number.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path

import numpy as np

from clfnet.errors import InputError, SizeMismatchError, one_line
from clfnet.io.files import open_input
from clfnet.io.image import read_image, to_uint8
from clfnet.io.pairing import listed, pair_folders
from clfnet.metrics.image import size_of
from clfnet.thermal import parse_range, read_thermal
from clfnet.usefulness.boxes import Boxes
from clfnet.usefulness.resize import Picture, resize

WIDTH = 640
"""Of the images that are measured, more or less, in pixels."""

LEAST_HEIGHT = 24
"""Of a person, in pixels of an image `WIDTH` wide; smaller ones count neither way."""

DAY, NIGHT = "day", "night"


@dataclass(frozen=True, eq=False)
class Sources:
    """Both images of a labelled pair, as they are measured.

    Attributes:
        infrared: uint8, (H, W).
        visible: uint8, (H, W) or (H, W, 3) RGB.
        full: height and width of the visible file.
        persons: boxes in pixels of these images.
        ignored: boxes of groups, of doubtful and of small figures.
    """

    infrared: Picture
    visible: Picture
    full: tuple[int, int]
    persons: Boxes
    ignored: Boxes


@dataclass(frozen=True, eq=False)
class LabelledPair:
    """A pair and its labels.

    Attributes:
        name: of the pair; a fused image of it has this stem.
        scene: pairs of one scene look alike; intervals are taken over scenes.
        light: "day", "night", or another word where that is not known.
        infrared: the file.
        visible: the file.
        persons: boxes in pixels of the visible file.
        ignored: boxes that count neither way.
    """

    name: str
    scene: str
    light: str
    infrared: Path
    visible: Path
    persons: Boxes
    ignored: Boxes

    def read(self) -> Sources:
        """Read both images, at the size at which they are measured.

        Raises:
            ImageError: a file cannot be read.
        """
        visible = to_uint8(read_image(self.visible).pixels)
        height, width = visible.shape[:2]
        factor = max(1, round(width / WIDTH))
        ranged, _ = parse_range("auto")(read_thermal(self.infrared))
        infrared = np.rint(ranged * 255).astype(np.uint8)
        light = resize(visible, round(height / factor), round(width / factor))
        scale = light.shape[1] / width
        small = (self.persons[:, 3] - self.persons[:, 1]) * WIDTH / width < LEAST_HEIGHT
        return Sources(
            resize(infrared, *light.shape[:2]),
            light,
            (height, width),
            self.persons[~small] * scale,
            np.concatenate([self.ignored, self.persons[small]]) * scale,
        )


def fitted(picture: Picture, sources: Sources, name: str) -> Picture:
    """Return a fused image at the size at which it is measured.

    Args:
        picture: uint8, (H, W) or (H, W, 3), of the visible file's size or that of `sources`.
        sources: what it was fused from.
        name: what messages call it.

    Raises:
        SizeMismatchError: it has another size.
    """
    wanted = sources.visible.shape[:2]
    if picture.shape[:2] not in (wanted, sources.full):
        raise SizeMismatchError(
            f"{name} must have the size of its visible image, {sources.full[1]}x"
            f"{sources.full[0]}, got {size_of(picture)}. Resize it, or fuse again at full size."
        )
    return resize(picture, *wanted)


def read_labels(
    boxes: Path, images: Path | None = None, *, data: Path | None = None
) -> list[LabelledPair]:
    """Read labelled pairs.

    Args:
        boxes: the CSV file of boxes.
        images: the CSV file of pairs; `images.csv` beside it by default.
        data: the folder to which the files of pairs are relative; the folder of `images` or the one
            above it by default.

    Returns:
        One per row of `images`, in its order.

    Raises:
        InputError: a file cannot be read, lacks a column, or has a value that is none; a box is of
            no pair.
    """
    images = images or boxes.parent / "images.csv"
    rows = _rows(images, ("image", "scene", "light", "infrared", "visible"))
    if not rows:
        raise InputError(f"{images} must list at least one pair, got none.")
    root = data or _root(images, rows[0]["visible"])
    places = {row["image"]: (root / row["infrared"], root / row["visible"]) for row in rows}
    about = {row["image"]: (row["scene"], row["light"]) for row in rows}
    return _labelled(boxes, places, about)


def read_labels_of_folders(boxes: Path, infrared: Path, visible: Path) -> list[LabelledPair]:
    """Read the boxes of the pairs in two folders, each its own scene, the light unknown.

    Args:
        boxes: the CSV file of boxes.
        infrared: folder of infrared images.
        visible: folder of visible images of the same stems.

    Raises:
        InputError: the file cannot be read, lacks a column, or has a value that is none; a box is
            of no pair.
        PairingError: an image has no partner.
    """
    places = {pair[0].stem: (pair[0], pair[1]) for pair in pair_folders(infrared, visible)}
    return _labelled(boxes, places, {name: (name, "") for name in places})


def _labelled(
    boxes: Path, places: Mapping[str, tuple[Path, Path]], about: Mapping[str, tuple[str, str]]
) -> list[LabelledPair]:
    found: dict[str, tuple[list[list[float]], list[list[float]]]] = {n: ([], []) for n in places}
    strangers: list[str] = []
    for line, row in enumerate(_rows(boxes, ("image", "x1", "y1", "x2", "y2")), start=2):
        if row["image"] not in found:
            strangers.append(row["image"])
            continue
        doubtful = row.get("ignore", "0") not in ("", "0") or row.get("label") == "ignore"
        found[row["image"]][doubtful].append(_box(row, f"{boxes}, line {line}"))
    if strangers:
        names = listed(map(Path, dict.fromkeys(strangers)))
        raise InputError(
            f"{boxes} must have boxes of known pairs only, but there is no pair {names}. "
            "Add it to the pairs, or take its boxes out."
        )
    if not any(persons for persons, _ in found.values()):
        raise InputError(f"{boxes} must have at least one person, got none.")
    return [
        LabelledPair(name, *about[name], *places[name], *map(_array, found[name]))
        for name in places
    ]


def _array(boxes: Sequence[Sequence[float]]) -> Boxes:
    return np.array(boxes, np.float64).reshape(-1, 4)


def _box(row: Mapping[str, str], where: str) -> list[float]:
    try:
        x1, y1, x2, y2 = (float(row[side]) for side in ("x1", "y1", "x2", "y2"))
    except ValueError as error:
        raise InputError(f"{where}: x1, y1, x2 and y2 must be numbers, but: {error}.") from error
    if not (x1 < x2 and y1 < y2):  # NaN is neither
        raise InputError(
            f"{where}: a box must have x1 < x2 and y1 < y2, got {x1}, {y1}, {x2}, {y2}."
        )
    return [x1, y1, x2, y2]


def _rows(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """The lines of a CSV file that has at least these columns."""
    try:
        with TextIOWrapper(open_input(path), "utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            rows = [{key: value or "" for key, value in row.items() if key} for row in reader]
            got = list(reader.fieldnames or ())
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path} must be a CSV file, but: {one_line(error)}.") from error
    missing = [column for column in columns if column not in got]
    if missing:
        raise InputError(
            f"{path} must have the columns {', '.join(columns)}, but {', '.join(missing)} "
            f"{'is' if len(missing) == 1 else 'are'} not among {', '.join(got) or 'none'}."
        )
    return rows


def _root(images: Path, example: str) -> Path:
    """The folder of `images` or the one above it, whichever has the files."""
    beside = images.parent
    return beside if (beside / example).exists() else beside.parent
