"""The map of the code has every package, and no other."""

import re
from pathlib import Path

import pytest
from tables.architecture import layers

ROOT = Path(__file__).parents[2]
PACKAGES = {path.parent.name for path in (ROOT / "src/clfnet").glob("*/__init__.py")}


@pytest.fixture
def text() -> str:
    return (ROOT / "docs/architecture.md").read_text("utf-8")


def test_every_package_has_a_line(text: str) -> None:
    table = text.partition("## Packages")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == PACKAGES


def test_every_package_has_a_floor() -> None:
    named = [name for layer in layers() for name in layer]
    assert len(set(named)) == len(named)
    assert set(named) >= PACKAGES


def test_the_files_that_it_names_are_there(text: str) -> None:
    for path in re.findall(r"`(clfnet/[a-z_/]+\.py)`", text):
        assert (ROOT / "src" / path).is_file(), path
