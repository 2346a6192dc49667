"""Every way to compute a step trains, and from the same start."""

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
import torch

from clfnet.training.config import parse


def test_every_variant_trains(
    load_script: Callable[[str], ModuleType], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = load_script("benchmarks/training_precision.py")
    small = {"model": {"width": 2, "hidden": 8, "embedding": 4}}
    monkeypatch.setattr(script, "parse", lambda tables: parse({**tables, **small}))
    output, threads = tmp_path / "result.json", torch.get_num_threads()
    try:
        script.main(["--rounds", "1", "--crop", "16", "--output", str(output)])
    finally:
        torch.set_num_threads(threads)
    steps = json.loads(output.read_text())["steps"]
    first = steps["float32"]
    assert len(steps) == 5
    for name, step in steps.items():
        assert step["seconds"] > 0
        assert step["last loss"] == pytest.approx(first["last loss"], rel=0.05), name
    assert steps["bfloat16"]["last loss"] != first["last loss"]
