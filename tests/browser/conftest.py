"""Tests in a browser are collected by `pytest -m browser` alone: they need playwright, chromium."""

import base64
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import PIL.Image
import pytest
from numpy.typing import NDArray

from clfnet.example import night_street

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

Visit = Callable[..., "Page"]
Pair = dict[str, Path]

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESK = {"viewport": {"width": 1280, "height": 900}}
HOT, COLD, LIGHT = 200, 40, 80  # levels of the pair: infrared left and right, visible
WIDTH, HEIGHT = 160, 120
PATIENCE = 60  # seconds; a wait ends as soon as what it waits for is there
REFUSED = "Failed to load resource"  # what chromium says of any answer of 400 and more

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


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    return None if config.option.markexpr == "browser" else True


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=1000 * PATIENCE)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=list(ARGUMENTS)
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., str]]:
    """Start `clfnet serve` with more arguments; the address that it prints."""
    with ExitStack() as stack:
        yield lambda *arguments: stack.enter_context(
            _served(tmp_path_factory.mktemp("data"), *arguments)
        )


@pytest.fixture(scope="session")
def service(start: Callable[..., str]) -> str:
    """A service that is quick, since a maximum fuses unless it is told otherwise."""
    return start()


@contextmanager
def _served(data: Path, *arguments: str) -> Iterator[str]:
    command = [sys.executable, "-m", "clfnet", "serve", "--port", "0", "--data", str(data)]
    command += ["--model", "maximum", *arguments]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()
            process.wait(PATIENCE)


@pytest.fixture
def visit(browser: "Browser") -> "Iterator[Callable[..., Page]]":
    """Open a page of the service in a context of its own; nothing may go wrong on any.

    `refusals=True` lets the service refuse requests; else not even that may happen.
    """
    complaints: list[str] = []
    with ExitStack() as stack:

        def opened(address: str, *, refusals: bool = False, **options: Any) -> "Page":
            def heard(text: str) -> None:
                if not (refusals and text.startswith(REFUSED)):
                    complaints.append(text)

            def asked(url: str) -> None:
                if not url.startswith((address.partition("#")[0], "blob:", "data:")):
                    complaints.append(f"asked another host: {url}")

            context = browser.new_context(**{"reduced_motion": "reduce", **DESK, **options})
            context.set_default_timeout(1000 * PATIENCE)
            stack.callback(context.close)
            page = context.new_page()
            page.on("console", lambda message: heard(message.text))
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("request", lambda request: asked(request.url))
            page.goto(address)
            return page

        yield opened
    assert not complaints


@pytest.fixture(scope="session")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    folder = tmp_path_factory.mktemp("pair")
    infrared = np.full((HEIGHT, WIDTH), COLD, np.uint8)
    infrared[:, : WIDTH // 2] = HOT
    visible = np.full((HEIGHT, WIDTH), LIGHT, np.uint8)
    return saved(folder, infrared, visible)


@pytest.fixture(scope="session")
def street(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    scene = night_street(320, 240)
    return saved(tmp_path_factory.mktemp("street"), scene.infrared, scene.visible)


def saved(folder: Path, infrared: Any, visible: Any) -> Pair:
    pair = {"infrared": folder / "ir.png", "visible": folder / "vis.png"}
    PIL.Image.fromarray(infrared).save(pair["infrared"])
    PIL.Image.fromarray(visible).save(pair["visible"])
    return pair


@pytest.fixture
def page(visit: Visit, service: str) -> "Page":
    return visit(service)


@pytest.fixture
def strained(visit: Visit, service: str) -> "Page":
    """A page to which the service may say no."""
    return visit(service, refusals=True)


@pytest.fixture
def fused(page: "Page", pair: Pair) -> "Page":
    """The page with the pair of known levels."""
    choose(page, pair)
    return page


def choose(page: "Page", pair: Pair) -> None:
    for kind, path in pair.items():
        page.locator(f"[data-slot={kind}] input").set_input_files(path)
    settle(page)


def settle(page: "Page") -> None:
    """Wait until the pair is fused and drawn."""
    from playwright.sync_api import expect

    expect(page.locator("#status")).to_contain_text("Fused")
    expect(page.locator("#stage")).to_have_attribute("aria-busy", "false")
    drawn(page)


def drawn(page: "Page") -> None:
    page.evaluate(
        "async () => { for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame); }"
    )


def eventually(page: "Page", holds: Callable[[], bool]) -> None:
    """Wait until something holds that the page has no words for."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "this must hold in the end"
        drawn(page)


def again(page: "Page", act: Callable[[], Any]) -> None:
    """Do what makes the pair be fused anew, and wait for it."""
    with page.expect_response(lambda answer: answer.url.endswith("fused.png")):
        act()
    settle(page)


def encoded(path: Path, name: str | None = None) -> list[str]:
    return [name or path.name, base64.b64encode(path.read_bytes()).decode()]


def canvas(page: "Page", pane: str) -> "Locator":
    return page.locator(f"[data-pane={pane}] canvas")


def rgba(place: "Locator") -> NDArray[np.uint8]:
    """What a canvas shows: (H, W, 4); alpha is 0 where it shows nothing."""
    drawn(place.page)
    uri = place.evaluate("(canvas) => canvas.toDataURL()")
    with PIL.Image.open(BytesIO(base64.b64decode(uri.partition(",")[2]))) as picture:
        return np.asarray(picture.convert("RGBA"))


def level(place: "Locator", x: float, y: float = 0.5) -> int:
    """The level at a share of a canvas's width and height; -1 where there is no image."""
    shown = rgba(place)
    red, _, _, alpha = shown[round(y * (shown.shape[0] - 1)), round(x * (shown.shape[1] - 1))]
    return int(red) if alpha else -1


def levels(place: "Locator") -> list[int]:
    """All levels that a canvas shows."""
    shown = rgba(place)
    return [int(one) for one in np.unique(shown[shown[..., 3] > 0, 0])]
