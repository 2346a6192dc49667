"""The GPU's benchmark runs where there is none, to show that it works."""

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from clfnet.training.config import parse


def test_it_measures_every_precision(
    load_script: Callable[[str], ModuleType], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = load_script("benchmarks/training_gpu.py")
    small = {"model": {"width": 2, "hidden": 8, "embedding": 4}, "loss": {"samples": 8}}
    monkeypatch.setattr(script, "parse", lambda tables: parse({**tables, **small}))
    output = tmp_path / "result.json"
    script.main(["--device", "cpu", "--steps", "3", "--crop", "16", "--output", str(output)])
    result = json.loads(output.read_text())
    assert list(result["milliseconds"]) == [f"{n}, operators" for n in script.PRECISIONS]
    for row in result["milliseconds"].values():
        assert 0 < row["processor"] <= row["step"]
        assert row["run in minutes"] == pytest.approx(row["step"] * 20140 / 60000)
