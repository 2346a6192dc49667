"""Radiometric files: made here, and those of real cameras."""

import contextlib
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from clfnet.errors import ImageError
from clfnet.io import orientation
from clfnet.thermal.flir import (
    Overlay,
    is_radiometric,
    read_radiometric,
    screen_turn,
    screen_zoom,
)

Build = Callable[..., bytes]
Counts = NDArray[np.uint16]

# file → camera; counts and °C at (row, column), as the package flyr computes them; the range of °C
REAL = {
    "IR_2412.jpg": (
        "FLIR SC660",
        {(0, 0): (18090, 23.7344), (240, 320): (18426, 25.6443), (479, 213): (19030, 28.9860)},
        (22.7359, 35.2505),
    ),
    "ax8.jpg": (
        "FLIR AX8",
        {(0, 0): (16775, 24.7915), (30, 40): (16868, 25.4157), (59, 26): (16838, 25.2148)},
        (24.3597, 25.4692),
    ),
    "flir_example.jpg": (
        "",  # "*", which says nothing
        {(0, 0): (12541, 26.1756), (160, 120): (13319, 30.5003), (319, 80): (12607, 26.5495)},
        (25.9483, 62.3203),
    ),
}


def packed(pixels: NDArray[np.uint8], kind: str) -> bytes:
    buffer = BytesIO()
    PIL.Image.fromarray(pixels).save(buffer, kind, **({"quality": 95} if kind == "JPEG" else {}))
    return buffer.getvalue()


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("record_order", ["<", ">"])
@pytest.mark.parametrize("packing", ["raw", "png", "swapped png"])
def test_counts_come_back(
    tmp_path: Path, fff_block: Build, counts: Counts, order: str, record_order: str, packing: str
) -> None:
    path = tmp_path / "a.fff"
    path.write_bytes(fff_block(counts, order=order, record_order=record_order, packing=packing))
    found = read_radiometric(path)
    np.testing.assert_array_equal(found.counts, counts)
    assert (found.camera, found.frame_rate) == ("FLIR Test", 9)
    assert found.constants.r1 == 17837.5
    assert found.constants.o == -1143
    assert found.visible is None
    assert found.alignment is None
    assert found.overlay is None
    assert found.celsius.shape == counts.shape
    assert found.celsius[8, 20] > found.celsius[20, 2] + 5


def test_humidity_in_percent(tmp_path: Path, fff_block: Build, counts: Counts) -> None:
    found = []
    for humidity in (0.4, 40.0):
        path = tmp_path / f"{humidity}.fff"
        path.write_bytes(fff_block(counts, constants={"humidity": humidity}))
        found.append(read_radiometric(path).celsius)
    np.testing.assert_allclose(found[0], found[1], atol=1e-4)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "raw"])
def test_the_visible_picture_comes_back(
    tmp_path: Path, fff_block: Build, flir_jpeg: Build, counts: Counts, kind: str
) -> None:
    red = np.zeros((48, 64, 3), np.uint8)
    red[:, 32:, 0] = 200
    stored = np.asarray(PIL.Image.fromarray(red).convert("YCbCr"))
    data = {"JPEG": packed(red, "JPEG"), "PNG": packed(stored, "PNG"), "raw": stored.tobytes()}
    block = fff_block(counts, visible=data[kind], visible_size=(64, 48), overlay=(1.25, 3, -2))
    path = tmp_path / "a.jpg"
    path.write_bytes(flir_jpeg(block))
    found = read_radiometric(path)
    assert found.visible is not None
    assert np.abs(found.visible.pixels[:, [4, 60]].astype(int) - red[:, [4, 60]]).max() <= 4
    assert found.overlay == Overlay(1.25, 3, -2)
    assert found.alignment is not None
    assert is_radiometric(path)


def test_exif_goes_with_the_visible_picture(
    tmp_path: Path, fff_block: Build, flir_jpeg: Build, counts: Counts
) -> None:
    notes = PIL.Image.Exif()
    notes[271] = "clfnet"
    data = packed(np.zeros((6, 8, 3), np.uint8), "JPEG")
    block = fff_block(counts, visible=data, visible_size=(8, 6))
    path = tmp_path / "a.jpg"
    path.write_bytes(flir_jpeg(block, exif=notes.tobytes()))
    found = read_radiometric(path)
    assert found.visible is not None
    assert b"clfnet" in (found.visible.exif or b"")
    assert found.alignment is None  # the camera does not say


