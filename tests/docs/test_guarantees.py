"""Each promise names tests that are there."""

import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
PAGE = PROJECT / "docs" / "guarantees.md"
NAMED = re.findall(r"`(tests/[\w/.]+)(?:::(\w+))?`", PAGE.read_text("utf-8"))


@pytest.mark.parametrize(("file", "test"), NAMED)
def test_the_tests_are_there(file: str, test: str) -> None:
    text = (PROJECT / file).read_text("utf-8")
    assert f"def {test or 'test_'}" in text


def test_each_line_names_one() -> None:
    promised = PAGE.read_text("utf-8").partition("## Figures")[0]
    lines = [line for line in promised.splitlines() if line.startswith("| ")]
    promises = [line for line in lines if not line.startswith("| promise")]
    assert len(promises) > 15
    assert all("`tests/" in line for line in promises)
