"""The tables of the documents are those of the committed results and of the registry."""

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType

import pytest

from clfnet.metrics import DIALECTS

ROOT = Path(__file__).parents[2]


@pytest.fixture
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("render", ROOT / "docs" / "render.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["README.md", "docs/metrics.md", "docs/align.md"])
def test_document_is_rendered(name: str, script: ModuleType) -> None:
    assert ROOT / name in script.DOCUMENTS
    text = (ROOT / name).read_text("utf-8")
    assert script.render(text) == text, "run `make docs`"


def test_every_metric_is_in_its_table_and_was_timed() -> None:
    text = (ROOT / "docs" / "metrics.md").read_text("utf-8")
    for metric in {id(m): m for known in DIALECTS.values() for m in known.values()}.values():
        assert f"| {metric.title} |" in text
        assert re.search(rf"^\| {metric.name} \| `\w+` \| [\d.]+ \|$", text, re.MULTILINE)


def test_results_are_of_the_shipped_weights(script: ModuleType) -> None:
    shipped = json.loads(script.MANIFEST.read_text("utf-8"))["clfnet"]["onnx"]["sha256"]
    for experiment in script.SCORES.values():
        result = json.loads((script.EXPERIMENTS / experiment / "result.json").read_text("utf-8"))
        models = {name: row["model"] for name, row in result["rows"].items() if "model" in row}
        assert set(models.values()) == {shipped}, f"run `clfnet reproduce {experiment}`"
        assert any(name.endswith(": clfnet") for name in models)