def test_alignment_is_of_pixel_centres() -> None:
    """An infrared image of 4x2 in the middle of a visible one of 20x10, twice as wide a view."""
    matrix = Overlay(2.0, 0, 0).matrix((4, 2), (20, 10))
    corners = np.array([[-0.5, -0.5, 1], [3.5, 1.5, 1]]).T  # the outer edges of the pixels
    np.testing.assert_allclose((matrix @ corners)[:2].T, [[4.5, 2.0], [14.5, 7.0]])
    moved = Overlay(2.0, 3, -1).matrix((4, 2), (20, 10))
    np.testing.assert_allclose(moved[:2, 2] - matrix[:2, 2], [3, -1])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"size": (65535, 65535)}, "at most 200 megapixels"),
        ({"size": (0, 24)}, "must have pixels"),
        ({"size": (33, 24)}, "end early"),
        ({"size": (16, 24), "packing": "png"}, "of shape"),
        ({"constants": {"r1": 0.0}}, "must hold the camera's constants"),
        ({"constants": {"emissivity": float("nan")}}, "must hold the camera's constants"),
    ],
    ids=str,
)
def test_bad_blocks_are_named(
    tmp_path: Path, fff_block: Build, counts: Counts, options: dict[str, Any], message: str
) -> None:
    path = tmp_path / "a.fff"
    path.write_bytes(fff_block(counts, **options))
    with pytest.raises(ImageError, match=rf"a\.fff .*{message}") as caught:
        read_radiometric(path)
    assert "\n" not in str(caught.value)


def test_bad_visible_pictures_are_named_and_leave_temperatures(
    tmp_path: Path, fff_block: Build, counts: Counts
) -> None:
    path = tmp_path / "a.fff"
    for data, size, message in (
        (b"????", (64, 48), "not known here"),
        (b"\xff\xd8\xff\xe0damaged", (64, 48), "damaged"),
        (b"\xff\xd8\xff\xe0damaged", (65535, 65535), "megapixels"),
    ):
        path.write_bytes(fff_block(counts, visible=data, visible_size=size))
        found = read_radiometric(path)
        assert np.isfinite(found.celsius).all()
        with pytest.raises(ImageError, match=message):
            _ = found.visible


def test_other_files_are_named(
    tmp_path: Path, fff_block: Build, flir_jpeg: Build, counts: Counts
) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(flir_jpeg(b""))
    assert not is_radiometric(path)
    with pytest.raises(ImageError, match="holds no such data"):
        read_radiometric(path)
    path.write_bytes(fff_block(counts) * 2)
    with pytest.raises(ImageError, match="is a sequence"):
        read_radiometric(path)
    for data in (b"".ljust(9), b"\0\13\20\0\30\0\40\1"):  # no header; a header alone
        stored = (b"\xff\xd8\xff\xf7" + data).ljust(2 * counts.size)
        path.write_bytes(fff_block(counts).replace(counts.tobytes(), stored))
        with pytest.raises(ImageError, match="must be a whole image"):
            read_radiometric(path)
    for data in (b"", b"\xff\xd8\xff", b"FFF\0"):
        path.write_bytes(data)
        with pytest.raises(ImageError):
            read_radiometric(path)
    with pytest.raises(ImageError, match="is not there"):
        is_radiometric(tmp_path / "b.jpg")


@pytest.mark.parametrize("name", REAL)
def test_temperatures_of_real_cameras(shared: Path, name: str) -> None:
    camera, pixels, (low, high) = REAL[name]
    found = read_radiometric(shared / "data" / "radiometric" / name)
    assert found.camera == camera
    for place, (count, celsius) in pixels.items():
        assert found.counts[place] == count
        assert found.celsius[place] == pytest.approx(celsius, abs=2e-4)
    assert found.celsius.min() == pytest.approx(low, abs=2e-4)
    assert found.celsius.max() == pytest.approx(high, abs=2e-4)


def test_temperatures_are_those_on_the_camera_s_screen(shared: Path) -> None:
    """What the cameras burnt into their images: 25.5 and 24.3; 22.7, the mean of a box 28.1."""
    ax8 = read_radiometric(shared / "data" / "radiometric" / "ax8.jpg").celsius
    assert (ax8.max(), ax8.min()) == pytest.approx((25.5, 24.3), abs=0.1)
    heron = read_radiometric(shared / "data" / "radiometric" / "IR_2412.jpg").celsius
    assert heron.min() == pytest.approx(22.7, abs=0.05)
    assert heron[157:323, 210:429].mean() == pytest.approx(28.1, abs=0.05)


