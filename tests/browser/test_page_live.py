"""The page watches live sources, where the operator named some."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import Visit, eventually

pytestmark = pytest.mark.browser

SOURCE = "lavfi:testsrc=size=160x120:rate=5,realtime"


def test_no_button_where_there_are_no_live_sources(page: Page) -> None:
    expect(page.get_by_role("button", name="Live")).to_be_hidden()


def test_frames_follow_each_other_until_the_dialog_is_closed(
    visit: Visit, start: Callable[..., str]
) -> None:
    page = visit(start("--live", f"gate={SOURCE},{SOURCE}"))
    page.get_by_role("button", name="Live").click()
    picture = page.locator("#live-picture")
    eventually(page, lambda: bool(picture.evaluate("image => image.naturalWidth") == 160))
    first = picture.get_attribute("src")
    eventually(page, lambda: picture.get_attribute("src") != first)
    expect(page.get_by_role("combobox", name="Sources")).to_have_value("gate")
    page.get_by_role("button", name="Close").click()
    expect(picture).to_be_hidden()
    told = page.evaluate("fetch('v1/live').then((answer) => answer.json())")
    assert told["live"][0]["frames"] >= 2
