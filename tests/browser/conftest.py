"""Tests in a browser are collected by `pytest -m browser` alone: they need playwright, chromium."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESK = {"viewport": {"width": 1280, "height": 900}}
REFUSED = "Failed to load resource"  # what chromium says of any answer of 400 and more


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    return None if config.option.markexpr == "browser" else True


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    from playwright.sync_api import sync_playwright

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
            process.wait(20)


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
                if not url.startswith((address, "blob:", "data:")):
                    complaints.append(f"asked another host: {url}")

            context = browser.new_context(**{"reduced_motion": "reduce", **DESK, **options})
            stack.callback(context.close)
            page = context.new_page()
            page.on("console", lambda message: heard(message.text))
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("request", lambda request: asked(request.url))
            page.goto(address)
            return page

        yield opened
    assert not complaints
