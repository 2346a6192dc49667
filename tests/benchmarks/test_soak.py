"""A minute of what `make soak` does for twenty."""

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest


@pytest.mark.slow
def test_every_answer_is_right_for_a_minute(
    load_script: Callable[[str], ModuleType], tmp_path: Path
) -> None:
    script = load_script("benchmarks/soak.py")
    output = tmp_path / "soak.json"
    assert script.main(["--minutes", "1", "--output", str(output)]) == 0
    found = json.loads(output.read_text("utf-8"))
    assert len(found["answers"]) == 11
    assert not any(kinds["wrong"] or kinds["lost"] for kinds in found["answers"].values())


def test_a_wrong_answer_is_told(load_script: Callable[[str], ModuleType]) -> None:
    script = load_script("benchmarks/soak.py")
    good = {"right": 3, "refused": 1, "wrong": 0, "lost": 0}
    ended = {"uploads_left": 0, "exit_code": 0, "rss_mib": [1.0, 2.0, 3.0] * 20}
    assert script.is_good({"answers": {"a": good}, **ended})
    assert not script.is_good({"answers": {"a": good, "b": {**good, "wrong": 1}}, **ended})
    assert not script.is_good({"answers": {"a": good, "b": {**good, "right": 0}}, **ended})
    assert not script.is_good({"answers": {"a": good}, **ended, "exit_code": 1})
    assert not script.is_good({"answers": {"a": good}, **ended, "rss_mib": [*range(100)]})
