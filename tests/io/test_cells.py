"""Cells that spreadsheets leave alone."""

import pytest

from clfnet.io.cells import harmless


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_formulas_become_texts(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("value", ["a.png", "a=b", "", 3, -3, -0.5, None])
def test_all_else_stays(value: object) -> None:
    assert harmless(value) is value