@pytest.mark.parametrize("name", ["flir_example.jpg", "ax8.jpg"])
def test_alignment_is_the_one_of_the_camera(shared: Path, name: str) -> None:
    """MSX images hold the visible image's edges where the camera laid them."""
    path = shared / "data" / "radiometric" / name
    found = read_radiometric(path)
    assert found.visible is not None
    assert found.alignment is not None
    with PIL.Image.open(path) as picture:
        screen = np.asarray(picture.convert("L"), np.float64)
    visible = found.visible.pixels @ [0.299, 0.587, 0.114]
    height, width = screen.shape
    infrared = found.counts.shape[1]
    y, x = np.mgrid[:height, :width]
    # Of a pixel of the screen, which shows the whole infrared image: its place in that.
    scale = infrared / width
    here = np.stack([(x + 0.5) * scale - 0.5, (y + 0.5) * scale - 0.5, np.ones_like(x)])
    shown = np.tensordot(found.alignment, here, 1)  # (3, H, W)

    def edges(image: NDArray[np.float64]) -> NDArray[np.float64]:
        fine = (image - ndimage.gaussian_filter(image, 3)).clip(-20, 20)
        return fine[height // 6 : -height // 6, width // 6 : -width // 6]

    def likeness(right: float, down: float) -> float:
        moved = ndimage.map_coordinates(visible, [shown[1] + down, shown[0] + right], order=1)
        return float(np.corrcoef(edges(moved).ravel(), edges(screen).ravel())[0, 1])

    scores = {(r, d): likeness(r, d) for r in (-4, 0, 4) for d in (-4, 0, 4)}
    best = scores.pop((0, 0))
    assert best > 0.2
    assert max(scores.values()) < 0.8 * best, (best, scores)


def _outcome(path: Path) -> None:
    with contextlib.suppress(ImageError):
        found = read_radiometric(path, max_pixels=2_000_000)
        assert found.counts.dtype == np.uint16
        assert found.celsius.shape == found.counts.shape
        assert found.visible is None or found.visible.pixels.ndim in (2, 3)


@pytest.mark.filterwarnings("ignore")
def test_damaged_files_give_a_picture_or_an_image_error(
    tmp_path: Path, fff_block: Build, flir_jpeg: Build, counts: Counts
) -> None:
    visible = packed(np.zeros((6, 8, 3), np.uint8), "JPEG")
    block = fff_block(
        counts, packing="swapped png", visible=visible, visible_size=(8, 6), overlay=(1.2, 1, 1)
    )
    random = np.random.default_rng(0)
    path = tmp_path / "a.jpg"
    for data in (flir_jpeg(block), block, fff_block(counts, order="<")):
        for length in random.integers(0, len(data), 60):
            path.write_bytes(data[:length])
            _outcome(path)
        for _ in range(150):
            damaged = bytearray(data)
            for place in random.integers(0, min(len(data), 1500), 3):
                damaged[place] = random.integers(256)
            path.write_bytes(damaged)
            _outcome(path)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", REAL)
def test_damaged_real_files_give_a_picture_or_an_image_error(
    shared: Path, tmp_path: Path, name: str
) -> None:
    data = (shared / "data" / "radiometric" / name).read_bytes()
    random = np.random.default_rng(1)
    path = tmp_path / "a.jpg"
    start = time.process_time()
    for length in np.linspace(0, len(data), 12).astype(int)[:-1]:
        path.write_bytes(data[:length])
        _outcome(path)
    for _ in range(12):
        damaged = bytearray(data)
        for place in random.integers(0, len(data), 20):
            damaged[place] = random.integers(256)
        path.write_bytes(damaged)
        _outcome(path)
    assert time.process_time() - start < 10


@pytest.mark.parametrize("zoom", [1.0, 1.6, 2.0, 4.0])
@pytest.mark.parametrize("black_hot", [False, True])
def test_the_screen_s_digital_zoom_is_found(zoom: float, black_hot: bool) -> None:
    y, x = np.mgrid[:240, :320]
    rng = np.random.default_rng(0)
    scene = sum(
        rng.uniform(20, 400) * np.exp(-(((x - cx) ** 2 + (y - cy) ** 2) / (2 * size**2)))
        for cx, cy, size in rng.uniform([0, 0, 4], [320, 240, 30], (40, 3))
    )
    counts = (7000 + scene).astype(np.uint16)
    high, wide = round(240 / zoom), round(320 / zoom)
    top, left = (240 - high) // 2, (320 - wide) // 2
    part = PIL.Image.fromarray(counts[top : top + high, left : left + wide].astype(np.float32))
    screen = np.sqrt(np.asarray(part.resize((640, 480))) - 6990)  # the camera's own contrast
    found = screen_zoom(counts, -screen if black_hot else screen)
    assert found == pytest.approx(zoom, rel=0.02)


def test_a_screen_of_something_else_tells_no_zoom() -> None:
    rng = np.random.default_rng(0)
    counts = rng.integers(7000, 7500, (240, 320)).astype(np.uint16)
    assert screen_zoom(counts, rng.random((480, 640)).astype(np.float32)) == 1
    assert screen_zoom(counts, np.zeros((8, 8), np.float32)) == 1


def _scene(seed: int = 0) -> Counts:
    """Something that looks different from each side."""
    y, x = np.mgrid[:48, :64]
    warm = 7000 + 4 * x + 300 * np.exp(-((x - 10) ** 2 + (y - 12) ** 2) / 50)
    return np.asarray(warm + np.random.default_rng(seed).normal(0, 3, warm.shape), np.uint16)


def _painted(counts: Counts) -> NDArray[np.uint8]:
    return np.asarray(np.rint((counts - 6990.0) / 600 * 255).clip(0, 255), np.uint8)


@pytest.mark.parametrize("turn", [1, 3, 6, 8])
@pytest.mark.parametrize("black_hot", [False, True])
def test_the_screen_tells_how_it_was_turned(turn: int, black_hot: bool) -> None:
    screen = _painted(orientation.upright(_scene(), turn)).astype(np.float32)
    assert screen_turn(_scene(), 255 - screen if black_hot else screen) == turn


def test_a_screen_of_something_else_tells_no_turn() -> None:
    noise = np.random.default_rng(0).random((48, 64)).astype(np.float32)
    assert screen_turn(_scene(), noise) == screen_turn(_scene(), np.zeros((8, 8), np.float32)) == 1


@pytest.mark.parametrize("tag", [None, 1, 3, 6, 8])
@pytest.mark.parametrize("turn", [1, 6, 8])  # by which the camera turned its own image
@pytest.mark.parametrize("visible_upright", [False, True])
def test_images_held_upright(
    tmp_path: Path,
    fff_block: Build,
    flir_jpeg: Build,
    tag: int | None,
    turn: int,
    visible_upright: bool,
) -> None:
    """Counts and visible image become upright, and a point stays on its place in both."""

    def turned(pixels: NDArray[Any]) -> NDArray[Any]:
        return orientation.upright(orientation.upright(pixels, turn), tag or 1)

    counts = _scene()
    light = np.zeros((96, 128, 3), np.uint8)
    light[20:28, 16:24] = 255  # at twice the place of the warm spot, which is at (10, 12)
    is_portrait = turned(counts).shape[0] > 48
    stored = turned(light) if visible_upright and is_portrait else light
    block = fff_block(
        counts,
        visible=packed(stored, "JPEG"),
        visible_size=(stored.shape[1], stored.shape[0]),
        overlay=(1.0, 0, 0),
    )
    notes = PIL.Image.Exif()
    if tag is not None:
        notes[274] = tag
    screen = _painted(orientation.upright(counts, turn))
    path = tmp_path / "a.jpg"
    path.write_bytes(flir_jpeg(block, exif=notes.tobytes(), screen=screen))
    found = read_radiometric(path)
    np.testing.assert_array_equal(found.counts, turned(counts))
    assert found.celsius.shape == found.counts.shape
    assert found.visible is not None
    assert found.visible.pixels.shape == turned(light).shape
    white = np.argwhere(found.visible.pixels[..., 0] > 200).mean(axis=0)[::-1]
    spot = counts * 0.0
    spot[12, 10] = 1
    row, column = np.argwhere(turned(spot) == 1)[0]
    assert found.alignment is not None
    mapped = found.alignment @ [column, row, 1]
    np.testing.assert_allclose(mapped[:2] / mapped[2], white, atol=2.5)
