"""The report as its reader uses it, in chromium; what is drawn is read back from the canvases."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Browser, Locator, Page
from tests.browser.conftest import rgba

from clfnet.evaluation import Table
from clfnet.evaluation.report import as_html
from clfnet.io.box import Box
from clfnet.io.image import Image, write_image
from clfnet.metrics import metrics_of

pytestmark = pytest.mark.browser

HOSTILE = "</script><img src=x onerror=document.title='hacked'>"
IMAGES = ["01", "02", "10"]
SIZE = (120, 160)
REGION = Box(100, 70, 24, 18)

# EN is better higher, MSE lower; undefined for one
MEANS = {"same": (5.0, 0.2), "inverse": (7.0, 0.1), HOSTILE: (6.0, float("nan"))}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three images; `same` shows the infrared image, the others its inverse."""
    root = tmp_path_factory.mktemp("report")
    rng = np.random.default_rng(0)
    files: dict[str, dict[str, tuple[Path, Path, Path]]] = {method: {} for method in MEANS}
    for name in IMAGES:
        infrared, visible = rng.integers(0, 256, (2, *SIZE), dtype=np.uint8)
        infrared[:, :80] = 0  # the left half is black
        pictures = {"ir": infrared, "vi": visible, "inverse": 255 - infrared}
        paths = {kind: root / kind / f"{name}.png" for kind in pictures}
        for kind, pixels in pictures.items():
            write_image(paths[kind], Image(pixels))
        for method in MEANS:
            fused = paths["ir" if method == "same" else "inverse"]
            files[method][name] = (paths["ir"], paths["vi"], fused)
    methods = {
        method: {name: {"EN": en + 0.1 * i, "MSE": mse} for i, name in enumerate(IMAGES)}
        for method, (en, mse) in MEANS.items()
    }
    table = Table("paper", tuple(metrics_of("paper", ["EN", "MSE"])), methods, files)
    path = root / "report.html"
    path.write_text(as_html(table, region=REGION), encoding="utf-8")
    return path


@pytest.fixture
def page(browser: Browser, report: Path) -> Iterator[Page]:
    """The report, opened; nothing may be fetched, nothing may go wrong."""
    yield from opened(browser, report, viewport={"width": 1280, "height": 900})


@pytest.fixture
def phone(browser: Browser, report: Path) -> Iterator[Page]:
    yield from opened(
        browser, report, viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True
    )


def opened(browser: Browser, report: Path, **options: Any) -> Iterator[Page]:
    context = browser.new_context(reduced_motion="reduce", **options)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: complaints.append(request.url))
    page.goto(report.as_uri())
    settle(page)
    yield page
    fetched = [text for text in complaints if not text.startswith("data:")]
    context.close()
    assert fetched == [report.as_uri()]


def settle(page: Page) -> None:
    """Wait until what was chosen is drawn; nothing is evaluated late, as the policy forbids it."""
    page.evaluate(
        """async () => {
          const frame = () => new Promise(requestAnimationFrame);
          do { await frame(); } while (document.querySelector("[aria-busy='true']"));
          await frame();
        }"""
    )


def order(page: Page) -> list[str]:
    rows = page.locator("#means-table tbody tr:visible th").all_inner_texts()
    return [row.strip() for row in rows]


def pixels(canvas: Locator) -> NDArray[np.uint8]:
    """What a canvas shows: (H, W, 3)."""
    return rgba(canvas)[..., :3]


def panel(page: Page, number: int) -> Locator:
    """Of infrared, visible, and the methods in their order."""
    return page.locator("#panels canvas").nth(number)


