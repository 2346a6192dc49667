"""A pair on the service's page, as its user works with it in chromium.

The service fuses by a maximum, so that every level is known: infrared is 200 left and 40 right,
visible 80, hence fused is 200 and 80.
"""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import (
    COLD,
    DROP,
    HOT,
    LIGHT,
    WIDTH,
    Pair,
    Visit,
    again,
    canvas,
    encoded,
    eventually,
    level,
    levels,
    rgba,
    settle,
)

pytestmark = pytest.mark.browser

PASTE = """([name, base64]) => {
  const data = new DataTransfer();
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  data.items.add(new File([bytes], name, { type: "image/png" }));
  document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
}"""


def test_the_first_paint_waits_for_no_answer(visit: Visit, service: str) -> None:
    page = visit(service)
    page.route("**/v1/**", lambda route: None)  # never answered
    page.reload(wait_until="load")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("button", name="Example")).to_be_enabled()
    expect(page.locator("[data-slot=infrared]")).to_be_visible()


def test_the_example_is_one_press_away(page: Page) -> None:
    page.get_by_role("button", name="Example").click()
    settle(page)
    expect(page.locator("#status")).to_contain_text("640×480")
    assert len(levels(canvas(page, "wipe"))) > 100
    expect(page.locator("[data-slot=visible] .name")).to_have_text("visible.png")


@pytest.mark.parametrize("names", [("ir_1.png", "vis_1.png"), ("b-thermal.png", "a-rgb.png")])
def test_two_pictures_are_dropped_and_told_apart_by_name(
    page: Page, pair: Pair, names: tuple[str, str]
) -> None:
    files = [encoded(path, name) for path, name in zip(pair.values(), names, strict=True)]
    page.evaluate(DROP, ["main", files])
    settle(page)
    expect(page.locator("#infrared-name")).to_have_text(names[0])
    page.locator("#view-three").click()
    assert level(canvas(page, "infrared"), 0.25) == HOT


def test_without_names_the_grey_one_is_infrared(page: Page, street: Pair) -> None:
    files = [encoded(street["visible"], "1.png"), encoded(street["infrared"], "2.png")]
    page.evaluate(DROP, ["main", files])
    settle(page)
    expect(page.locator("#infrared-name")).to_have_text("2.png")


def test_a_slot_takes_what_is_dropped_on_it(page: Page, pair: Pair) -> None:
    page.evaluate(DROP, ["[data-slot=visible]", [encoded(pair["visible"], "ir.png")]])
    expect(page.locator("#visible-name")).to_have_text("ir.png")
    expect(page.locator("#status")).to_have_text("Now the infrared image.")


def test_pictures_are_pasted(page: Page, pair: Pair) -> None:
    page.evaluate(PASTE, encoded(pair["infrared"], "image.png"))
    expect(page.locator("#infrared-name")).to_have_text("image.png")
    page.evaluate(PASTE, encoded(pair["visible"], "image.png"))
    settle(page)
    assert level(canvas(page, "wipe"), 0.4) == HOT


