"""°C on the page: under the pointer, in spots and in boxes, where the infrared image measures."""

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect
from tests.browser.conftest import Pair, choose, settle

from clfnet.inference.fuser import Fuser

pytestmark = pytest.mark.browser


@pytest.fixture
def celsius(flir: Path) -> np.ndarray:
    """On the grid of the result."""
    fuser = Fuser("maximum")
    done = fuser.fuse_pair(fuser.read(flir), sources=True)
    assert done.sources is not None
    assert done.sources.celsius is not None
    return done.sources.celsius


@pytest.fixture
def measuring(page: Page, flir: Path) -> Page:
    page.locator("[data-slot=infrared] input").set_input_files(flir)
    settle(page)
    page.get_by_role("tab", name="°C").click()
    return page


def _place(page: Page, shape: tuple[int, ...], x: float, y: float) -> tuple[float, float]:
    """Where the middle of a pixel of the result is on the screen, while the image fits."""
    box = page.locator('[data-pane="wipe"] canvas').bounding_box()
    assert box
    scale = min(box["width"] / shape[1], box["height"] / shape[0])
    left = box["x"] + (box["width"] - scale * shape[1]) / 2
    top = box["y"] + (box["height"] - scale * shape[0]) / 2
    return left + (x + 0.5) * scale, top + (y + 0.5) * scale


def _cells(row: Locator) -> list[str]:
    return [text for text in row.locator("th, td").all_inner_texts() if text.strip()]


def test_degrees_under_the_pointer(measuring: Page, celsius: np.ndarray) -> None:
    for x, y in ((10, 10), (40, 16)):
        measuring.mouse.move(*_place(measuring, celsius.shape, x, y))
        expect(measuring.locator("#readout")).to_contain_text(f"{celsius[y, x]:.1f} °C")


def test_the_whole_image_and_what_is_typed(measuring: Page, celsius: np.ndarray) -> None:
    rows = measuring.locator("#temperatures tr")
    ends = [f"{each:.1f}" for each in (celsius.min(), celsius.mean(dtype=float), celsius.max())]
    assert _cells(rows.first) == ["whole", *ends]
    field = measuring.get_by_label("Spot or box", exact=True)
    for text in ("40, 16", "2,3,10,8"):
        field.fill(text)
        measuring.get_by_role("button", name="Measure").click()
    part = celsius[3:11, 2:12]
    assert _cells(rows.nth(1)) == ["S1", f"{celsius[16, 40]:.1f}"]
    expected = [f"{each:.1f}" for each in (part.min(), part.mean(dtype=float), part.max())]
    assert _cells(rows.nth(2)) == ["B1", *expected]
    measuring.get_by_role("button", name="Remove S1").click()
    expect(rows).to_have_count(2)


@pytest.mark.parametrize(
    "text", ["", "1", "1,2,3", "1.5,2", "a,b", "0,0,999,1", "-1,2", "1,2,3,4,5"]
)
def test_what_is_no_region_is_said(measuring: Page, text: str) -> None:
    measuring.get_by_label("Spot or box", exact=True).fill(text)
    measuring.get_by_role("button", name="Measure").click()
    expect(measuring.locator("#temperature-error")).to_contain_text("A spot must be X, Y")
    expect(measuring.locator("#temperatures tr")).to_have_count(1)


def test_spots_and_boxes_are_drawn(measuring: Page, celsius: np.ndarray) -> None:
    measuring.keyboard.down("Shift")
    measuring.mouse.click(*_place(measuring, celsius.shape, 40, 16))
    measuring.mouse.move(*_place(measuring, celsius.shape, 4, 5))
    measuring.mouse.down()
    measuring.mouse.move(*_place(measuring, celsius.shape, 9, 7))
    measuring.mouse.move(*_place(measuring, celsius.shape, 13, 12))
    measuring.mouse.up()
    measuring.keyboard.up("Shift")
    rows = measuring.locator("#temperatures tr")
    expect(rows).to_have_count(3)
    part = celsius[5:13, 4:14]
    assert _cells(rows.nth(1)) == ["S1", f"{celsius[16, 40]:.1f}"]
    assert _cells(rows.nth(2))[1::2] == [f"{part.min():.1f}", f"{part.max():.1f}"]


def test_a_pair_that_does_not_measure_has_no_degrees(measuring: Page, pair: Pair) -> None:
    choose(measuring, pair)
    expect(measuring.get_by_role("tab", name="°C")).to_be_hidden()
    expect(measuring.get_by_role("tab", name="Adjust")).to_have_attribute("aria-selected", "true")
