"""The page for everybody: keys and names, fingers and phones, light and dark."""

import re
from typing import Literal, get_args

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import Pair, Visit, canvas, choose, eventually

pytestmark = pytest.mark.browser

Role = Literal["button", "link", "slider", "combobox", "tab", "spinbutton", "switch", "radio"]
ROLES: tuple[Role, ...] = get_args(Role)


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
    handle = phone.get_by_role("slider", name="Wipe")
    eventually(phone, lambda: int(handle.get_attribute("aria-valuenow") or 0) > 55)
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
              const isShown = (each) => each && getComputedStyle(each).outlineStyle !== "none";
              const shown = ring.some(isShown);
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


def test_the_skip_link_stays_where_one_is(visit: Visit, service: str) -> None:
    page = visit(f"{service}/#folder")
    page.get_by_role("link", name="Skip to the content").press("Enter")
    expect(page.locator("main")).to_be_focused()
    expect(page.get_by_role("heading", name="Many pairs at once")).to_be_visible()


def test_everything_that_can_be_used_has_a_name(fused: Page) -> None:
    for role in ROLES:
        nodes = fused.get_by_role(role).all()
        assert nodes
        for node in nodes:
            name = re.match(rf"- '?{role} \"(.+?)\"", node.aria_snapshot())
            assert name, f"{role} without a name: {node.evaluate('(node) => node.outerHTML')}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_colours_follow_the_system_and_the_switch(
    visit: Visit, service: str, scheme: str
) -> None:
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
