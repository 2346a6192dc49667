"""A pair on the service's page, as its user works with it in chromium.

The service fuses by a maximum, so that every level is known: infrared is 200 left and 40 right,
visible 80, hence fused is 200 and 80.
"""

import base64
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Locator, Page, expect

from clfnet.scene import night_street

pytestmark = pytest.mark.browser

Visit = Callable[..., Page]
Pair = dict[str, Path]

HOT, COLD, LIGHT = 200, 40, 80
WIDTH, HEIGHT = 160, 120
DROP = """async ([selector, files]) => {
  const data = new DataTransfer();
  for (const [name, base64] of files) {
    const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
    data.items.add(new File([bytes], name));
  }
  const target = document.querySelector(selector);
  for (const kind of ["dragenter", "dragover", "drop"]) {
    const options = { dataTransfer: data, bubbles: true, cancelable: true };
    target.dispatchEvent(new DragEvent(kind, options));
  }
}"""
PASTE = """([name, base64]) => {
  const data = new DataTransfer();
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  data.items.add(new File([bytes], name, { type: "image/png" }));
  document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
}"""


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    folder = tmp_path_factory.mktemp("pair")
    infrared = np.full((HEIGHT, WIDTH), COLD, np.uint8)
    infrared[:, : WIDTH // 2] = HOT
    visible = np.full((HEIGHT, WIDTH), LIGHT, np.uint8)
    return saved(folder, infrared, visible)


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    scene = night_street(320, 240)
    return saved(tmp_path_factory.mktemp("street"), scene.infrared, scene.visible)


def saved(folder: Path, infrared: Any, visible: Any) -> Pair:
    pair = {"infrared": folder / "ir.png", "visible": folder / "vis.png"}
    PIL.Image.fromarray(infrared).save(pair["infrared"])
    PIL.Image.fromarray(visible).save(pair["visible"])
    return pair


@pytest.fixture
def page(visit: Visit, service: str) -> Page:
    return visit(service)


@pytest.fixture
def fused(page: Page, pair: Pair) -> Page:
    """The page with the pair of known levels."""
    choose(page, pair)
    return page


def choose(page: Page, pair: Pair) -> None:
    for kind, path in pair.items():
        page.locator(f"[data-slot={kind}] input").set_input_files(path)
    settle(page)


def settle(page: Page) -> None:
    expect(page.locator("#status")).to_contain_text("Fused", timeout=30_000)
    expect(page.locator("#stage")).to_have_attribute("aria-busy", "false")
    drawn(page)


def drawn(page: Page) -> None:
    page.evaluate("async () => { for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame); }")


def again(page: Page, act: Callable[[], Any]) -> None:
    """Do what makes the pair be fused anew, and wait for it."""
    with page.expect_response(lambda answer: answer.url.endswith("fused.png")):
        act()
    settle(page)


def encoded(path: Path, name: str | None = None) -> list[str]:
    return [name or path.name, base64.b64encode(path.read_bytes()).decode()]


def canvas(page: Page, pane: str) -> Locator:
    return page.locator(f"[data-pane={pane}] canvas")


def pixels(place: Locator) -> NDArray[np.uint8]:
    """What a canvas shows: (H, W, 4), where alpha is 0 outside of the picture."""
    drawn(place.page)
    uri = place.evaluate("(canvas) => canvas.toDataURL()")
    with PIL.Image.open(BytesIO(base64.b64decode(uri.partition(",")[2]))) as picture:
        return np.asarray(picture.convert("RGBA"))


def level(place: Locator, x: float, y: float = 0.5) -> int:
    """The level at a share of a canvas's width and height; -1 where there is no picture."""
    shown = pixels(place)
    red, _, _, alpha = shown[round(y * (shown.shape[0] - 1)), round(x * (shown.shape[1] - 1))]
    return int(red) if alpha else -1


def levels(place: Locator) -> list[int]:
    """All levels that a canvas shows."""
    shown = pixels(place)
    return [int(one) for one in np.unique(shown[shown[..., 3] > 0, 0])]


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
    expect(page.locator("#status")).to_have_text("Now the infrared picture.")


def test_pictures_are_pasted(page: Page, pair: Pair) -> None:
    page.evaluate(PASTE, encoded(pair["infrared"], "image.png"))
    expect(page.locator("#infrared-name")).to_have_text("image.png")
    page.evaluate(PASTE, encoded(pair["visible"], "image.png"))
    settle(page)
    assert level(canvas(page, "wipe"), 0.4) == HOT


def test_what_is_no_picture_is_refused_where_it_was_dropped(page: Page, pair: Pair) -> None:
    page.evaluate(DROP, ["main", [encoded(pair["visible"], "notes.txt")]])
    expect(page.locator("#intake-error")).to_contain_text("must be a picture, got notes.txt")


def test_the_three_show_their_levels(fused: Page) -> None:
    fused.locator("#view-three").click()
    for kind, wanted in {"infrared": (HOT, COLD), "visible": (LIGHT, LIGHT), "fused": (HOT, LIGHT)}.items():
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
    for key, value in {"ArrowRight": 51, "Shift+ArrowRight": 61, "End": 100, "ArrowLeft": 99}.items():
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
        assert level(canvas(fused, kind), 0.1) == right
        assert levels(canvas(fused, kind)) == [right]
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
    columns = pixels(wipe).shape[1]
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
    fused.keyboard.press("Tab")  # not where nothing of the picture has the focus
    fused.locator("#theme").press("t")
    expect(canvas(fused, "wipe")).to_be_visible()


def test_pictures_are_swapped_and_removed(fused: Page) -> None:
    again(fused, lambda: fused.locator("#swap").click())
    expect(fused.locator("#infrared-name")).to_have_text("vis.png")
    fused.get_by_role("button", name="Remove the visible picture").click()
    expect(fused.get_by_role("heading", level=1)).to_be_visible()
    expect(fused.locator("#status")).to_have_text("Now the visible picture.")


def test_a_phone_needs_no_scrolling_sideways(visit: Visit, service: str, pair: Pair) -> None:
    phone = visit(service, viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True)
    width = "document.documentElement.scrollWidth"
    assert phone.evaluate(width) == 360
    choose(phone, pair)
    for name in ("Adjust", "Metrics", "Origin", "Export"):
        phone.get_by_role("tab", name=name).click()
        assert phone.evaluate(width) == 360
    phone.get_by_role("button", name="Three").click()
    assert phone.evaluate(width) == 360
    phone.get_by_role("link", name="Folder").click()
    expect(phone.get_by_role("heading", name="Many pairs at once")).to_be_visible()
    assert phone.evaluate(width) == 360


def test_a_finger_wipes_and_two_zoom(visit: Visit, service: str, pair: Pair) -> None:
    phone = visit(service, viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True)
    choose(phone, pair)
    box = canvas(phone, "wipe").bounding_box()
    assert box
    touch = phone.context.new_cdp_session(phone)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def fingers(kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": a, "y": b, "id": i} for i, (a, b) in enumerate(places)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    fingers("touchStart", (x, y))
    fingers("touchMove", (x + 40, y))
    fingers("touchEnd")
    value = phone.get_by_role("slider", name="Wipe").get_attribute("aria-valuenow")
    assert int(value or 0) > 55
    before = phone.locator("#zoom-level").inner_text()
    fingers("touchStart", (x - 80, y - 60), (x - 60, y - 60))
    fingers("touchMove", (x - 110, y - 60), (x - 30, y - 60))
    fingers("touchEnd")
    expect(phone.locator("#zoom-level")).not_to_have_text(before)


def test_tab_reaches_everything_in_order_and_shows_where_it_is(fused: Page) -> None:
    names = []
    for _ in range(16):
        fused.keyboard.press("Tab")
        name, outline = fused.evaluate(
            """() => {
              const node = document.activeElement;
              const ring = [node, node.closest("label, .button"), node.querySelector(".grip")];
              const shown = ring.some((each) => each && getComputedStyle(each).outlineStyle !== "none");
              return [node.id || node.getAttribute("aria-label") || node.textContent.trim(), shown];
            }"""
        )
        names.append(name)
        assert outline, f"the focus on {name} must be seen"
    assert names[:3] == ["Skip to the content", "clfnet, start", "Pair"]
    wanted = ["keys", "theme", "view-wipe", "view-three", "wipe-left", "wipe-right", "zoom-out"]
    order = [names.index(name) for name in wanted if name in names]
    assert len(order) == len(wanted)
    assert order == sorted(order)


def test_everything_that_can_be_used_has_a_name(fused: Page) -> None:
    roles = ("button", "link", "slider", "combobox", "tab", "textbox", "spinbutton", "switch", "radio")
    for role in roles:
        for node in fused.get_by_role(role).all():
            snapshot = node.aria_snapshot()
            assert '"' in snapshot, f"{role} without a name: {node.evaluate('(n) => n.outerHTML')}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_colours_follow_the_system_and_the_switch(visit: Visit, service: str, scheme: str) -> None:
    page = visit(service, color_scheme=scheme)
    other = {"light": "dark", "dark": "light"}[scheme]
    paper = "() => Math.max(...getComputedStyle(document.body).backgroundColor.match(/\\d+/g))"
    is_light = {"light": True, "dark": False}
    assert (page.evaluate(paper) > 128) == is_light[scheme]
    button = page.get_by_role("button", name="Colours:")
    while f"Colours: {other}" != button.get_attribute("aria-label"):
        button.click()
    assert (page.evaluate(paper) > 128) == is_light[other]
    page.reload()
    assert (page.evaluate(paper) > 128) == is_light[other]
