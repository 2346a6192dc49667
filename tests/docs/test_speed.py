"""The example of the page on speed runs."""

import doctest
from pathlib import Path

from clfnet.weights import Model

PAGE = Path(__file__).parents[2] / "docs" / "speed.md"


def test_the_example_runs(shipped: Model) -> None:
    results = doctest.testfile(str(PAGE), module_relative=False)
    assert results.attempted >= 3
    assert results.failed == 0
