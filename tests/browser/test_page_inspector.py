"""What stands beside the images: options, alignment, metrics, origin, export, errors."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, Route, expect
from tests.browser.conftest import (
    HOT,
    LIGHT,
    Pair,
    Visit,
    again,
    canvas,
    choose,
    drawn,
    eventually,
    level,
    rgba,
    settle,
)

pytestmark = pytest.mark.browser


def test_an_option_changes_the_picture(fused: Page) -> None:
    assert level(canvas(fused, "wipe"), 0.55) == LIGHT
    strength = fused.get_by_role("slider", name="Strength")

    def weaken() -> None:
        strength.focus()
        fused.keyboard.press("Home")

    again(fused, weaken)
    fused.get_by_label("Left of the wipe", exact=True).select_option("fused")
    assert level(canvas(fused, "wipe"), 0.3) == LIGHT  # the visible alone
    again(fused, lambda: fused.get_by_role("button", name="Reset the options").click())
    assert level(canvas(fused, "wipe"), 0.3) == HOT


def test_a_palette_paints_and_sets_the_strength_to_its_default(page: Page, street: Pair) -> None:
    choose(page, street)
    page.get_by_label("Left of the wipe", exact=True).select_option("fused")
    before = rgba(canvas(page, "wipe")).astype(int)
    again(page, lambda: page.locator("#palettes").get_by_text("ironbow").click())
    painted = rgba(canvas(page, "wipe")).astype(int)
    redder = (painted[..., 0] - painted[..., 2]) - (before[..., 0] - before[..., 2])
    assert redder.max() > 60
    assert np.median(redder) <= 0  # most of it is not hot
    expect(page.get_by_role("slider", name="Strength")).to_have_value("0")
    expect(page.get_by_role("slider", name="Hot from")).to_be_enabled()


def test_only_what_was_chosen_is_sent(fused: Page) -> None:
    fused.get_by_role("tab", name="Export").click()
    expect(fused.locator("#cli")).to_have_text("clfnet fuse ir.png vis.png -o fused.png")
    fused.get_by_role("tab", name="Adjust").click()
    again(fused, lambda: fused.get_by_label("Stretch to the full range").check())
    again(fused, lambda: fused.locator("[name=depth]").select_option("16"))
    fused.get_by_role("tab", name="Export").click()
    expect(fused.locator("#cli")).to_have_text(re.compile("--stretch --depth 16"))


def test_what_is_out_of_date_is_given_up(strained: Page, pair: Pair) -> None:
    choose(strained, pair)
    held: list[Route] = []
    strained.route("**/v1/fuse", lambda route: route.fallback() if held else held.append(route))
    with strained.expect_request("**/v1/fuse"):
        strained.get_by_label("Stretch to the full range").check()
    expect(strained.locator("#stage")).to_have_attribute("aria-busy", "true")
    again(strained, lambda: strained.get_by_label("Stretch to the full range").uncheck())
    held[0].fulfill(status=422, json={"error": "too late", "kind": "InputError"})
    drawn(strained)
    expect(strained.locator("#fuse-error")).to_be_hidden()
    expect(strained.locator("#status")).to_contain_text("Fused")


def test_the_full_model_is_preceded_by_a_draft(fused: Page) -> None:
    with fused.expect_response(lambda answer: answer.url.endswith("/v1/fuse")) as first:
        fused.get_by_label("Model").select_option("clfnet")
    assert first.value.headers["content-type"] == "image/png"
    settle(fused)
    fused.get_by_role("tab", name="Export").click()
    expect(fused.locator("#cli")).to_contain_text("--model clfnet")


def test_metrics_are_told_in_each_dialect(fused: Page) -> None:
    fused.get_by_role("tab", name="Metrics").click()
    table = fused.locator("#metrics table")
    # half of the fused image is 200 and half is 80: 1 bit, and a deviation of 60 levels
    expect(table.get_by_role("row", name=re.compile("^EN"))).to_contain_text("1.000bit")
    expect(table).to_contain_text("entropy")
    expect(table.get_by_role("row", name=re.compile("^SD"))).to_contain_text("60.000level")
    fused.get_by_role("button", name="paper").click()
    expect(table.get_by_role("row", name=re.compile("^SD"))).not_to_contain_text("60.000")


def test_metrics_follow_the_picture(fused: Page) -> None:
    fused.get_by_role("tab", name="Adjust").click()
    again(fused, lambda: fused.get_by_role("slider", name="Strength").press("Home"))
    fused.get_by_role("tab", name="Metrics").click()
    row = fused.locator("#metrics").get_by_role("row", name=re.compile("^EN"))
    expect(row).to_contain_text("0.000bit")  # the visible image is flat


def test_the_origin_lies_on_the_fused_picture(page: Page, street: Pair) -> None:
    choose(page, street)
    page.get_by_label("Left of the wipe", exact=True).select_option("fused")
    before = rgba(canvas(page, "wipe")).astype(int)
    page.get_by_role("tab", name="Origin").click()
    expect(page.locator("#shares")).to_contain_text("Where it is hottest")
    shares = [
        int(share)
        for share in re.findall(r"(\d+) %", page.locator(".share small").first.inner_text())
    ]
    assert sum(shares) == 100
    expect(page.locator(".cells td")).to_have_count(9)
    eventually(page, lambda: np.abs(rgba(canvas(page, "wipe")) - before).mean() > 5)
    opacity = page.get_by_role("slider", name="Opacity")
    opacity.press("Home")
    np.testing.assert_array_equal(rgba(canvas(page, "wipe")), before)
    opacity.press("End")
    page.get_by_role("switch", name="Show on the image").uncheck()
    np.testing.assert_array_equal(rgba(canvas(page, "wipe")), before)


@pytest.mark.parametrize(
    ("button", "link", "suffix"),
    [("PNG", "png", ".png"), ("TIFF", "tiff", ".tiff"), ("JPEG", "jpeg", ".jpg")],
)
def test_a_download_is_the_services_file(fused: Page, button: str, link: str, suffix: str) -> None:
    with fused.expect_response(lambda answer: "/v1/fuse" in answer.url) as fusing:
        fused.get_by_label("Stretch to the full range").check()
    settle(fused)
    links = fusing.value.json()["links"]
    fused.get_by_role("tab", name="Export").click()
    with fused.expect_download() as download:
        fused.get_by_role("button", name=button, exact=True).click()
    expected = fused.request.get(fused.url.rstrip("/#pair") + links[link]).body()
    assert Path(download.value.path()).read_bytes() == expected
    assert download.value.suggested_filename.endswith(suffix)


def test_lines_are_copied(visit: Visit, service: str, pair: Pair) -> None:
    page = visit(service, permissions=["clipboard-read", "clipboard-write"])
    choose(page, pair)
    page.get_by_role("tab", name="Export").click()
    page.locator("#copy-curl").click()
    expect(page.locator("#copy-curl")).to_have_text("Copied")
    line = page.evaluate("() => navigator.clipboard.readText()")
    assert line == f"curl -F infrared=@ir.png -F visible=@vis.png {service}/v1/fuse -o fused.png"


def test_earlier_results_come_back_with_their_options(fused: Page) -> None:
    strength = fused.get_by_role("slider", name="Strength")
    again(fused, lambda: strength.press("Home"))
    fused.get_by_label("Left of the wipe", exact=True).select_option("fused")
    assert level(canvas(fused, "wipe"), 0.3) == LIGHT
    for label, value, shown in (("default options", "1", HOT), ("strength 0", "0", LIGHT)):
        fused.get_by_role("button", name=f"Result with {label}").click()
        expect(fused.locator("#status")).to_have_text("An earlier result.")
        expect(strength).to_have_value(value)
        expect(fused.locator("#stage")).to_have_attribute("aria-busy", "false")
        assert level(canvas(fused, "wipe"), 0.3) == shown
        again(fused, lambda: fused.locator("[name=depth]").select_option("16"))


def test_an_alignment_is_looked_at_and_used(page: Page, street: Pair) -> None:
    choose(page, street)
    page.get_by_role("button", name="Preview the alignment").click()
    dialog = page.get_by_role("dialog", name="Alignment")
    expect(dialog).to_contain_text("quality")
    picture = dialog.locator("img")
    width = "(image) => image.decode().then(() => image.naturalWidth)"
    assert picture.evaluate(width) == 480  # a small pair is enlarged
    checkerboard = picture.get_attribute("src")
    dialog.get_by_role("button", name="Edges").click()
    assert picture.get_attribute("src") != checkerboard
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Rig file").click()
    rig = json.loads(Path(download.value.path()).read_text())
    assert sorted(rig) == ["homography", "infrared_size", "made", "quality", "visible_size"]
    again(page, lambda: dialog.get_by_role("button", name="Fuse with this").click())
    expect(page.locator("#rig-quality")).to_contain_text("Aligned:")
    page.get_by_role("tab", name="Export").click()
    expect(page.locator("#cli")).to_contain_text("--align rig.json")


def test_a_rig_file_can_be_chosen(fused: Page, tmp_path: Path) -> None:
    size = [160, 120]
    rig = {"homography": np.eye(3).tolist(), "infrared_size": size, "visible_size": size}
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(rig | {"quality": 0.9, "made": "by hand"}))
    fused.get_by_text("File", exact=True).click()
    again(fused, lambda: fused.locator("#geometry").set_input_files(path))
    expect(fused.locator("#rig-quality")).to_have_text("Aligned: by hand; quality 0.90")