def test_a_radiometric_file_is_a_pair(page: Page, shared: Path) -> None:
    file = shared / "data" / "radiometric" / "flir_example.jpg"
    page.evaluate(DROP, ["main", [encoded(file)]])
    settle(page)
    expect(page.locator("#visible-name")).to_have_text("From the same file")
    page.get_by_role("tab", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Temperatures").click()
    assert download.value.suggested_filename.endswith(".tiff")


def test_what_is_no_picture_is_refused_where_it_was_dropped(page: Page, pair: Pair) -> None:
    page.evaluate(DROP, ["main", [encoded(pair["visible"], "notes.txt")]])
    expect(page.locator("#intake-error")).to_contain_text("must be an image, got notes.txt")


def test_the_three_show_their_levels(fused: Page) -> None:
    fused.locator("#view-three").click()
    for kind, wanted in {
        "infrared": (HOT, COLD),
        "visible": (LIGHT, LIGHT),
        "fused": (HOT, LIGHT),
    }.items():
        assert (level(canvas(fused, kind), 0.4), level(canvas(fused, kind), 0.6)) == wanted


def test_the_wipe_follows_the_mouse(fused: Page) -> None:
    wipe, handle = canvas(fused, "wipe"), fused.get_by_role("slider", name="Wipe")
    assert (level(wipe, 0.4), level(wipe, 0.6)) == (HOT, LIGHT)  # infrared | fused
    box = wipe.bounding_box()
    assert box
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    fused.mouse.move(*middle)
    fused.mouse.down()
    fused.mouse.move(middle[0] + 0.2 * box["width"], middle[1], steps=3)
    fused.mouse.up()
    assert (level(wipe, 0.6), level(wipe, 0.75)) == (COLD, LIGHT)  # infrared reaches further
    assert int(handle.get_attribute("aria-valuenow") or 0) > 60


def test_the_wipe_follows_the_keys(fused: Page) -> None:
    wipe, handle = canvas(fused, "wipe"), fused.get_by_role("slider", name="Wipe")
    handle.focus()
    for key, value in {
        "ArrowRight": 51,
        "Shift+ArrowRight": 61,
        "End": 100,
        "ArrowLeft": 99,
    }.items():
        fused.keyboard.press(key)
        expect(handle).to_have_attribute("aria-valuenow", str(value))
    assert level(wipe, 0.7) == COLD
    fused.keyboard.press("Home")
    assert level(wipe, 0.7) == LIGHT
    expect(handle).to_have_attribute("aria-valuetext", "Infrared 0 %, Fused 100 %")


def test_the_wipe_is_between_any_two(fused: Page) -> None:
    fused.get_by_label("Left of the wipe", exact=True).select_option("visible")
    fused.get_by_label("Right of the wipe", exact=True).select_option("infrared")
    wipe = canvas(fused, "wipe")
    assert (level(wipe, 0.4), level(wipe, 0.6)) == (LIGHT, COLD)


def test_zoom_and_pan_are_in_step(fused: Page) -> None:
    fused.locator("#view-three").click()
    box = canvas(fused, "infrared").bounding_box()
    assert box
    fused.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + box["height"] / 2)
    fused.mouse.wheel(0, -1500)  # towards the right side
    for kind, right in {"infrared": COLD, "fused": LIGHT}.items():
        eventually(fused, lambda: levels(canvas(fused, kind)) == [right])  # noqa: B023 -- at once
        assert level(canvas(fused, kind), 0.1) == right
    canvas(fused, "fused").focus()
    for _ in range(60):
        fused.keyboard.press("ArrowLeft")
    for kind in ("infrared", "fused"):
        assert level(canvas(fused, kind), 0.9) == HOT
    expect(fused.locator("#zoom-fit")).to_have_attribute("aria-pressed", "false")


def test_magnified_pixels_stay_squares(fused: Page) -> None:
    canvas(fused, "wipe").focus()
    for _ in range(8):
        fused.keyboard.press("+")
    assert levels(canvas(fused, "wipe")) == [LIGHT, HOT]  # and nothing between


def test_one_to_one_and_fit(fused: Page) -> None:
    fused.locator("#zoom-one").click()
    expect(fused.locator("#zoom-level")).to_have_text("100 %")
    wipe = canvas(fused, "wipe")
    columns = rgba(wipe).shape[1]
    edge = (columns - WIDTH) / 2 / columns
    assert (level(wipe, edge - 3 / columns), level(wipe, edge + 3 / columns)) == (-1, HOT)
    canvas(fused, "wipe").press("0")
    expect(fused.locator("#zoom-fit")).to_have_attribute("aria-pressed", "true")
    assert level(wipe, 0.5, 0.01) != -1


def test_the_values_under_the_pointer_are_told(fused: Page) -> None:
    canvas(fused, "wipe").hover(position={"x": 300, "y": 200})
    readout = fused.locator("#readout")
    expect(readout).to_contain_text(f"infrared {HOT}")
    expect(readout).to_contain_text(f"visible {LIGHT}")
    expect(readout).to_contain_text(f"fused {HOT}")


def test_the_picture_can_be_driven_by_letters(fused: Page) -> None:
    canvas(fused, "wipe").press("t")
    expect(canvas(fused, "visible")).to_be_visible()
    canvas(fused, "visible").press("w")
    expect(canvas(fused, "wipe")).to_be_visible()
    fused.keyboard.press("Tab")  # not where nothing of the image has the focus
    fused.locator("#theme").press("t")
    expect(canvas(fused, "wipe")).to_be_visible()


def test_pictures_are_swapped_and_removed(fused: Page) -> None:
    again(fused, lambda: fused.locator("#swap").click())
    expect(fused.locator("#infrared-name")).to_have_text("vis.png")
    fused.get_by_role("button", name="Remove the visible image").click()
    expect(fused.get_by_role("heading", level=1)).to_be_visible()
    expect(fused.locator("#status")).to_have_text("Now the visible image.")
