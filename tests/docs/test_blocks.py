"""Every shell and Python block of the documents runs as it stands, in the order of its page.

A page begins in an empty folder that holds the example pair as ir.png, vis.png, ir/01.png and
vis/01.png. A block that needs more says so above it: ``<!-- notest: what it needs -->``.
"""

import doctest
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from clfnet.example import night_street
from clfnet.io.image import Image, write_image

ROOT = Path(__file__).parents[2]
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "MODEL_CARD.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
FENCE = re.compile(
    r"^(?:(?P<note><!-- notest: .+ -->)\n)?```(?P<language>[^\n]*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
COMMAND = re.compile(r"^\$? ?(clfnet|curl|docker|pip|python3?|make) ", re.MULTILINE)
LANGUAGES = {"", "sh", "python", "json", "csv", "nginx", "toml", "text"}


class Block(NamedTuple):
    """A block of a page."""

    language: str
    text: str
    runs: bool


def blocks(page: Path) -> Iterator[Block]:
    text = re.sub(r"^ {3}(?=\S| )", "", page.read_text("utf-8"), flags=re.MULTILINE)
    for found in FENCE.finditer(text):
        yield Block(found["language"], found["text"], runs=not found["note"])


def runnable(page: Path) -> list[Block]:
    return [each for each in blocks(page) if each.runs and each.language in ("sh", "python")]


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    scene = night_street()
    for path, pixels in {"ir": scene.infrared, "vis": scene.visible}.items():
        write_image(tmp_path / f"{path}.png", Image(pixels))
        write_image(tmp_path / path / "01.png", Image(pixels))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_command_stands_in_a_block_of_its_language(page: Path) -> None:
    for block in blocks(page):
        assert block.language in LANGUAGES, block
        assert block.language == "sh" or not COMMAND.search(block.text), block.text


SLOW = {"bench.md"}
RUNNING = [
    pytest.param(page, marks=pytest.mark.slow) if page.name in SLOW else page
    for page in PAGES
    if runnable(page)
]


@pytest.mark.parametrize("page", RUNNING, ids=name)
def test_blocks_run(page: Path, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    known: dict[str, object] = {"__name__": "__main__"}
    for block in runnable(page):
        if block.language == "sh":
            shell(block.text, folder)
        elif block.text.startswith(">>>"):
            test = doctest.DocTestParser().get_doctest(block.text, {}, name(page), str(page), 0)
            assert not doctest.DocTestRunner().run(test).failed
        else:
            capfd.readouterr()
            exec(compile(block.text, str(page), "exec"), known)
            said = re.findall(r"^print\(.*\)  # (.*)$", block.text, re.MULTILINE)
            assert [line for line in capfd.readouterr().out.splitlines() if said] == said


def shell(text: str, folder: Path) -> None:
    """Run a block as bash would, stopping at the first line that fails."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{text}\n{done.stderr}"