def drag(page: Page, over: Locator, start: tuple[float, float], end: tuple[float, float]) -> None:
    """From one point to another, as shares of the element's width and height."""
    over.scroll_into_view_if_needed()
    box = over.bounding_box()
    assert box
    (x0, y0), (x1, y1) = (
        (box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in (start, end)
    )
    page.mouse.move(x0, y0)
    page.mouse.down()
    page.mouse.move((x0 + x1) / 2, (y0 + y1) / 2)
    page.mouse.move(x1, y1)
    page.mouse.up()


def set_range(page: Page, name: str, value: float) -> None:
    page.locator(f"#{name}").evaluate(
        "(input, value) => { input.value = value; input.dispatchEvent(new Event('input')); }", value
    )
    settle(page)


def shown_region(page: Page) -> list[int]:
    sides = ("x", "y", "width", "height")
    return [int(page.locator(f"#region-{side}").input_value()) for side in sides]


def test_a_click_sorts_by_the_best_first_and_a_second_turns_round(page: Page) -> None:
    assert order(page) == list(MEANS)
    head = page.locator("#means-table thead th", has_text="EN")
    head.locator("button").click()
    assert order(page) == ["inverse", HOSTILE, "same"]
    assert head.get_attribute("aria-sort") == "descending"
    head.locator("button").click()
    assert order(page) == ["same", HOSTILE, "inverse"]
    assert head.get_attribute("aria-sort") == "ascending"


def test_the_keyboard_sorts_lower_first_where_that_is_better_undefined_last(page: Page) -> None:
    head = page.locator("#means-table thead th", has_text="MSE")
    head.locator("button").focus()
    page.keyboard.press("Enter")
    assert order(page) == ["inverse", "same", HOSTILE]
    assert head.get_attribute("aria-sort") == "ascending"
    page.keyboard.press("Space")
    assert order(page) == ["same", "inverse", HOSTILE]
    assert page.locator("#means-table th[aria-sort=none]").count() == 3  # method, rank, EN


def test_a_second_column_takes_over_the_order(page: Page) -> None:
    for name in ("EN", "Method"):
        page.locator("#means-table thead th", has_text=name).locator("button").click()
    assert order(page) == sorted(MEANS)
    assert page.locator("#means-table th[aria-sort=ascending]").count() == 1


def test_the_three_best_are_marked_by_more_than_colour(page: Page) -> None:
    best = page.locator("#means-table td[data-place='1']").nth(1)  # after the rank
    assert best.inner_text() == "7.10001"  # a raised 1
    assert best.locator("sup").inner_text() == "1"
    assert best.evaluate("(cell) => getComputedStyle(cell).fontWeight") == "700"
    assert "7.1" in (best.get_attribute("title") or "")


def test_a_column_tells_what_it_is(page: Page) -> None:
    page.locator("#means-table thead th", has_text="EN").locator("button").focus()
    assert page.locator("#tip").inner_text() == (
        "entropy; unit: bit; higher is better; source: Roberts et al. 2008"
    )
    page.keyboard.press("Escape")
    assert page.locator("#tip").is_hidden()


def test_a_hidden_method_is_hidden_everywhere(page: Page) -> None:
    assert page.locator("[data-method='1']:visible").count() > 5
    page.get_by_role("checkbox", name="inverse").uncheck()
    assert order(page) == ["same", HOSTILE]
    assert page.locator("[data-method='1']:visible").count() == 0
    page.locator("#metric").select_option("1")  # a new table, too
    assert page.locator("[data-method='1']:visible").count() == 0
    page.locator("#none").click()
    assert order(page) == []
    page.locator("#all").click()
    assert order(page) == list(MEANS)


def test_a_method_shown_again_is_drawn_for_the_image_chosen_meanwhile(page: Page) -> None:
    page.get_by_role("checkbox", name="inverse").uncheck()
    page.locator("#next").click()
    settle(page)
    page.get_by_role("checkbox", name="inverse").check()
    settle(page)
    infrared, inverse = pixels(panel(page, 0)), pixels(panel(page, 3))
    np.testing.assert_array_equal(infrared[:40, 90:], 255 - inverse[:40, 90:])


def test_names_are_shown_as_they_are_written(page: Page) -> None:
    assert HOSTILE in order(page)
    assert page.locator("img[src=x]").count() == 0
    assert page.title() == "Fusion report"


def test_a_metric_is_chosen_from_the_list_or_by_its_curves(page: Page) -> None:
    first = page.locator("#images-table tbody tr").first.locator("td")
    assert first.all_inner_texts() == ["5.00003", "7.00001", "6.00002"]
    page.locator("#metric").select_option("1")
    assert first.all_inner_texts() == ["0.20002", "0.10001", "–"]
    page.locator(".curve button", has_text="EN").click()
    assert first.all_inner_texts() == ["5.00003", "7.00001", "6.00002"]


def test_pointing_at_a_curve_names_it(page: Page) -> None:
    curves = page.locator(".curve svg").first
    curves.scroll_into_view_if_needed()
    box = curves.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] - 4, box["y"] + 6)  # the last image, the highest value
    assert page.locator(".readout").first.inner_text() == "inverse, 10: 7.2000"
    assert page.locator("path.lit").count() == 2  # in the curves of both metrics
    page.mouse.move(0, 0)
    assert page.locator("path.lit").count() == 0


