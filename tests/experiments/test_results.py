import json
from pathlib import Path
from typing import Any

import pytest

from clfnet.errors import InputError
from experiments.results import Results, fingerprint


def _make(value: int, calls: list[int]) -> dict[str, Any]:
    calls.append(value)
    return {"value": value}


def test_a_row_is_made_once_and_kept_as_soon_as_it_is_made(tmp_path: Path) -> None:
    path, calls = tmp_path / "result.json", list[int]()
    first = Results(path, {"command": "x"})
    first.row("a", "1", lambda: _make(1, calls))
    assert json.loads(path.read_text())["rows"] == {"a": {"fingerprint": "1", "value": 1}}
    again = Results(path, {"command": "x"})
    assert again.row("a", "1", lambda: _make(2, calls))["value"] == 1
    assert calls == [1]


def test_a_row_of_something_else_is_made_anew(tmp_path: Path) -> None:
    path, calls = tmp_path / "result.json", list[int]()
    Results(path, {}).row("a", "1", lambda: _make(1, calls))
    assert Results(path, {}).row("a", "2", lambda: _make(2, calls))["value"] == 2
    fresh = Results(path, {}, fresh=True)
    assert fresh.row("a", "2", lambda: _make(3, calls))["value"] == 3


def test_rows_of_another_head_are_not_mixed(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    Results(path, {"budget": 0.5}).row("a", "1", dict)
    with pytest.raises(InputError, match=r"must be of the budget 1, but is of 0\.5\. .*--fresh"):
        Results(path, {"budget": 1})
    Results(path, {"budget": 1}, fresh=True)


def test_rows_are_put_in_order_and_others_dropped(tmp_path: Path) -> None:
    results = Results(tmp_path / "result.json", {})
    for name in "abc":
        results.row(name, "1", dict)
    results.keep_only(["c", "missing", "a"])
    assert list(json.loads(results.path.read_text())["rows"]) == ["c", "a"]


@pytest.mark.parametrize("text", ["", "[]", '{"rows": 3}', '{"rows": {"a": {}}}'])
def test_a_damaged_file_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "result.json"
    path.write_text(text)
    with pytest.raises(InputError, match=r"result\.json must hold an experiment's results"):
        Results(path, {})


def test_fingerprints_differ_with_each_part() -> None:
    parts = [("a",), ("a", 1), ("a", 2), (["a", 1],), ({"a": 1},)]
    assert len({fingerprint(*part) for part in parts}) == len(parts)
