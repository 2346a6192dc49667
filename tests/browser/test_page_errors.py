"""What goes wrong is told where it arises, in the service's own words, and can be mended."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from playwright.sync_api import Page, Route, expect
from tests.browser.conftest import Pair, Visit, choose, saved, settle

pytestmark = pytest.mark.browser


def test_a_refused_alignment_is_explained_beside_the_choice(strained: Page, tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (2, 120, 160), dtype=np.uint8)
    choose(strained, saved(tmp_path, *noise))
    strained.get_by_text("Auto", exact=True).click()
    problem = strained.locator("#align-error")
    expect(problem).to_contain_text("must agree in 33%")
    expect(problem).to_have_attribute("role", "alert")
    expect(strained.locator("#fuse-error")).to_be_hidden()
    strained.get_by_text("Off", exact=True).click()
    settle(strained)
    expect(problem).to_be_hidden()


def test_a_bad_file_is_refused_in_the_services_words(
    strained: Page, pair: Pair, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.png"
    bad.write_bytes(pair["infrared"].read_bytes()[:60])
    for kind, path in {"infrared": bad, "visible": pair["visible"]}.items():
        strained.locator(f"[data-slot={kind}] input").set_input_files(path)
    problem = strained.locator("#fuse-error")
    expect(problem).to_contain_text("bad.png")
    expect(problem).to_have_attribute("role", "alert")
    strained.locator("[data-slot=infrared] input").set_input_files(pair["infrared"])
    settle(strained)
    expect(problem).to_be_hidden()


def test_pictures_of_two_sizes_are_refused(strained: Page, pair: Pair, tmp_path: Path) -> None:
    small = tmp_path / "small.png"
    PIL.Image.fromarray(np.zeros((60, 80), np.uint8)).save(small)
    for kind, path in {"infrared": small, "visible": pair["visible"]}.items():
        strained.locator(f"[data-slot={kind}] input").set_input_files(path)
    expect(strained.locator("#fuse-error")).to_contain_text("80x60")


def test_an_option_that_is_refused_says_so_itself(strained: Page, pair: Pair) -> None:
    choose(strained, pair)
    strained.locator("[name=range]").select_option("custom")
    limits = strained.locator("[name=limits]")
    limits.fill("9,3")
    expect(strained.locator("#limits-field .problem")).to_contain_text(
        "`range` must have LOW < HIGH"
    )
    expect(limits).to_have_attribute("aria-invalid", "true")
    limits.fill("0,255")
    settle(strained)
    expect(limits).not_to_have_attribute("aria-invalid", "true")


def test_too_many_bytes_are_refused_in_the_services_words(
    strained: Page, pair: Pair, tmp_path: Path
) -> None:
    large = tmp_path / "large.png"
    large.write_bytes(pair["infrared"].read_bytes() + bytes(80 * 2**20))
    for kind, path in {"infrared": large, "visible": pair["visible"]}.items():
        strained.locator(f"[data-slot={kind}] input").set_input_files(path)
    expect(strained.locator("#fuse-error")).to_contain_text("64")
    expect(strained.locator("#fuse-error")).not_to_contain_text("does not answer")


def test_a_service_that_is_gone_is_told_and_tried_again(strained: Page, pair: Pair) -> None:
    choose(strained, pair)
    strained.route("**/v1/fuse", lambda route: route.abort())
    strained.get_by_label("Stretch to the full range").check()
    problem = strained.locator("#fuse-error")
    expect(problem).to_contain_text("The service does not answer.")
    strained.unroute("**/v1/fuse")
    problem.get_by_role("button", name="Try again").click()
    settle(strained)


def test_a_full_service_is_asked_again(strained: Page, pair: Pair) -> None:
    answers = iter([429, 429])

    def full(route: Route) -> None:
        if (status := next(answers, None)) is None:
            route.fallback()
        else:
            route.fulfill(
                status=status, json={"error": "full", "kind": "Busy"}, headers={"Retry-After": "1"}
            )

    strained.route("**/v1/fuse", full)
    choose(strained, pair)
    assert next(answers, None) is None


def test_a_token_is_asked_for_once_and_kept(
    visit: Visit, start: Callable[..., str], pair: Pair
) -> None:
    page = visit(start("--token", "open-sesame"), refusals=True)
    dialog = page.get_by_role("dialog", name="This service asks for a token")
    expect(dialog).to_be_visible()
    dialog.get_by_label("Token").fill("wrong")
    dialog.get_by_label("Token").press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("does not take this token")
    dialog.get_by_label("Token").fill("open-sesame")
    dialog.get_by_role("button", name="Continue").click()
    expect(dialog).to_be_hidden()
    choose(page, pair)
    page.reload()
    choose(page, pair)  # without another question
    expect(dialog).to_be_hidden()
    assert page.evaluate("() => localStorage.length") == 0