def test_the_image_is_switched_in_all_panels(page: Page) -> None:
    before = [pixels(panel(page, number)) for number in range(5)]
    page.locator("#next").click()
    settle(page)
    assert page.locator("#image").input_value() == "1"
    after = [pixels(panel(page, number)) for number in range(5)]
    assert all((a != b).any() for a, b in zip(before, after, strict=True))
    page.locator("#image").select_option("0")
    settle(page)
    np.testing.assert_array_equal(pixels(panel(page, 1)), before[1])


def test_the_image_asked_for_last_is_shown(page: Page) -> None:
    expected = pixels(panel(page, 1))
    page.evaluate(
        "['next', 'next', 'previous', 'previous']"
        ".forEach((id) => document.getElementById(id).click())"
    )
    settle(page)
    np.testing.assert_array_equal(pixels(panel(page, 1)), expected)
    assert page.locator("#previous").is_disabled()


def test_the_table_leads_to_an_images_pictures(page: Page) -> None:
    page.locator("#images-table a", has_text="10").click()
    settle(page)
    assert page.locator("#image").input_value() == "2"


def test_a_region_is_boxed_and_zoomed_into_a_free_corner(page: Page) -> None:
    drawn = pixels(panel(page, 2))
    red = drawn[..., 0].astype(int) - drawn[..., 1] > 60
    rows, columns = np.nonzero(red[:, 80:])  # the region, and not the inset on the left
    assert (rows.min(), columns.min() + 80) == (REGION.y - 1, REGION.x - 1)
    assert red[:, :80].any()


def test_a_dragged_box_is_zoomed_in_all_panels(page: Page) -> None:
    page.locator("#corner").select_option("bottom right")
    before = [pixels(panel(page, number)) for number in range(5)]
    drag(page, panel(page, 1), (0.1, 0.1), (0.3, 0.4))
    assert shown_region(page) == pytest.approx([16, 12, 32, 36], abs=1)
    after = [pixels(panel(page, number)) for number in range(5)]
    for old, new in zip(before, after, strict=True):
        assert (old[70:110, 110:150] != new[70:110, 110:150]).mean() > 0.3
    assert (after[0][80:110, 110:150] == 0).all()  # there, infrared is black


def test_a_click_moves_the_box(page: Page) -> None:
    drag(page, panel(page, 0), (0.5, 0.5), (0.5, 0.5))
    assert shown_region(page) == pytest.approx([80 - 12, 60 - 9, 24, 18], abs=1)


def test_a_typed_region_is_kept_inside_of_the_picture(page: Page) -> None:
    before = pixels(panel(page, 4))
    page.locator("#region-x").fill("500")
    page.locator("#region-x").press("Tab")
    assert shown_region(page) == [160 - 24, 70, 24, 18]
    assert (pixels(panel(page, 4)) != before).any()
    page.locator("#region-width").fill("")
    page.locator("#region-width").press("Tab")
    assert shown_region(page)[2] == 1


def test_zoom_and_corner_are_chosen(page: Page) -> None:
    page.locator("#zoom").select_option("0")
    plain = pixels(panel(page, 1))
    for corner, rows, columns in (
        ("top left", slice(20), slice(20)),
        ("top right", slice(20), slice(-20, None)),
    ):
        page.locator("#zoom").select_option("3")
        page.locator("#corner").select_option(corner)
        changed = (pixels(panel(page, 1)) != plain).any(axis=-1)
        assert changed[rows, columns].mean() > 0.9
        assert not changed[-20:, :60].any()


def test_the_wipe_follows_the_pointer_and_the_keyboard(page: Page) -> None:
    page.locator("#wipe-left").select_option("2")  # same, black on the left
    page.locator("#wipe-right").select_option("3")  # its inverse, white there
    stage, slider = page.locator("#wipe .stage"), page.locator("#wipe-position")
    drag(page, stage, (0.5, 0.2), (0.25, 0.2))
    assert float(slider.input_value()) == pytest.approx(25, abs=1)
    assert levels_along(page, stage, (0.1, 0.2, 0.3, 0.4)) == [0, 0, 255, 255]
    slider.focus()
    for _ in range(20):  # half a percent each
        page.keyboard.press("ArrowRight")
    assert float(slider.input_value()) == pytest.approx(35, abs=1)
    assert levels_along(page, stage, (0.1, 0.2, 0.3, 0.4)) == [0, 0, 0, 255]
    page.keyboard.press("End")
    assert levels_along(page, stage, (0.1, 0.2, 0.3, 0.4)) == [0, 0, 0, 0]


