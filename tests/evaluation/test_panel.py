"""Panels: where images, boxes, insets and labels are, to the pixel."""

from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from numpy.typing import NDArray

from clfnet.errors import ImageError, InputError, PairingError, SizeMismatchError
from clfnet.evaluation.panel import COLOURS, Corner, Mark, panel, panel_of_folders
from clfnet.evaluation.sources import Reading
from clfnet.io.box import Box
from clfnet.io.image import Image, read_image, write_image
from clfnet.options import FuseOptions

WIDTH, HEIGHT = 320, 200
GUTTER, LINE = 6, 2  # of an image that is so wide


def _picture(seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (HEIGHT, WIDTH), dtype=np.uint8)


def _two() -> dict[str, NDArray[np.uint8]]:
    return {"infrared": _picture(0), "visible": np.dstack([_picture(i) for i in (1, 2, 3)])}


def _rgb(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return pixels if pixels.ndim == 3 else np.dstack([pixels] * 3)


def _where(page: NDArray[np.uint8], colour: tuple[int, int, int]) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (page == colour).all(axis=2)
    return found


def test_pictures_are_kept_and_labels_are_below_them() -> None:
    pictures = _two()
    page = panel(pictures)
    below = page.shape[0] - HEIGHT
    assert page.shape == (HEIGHT + below, 2 * WIDTH + GUTTER, 3)
    np.testing.assert_array_equal(page[:HEIGHT, :WIDTH], _rgb(pictures["infrared"]))
    np.testing.assert_array_equal(page[:HEIGHT, WIDTH + GUTTER :], pictures["visible"])
    assert (page[:HEIGHT, WIDTH : WIDTH + GUTTER] == 255).all()
    assert 15 < below < 60
    rows, columns = np.nonzero(page[HEIGHT:, :, 0] < 128)
    assert rows.min() > 0  # neither on the image
    assert rows.max() < below - 1  # nor cut
    for first, last in ((0, WIDTH), (WIDTH + GUTTER, 2 * WIDTH + GUTTER)):
        ink = columns[(columns >= first) & (columns < last)]
        assert abs((ink.min() + ink.max()) / 2 - (first + last) / 2) < 2  # in the middle
    assert not ((columns >= WIDTH) & (columns < WIDTH + GUTTER)).any()


def test_labels_differ_by_letter_and_name() -> None:
    same = _picture()
    below = panel({"a": same, "b": same, "c": same})[HEIGHT:]
    cells = [below[:, i * (WIDTH + GUTTER) :][:, :WIDTH] for i in range(3)]
    assert not np.array_equal(cells[0], cells[1])
    np.testing.assert_array_equal(panel({"a": same})[HEIGHT : HEIGHT + len(below)], cells[0])


@pytest.mark.parametrize(
    ("count", "columns", "rows"),
    [(1, 1, 1), (2, 2, 1), (4, 4, 1), (6, 3, 2), (7, 4, 2), (10, 5, 2), (12, 4, 3)],
)
def test_columns_are_chosen(count: int, columns: int, rows: int) -> None:
    page = panel({str(i): _picture(i) for i in range(count)})
    one = panel({"0": _picture(0)})
    assert page.shape[1] == columns * (WIDTH + GUTTER) - GUTTER
    assert page.shape[0] == rows * (one.shape[0] + GUTTER) - GUTTER


def test_columns_are_obeyed_and_gaps_are_white() -> None:
    page = panel({str(i): _picture(i) for i in range(3)}, columns=2)
    assert page.shape[1] == 2 * WIDTH + GUTTER
    assert (page[page.shape[0] // 2 + GUTTER :, WIDTH:] == 255).all()
    assert panel({"a": _picture()}, columns=5).shape[1] == WIDTH


def test_each_box_has_its_colour_around_it_in_every_picture() -> None:
    boxes = [
        Mark(Box(20, 30, 40, 25), 0),
        Mark(Box(100, 30, 30, 30), 0),
        Mark(Box(200, 100, 50, 20), 0),
    ]
    pictures = _two()
    page = panel(pictures, marks=boxes)
    for left, pixels in zip((0, WIDTH + GUTTER), pictures.values(), strict=True):
        expected = _rgb(pixels).copy()
        for ((x, y, width, height), *_), colour in zip(boxes, COLOURS, strict=False):
            inner = expected[y : y + height, x : x + width].copy()
            expected[y - LINE : y + height + LINE, x - LINE : x + width + LINE] = colour
            expected[y : y + height, x : x + width] = inner
        np.testing.assert_array_equal(page[:HEIGHT, left : left + WIDTH], expected)


def test_the_outline_of_a_box_at_the_edge_is_whole() -> None:
    page = panel({"a": _picture()}, marks=[Mark(Box(0, 0, WIDTH, HEIGHT), 0)])[:HEIGHT]
    red = _where(page, COLOURS[0])
    assert red[:LINE].all()
    assert red[-LINE:].all()
    assert red[:, :LINE].all()
    assert red[:, -LINE:].all()
    inner = (slice(LINE, -LINE), slice(LINE, -LINE))
    np.testing.assert_array_equal(page[inner], _rgb(_picture())[inner])


def test_red_then_green_then_blue() -> None:
    for colour, strongest in zip(COLOURS, range(3), strict=False):
        assert int(np.argmax(colour)) == strongest


@pytest.mark.parametrize("corner", ["bottom-right", "bottom-left", "top-right", "top-left"])
def test_inset_is_the_enlarged_box_in_its_corner(corner: Corner) -> None:
    box = Mark(Box(140, 90, 30, 20), 3, corner)
    picture = PIL.Image.fromarray(_picture())
    page = panel({"a": _picture()}, marks=[box])[:HEIGHT]
    whole = picture.resize((3 * WIDTH, 3 * HEIGHT), PIL.Image.Resampling.BICUBIC)
    expected = np.asarray(whole)[270:330, 420:510]
    y = LINE if "top" in corner else HEIGHT - LINE - 60
    x = LINE if "left" in corner else WIDTH - LINE - 90
    np.testing.assert_array_equal(page[y : y + 60, x : x + 90], _rgb(expected))
    frame = page[y - LINE : y + 60 + LINE, x - LINE : x + 90 + LINE].copy()
    frame[LINE:-LINE, LINE:-LINE] = COLOURS[0]
    assert _where(frame, COLOURS[0]).all()


def test_inset_goes_where_it_hides_least() -> None:
    in_the_way = Mark(Box(250, 140, 60, 50), 0)
    page = panel({"a": _picture()}, marks=[in_the_way, Mark(Box(130, 20, 30, 20), 3)])
    green = _where(page[:HEIGHT], COLOURS[1])
    assert green[HEIGHT - 1, :30].all()  # bottom left
    assert not green[:, WIDTH - 30 :].any()


def test_two_insets_do_not_meet() -> None:
    page = panel({"a": _picture()}, marks=[Mark(Box(100, 10, 60, 20)), Mark(Box(200, 10, 60, 20))])
    columns = [np.nonzero(_where(page[60:HEIGHT], colour))[1] for colour in COLOURS[:2]]
    assert columns[1].max() < columns[0].min()
    for found in columns:
        assert 0.38 * WIDTH < np.ptp(found) < 0.45 * WIDTH


def test_a_large_box_is_marked_only() -> None:
    box = Mark(Box(20, 20, 150, 100))
    np.testing.assert_array_equal(
        panel({"a": _picture()}, marks=[box]),
        panel({"a": _picture()}, marks=[box._replace(zoom=0)]),
    )


def test_small_pictures_are_enlarged_by_a_whole_number() -> None:
    small = np.repeat(np.repeat(np.array([[0, 200], [90, 255]], np.uint8), 60, 0), 60, 1)
    page = panel({"a": small}, marks=[Mark(Box(10, 10, 40, 40), 0)])
    assert page.shape[1] == 3 * 120
    np.testing.assert_array_equal(page[90, [90, 270], 0], [0, 200])
    red = np.nonzero(_where(page, COLOURS[0]))
    assert (red[0].min(), red[1].max()) == (30 - LINE, 150 + LINE - 1)


def test_a_label_is_one_line() -> None:
    np.testing.assert_array_equal(panel({"a\nb": _picture()}), panel({"a b": _picture()}))


def test_a_long_label_is_cut_to_its_picture() -> None:
    page = panel({"m" * 500: _picture(), "b": _picture()})
    assert (page[HEIGHT:, WIDTH : WIDTH + GUTTER] == 255).all()
    assert (page[HEIGHT:, :WIDTH] < 128).any()


def test_what_cannot_be_drawn_is_told() -> None:
    picture = {"a": _picture()}
    with pytest.raises(InputError, match="at least one, got none"):
        panel({})
    with pytest.raises(SizeMismatchError, match="b must have the size of a, 320x200, got 320x199"):
        panel(picture | {"b": _picture()[1:]})
    with pytest.raises(ImageError, match=r"a must be uint8 .* got float64"):
        panel({"a": _picture() / 255})  # type: ignore[dict-item]
    with pytest.raises(ImageError, match="a must be uint8"):
        panel({"a": np.zeros((4, 4, 4), np.uint8)})
    with pytest.raises(InputError, match="`columns` must be at least 1, got 0"):
        panel(picture, columns=0)
    for box in (
        Mark(Box(300, 0, 21, 5)),
        Mark(Box(-1, 0, 5, 5)),
        Mark(Box(0, 190, 5, 11)),
        Mark(Box(5, 5, 0, 5)),
    ):
        with pytest.raises(InputError, match="a box must be inside the 320x200 image,"):
            panel(picture, marks=[box])
    for zoom in (-1, 0.5, float("nan"), float("inf")):
        with pytest.raises(InputError, match="`zoom` must be at least 1, or 0"):
            panel(picture, marks=[Mark(Box(5, 5, 9, 9), zoom)])
    with pytest.raises(InputError, match=r"smaller than the image, at most 3\.16"):
        panel(picture, marks=[Mark(Box(5, 5, 100, 5), 4)])
    with pytest.raises(InputError, match="`corner` must be of"):
        panel(picture, marks=[Mark(Box(5, 5, 9, 9), 2, "middle")])  # type: ignore[arg-type]
    for boxes in ([Mark(Box(5, 5, 9, 9))] * 5, [Mark(Box(5, 5, 9, 9), corner="top-left")] * 2):
        with pytest.raises(InputError, match="insets must have a corner each"):
            panel(picture, marks=boxes)


def test_folders_give_the_pictures_of_one_stem(root: Path) -> None:
    page = panel_of_folders(root / "ir", root / "vi", [root / "mean", root / "noise"], "02")
    files = {"infrared": "ir/02.png", "visible": "vi/02.bmp", "mean": "mean/02.png"}
    files["noise"] = "noise/02.tif"
    pictures = {
        label: np.asarray(PIL.Image.open(root / file), np.uint8) for label, file in files.items()
    }
    np.testing.assert_array_equal(page, panel(pictures))
    renamed = panel_of_folders(root / "ir", root / "vi", [], "02", sources=("MR-T1", "MR-T2"))
    assert not np.array_equal(renamed, panel_of_folders(root / "ir", root / "vi", [], "02"))


def test_sixteen_bits_are_rounded(root: Path) -> None:
    deep = np.full((45, 60), 257 * 100, np.uint16)
    write_image(root / "deep" / "01.png", Image(deep))
    page = panel_of_folders(root / "ir", root / "vi", [root / "deep"], "01")
    assert (page[10, -60:] == 100).all()


def test_folders_that_do_not_fit_are_told(root: Path) -> None:
    with pytest.raises(PairingError, match=r"ir must have an image of the stem '07', got 01, 02"):
        panel_of_folders(root / "ir", root / "vi", [root / "mean"], "07")
    with pytest.raises(PairingError, match="must be a folder"):
        panel_of_folders(root / "ir", root / "vi", [root / "absent"], "01")
    with pytest.raises(InputError, match=r"different names, got .mean. more than once"):
        panel_of_folders(root / "ir", root / "vi", [root / "mean", root / "mean"], "01")


def test_counts_are_shown_as_they_are_fused(root: Path) -> None:
    levels = read_image(root / "ir" / "01.png").pixels
    for name in ("01", "02"):
        write_image(root / "deep" / f"{name}.png", Image(7000 + 2 * levels.astype(np.uint16)))
    expected = panel_of_folders(root / "ir", root / "vi", [], "01")
    for chosen, kept in (("7000,7510", True), ("full", False)):
        reading = Reading.of(FuseOptions(thermal_range=chosen))
        page = panel_of_folders(root / "deep", root / "vi", [], "01", reading=reading)
        assert np.array_equal(page, expected) == kept


def test_methods_may_be_named(root: Path) -> None:
    named = panel_of_folders(root / "ir", root / "vi", [f"ours={root / 'mean'}"], "01")
    assert not np.array_equal(
        named, panel_of_folders(root / "ir", root / "vi", [root / "mean"], "01")
    )
    with pytest.raises(InputError, match="got 'visible' more than once"):
        panel_of_folders(root / "ir", root / "vi", [f"visible={root / 'mean'}"], "01")