def levels_along(page: Page, stage: Locator, shares: tuple[float, ...]) -> list[int]:
    """The grey levels of the screen near the top of an element."""
    settle(page)
    with PIL.Image.open(BytesIO(stage.screenshot())) as shot:
        grey = shot.convert("L")
    row = round(0.1 * grey.height)
    return [int(np.asarray(grey)[row, round(share * grey.width)]) for share in shares]


def test_the_difference_is_white_where_pictures_agree_and_dark_where_not(page: Page) -> None:
    canvas = page.locator("#difference-map")
    assert (pixels(canvas) == 255).all()  # of `same` and infrared
    assert "Mean 0.00, largest 0 of 255" in page.locator("#difference-note").inner_text()
    page.locator("#difference-second").select_option("3")  # the inverse
    settle(page)
    infrared = infrared_pixels(page)
    expected = 255 - np.abs(2 * infrared - 255)
    np.testing.assert_array_equal(pixels(canvas)[..., 0], expected)
    assert (pixels(canvas)[:, :80] == 0).all()


def test_the_gain_makes_differences_darker(page: Page) -> None:
    page.locator("#difference-second").select_option("3")
    set_range(page, "gain", 4)
    expected = np.clip(255 - 4 * np.abs(2 * infrared_pixels(page) - 255), 0, 255)
    np.testing.assert_array_equal(pixels(page.locator("#difference-map"))[..., 0], expected)
    assert page.locator("#gain-value").inner_text() == "4×"


def infrared_pixels(page: Page) -> NDArray[np.int64]:
    """The first image's, without box and inset, as the fixture made them."""
    rng = np.random.default_rng(0)
    infrared, _ = rng.integers(0, 256, (2, *SIZE), dtype=np.uint8)
    infrared[:, :80] = 0
    return np.asarray(infrared, np.int64)


def test_dark_mode_follows_the_system_and_the_button(browser: Browser, report: Path) -> None:
    for page in opened(browser, report, color_scheme="dark"):
        button = page.get_by_role("button", name="Dark")
        assert (button.get_attribute("aria-pressed"), is_dark(page)) == ("true", True)
        button.click()
        assert (button.get_attribute("aria-pressed"), is_dark(page)) == ("false", False)
        button.click()
        assert is_dark(page)


def is_dark(page: Page) -> bool:
    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return max(map(int, re.findall(r"\d+", colour)[:3])) < 64


def test_light_is_the_rule(page: Page) -> None:
    assert not is_dark(page)


def test_a_phone_scrolls_in_one_direction_only(phone: Page) -> None:
    assert phone.evaluate("document.documentElement.scrollWidth") == 360
    wide = "(node) => node.scrollWidth > node.clientWidth"
    assert phone.locator("#means-table .scroll").evaluate(wide)
    left = "(figures) => figures.map((figure) => figure.getBoundingClientRect().x)"
    assert len(set(phone.locator("#panels figure").evaluate_all(left))) == 1  # one column


def test_a_tap_moves_the_box_on_a_phone(phone: Page) -> None:
    panel(phone, 1).tap()
    assert shown_region(phone) == pytest.approx([80 - 12, 60 - 9, 24, 18], abs=2)


def test_every_control_has_a_name(page: Page) -> None:
    nameless = page.locator("button, input, select, canvas, svg").evaluate_all(
        "(nodes) => nodes.filter((n) => !(n.labels?.length || n.textContent.trim() || "
        "n.getAttribute('aria-label'))).map((n) => n.outerHTML)"
    )
    assert nameless == []


def test_the_report_prints(page: Page) -> None:
    page.emulate_media(media="print")
    assert page.locator("nav").is_hidden()
    assert page.locator("#means-table table").is_visible()
    assert page.locator("#panels canvas").first.is_visible()
    assert page.pdf().startswith(b"%PDF")


def test_a_report_without_pictures_has_tables_only(browser: Browser, tmp_path: Path) -> None:
    table = Table(
        "plain", tuple(metrics_of("plain", ["EN"])), {"us": {"01": {"EN": 1.0}, "02": {"EN": 2.0}}}
    )
    path = tmp_path / "report.html"
    path.write_text(as_html(table), encoding="utf-8")
    context = browser.new_context()
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(path.as_uri())
    assert page.locator("#means-table td").all_inner_texts() == ["1.5000"]  # no rank, no mark
    assert page.locator(".of-pictures").count() == 0
    assert errors == []
    context.close()
