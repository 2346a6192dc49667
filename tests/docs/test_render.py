"""The README's tables are those of the committed results."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("render", ROOT / "docs" / "render.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_readme_is_rendered(script: ModuleType) -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert script.render(text) == text, "run `make docs`"


def test_results_are_of_the_shipped_weights(script: ModuleType) -> None:
    shipped = json.loads(script.MANIFEST.read_text("utf-8"))["clfnet"]["onnx"]["sha256"]
    for path in script.RESULTS.glob("*.json"):
        assert json.loads(path.read_text("utf-8"))["model"] == shipped, "run `make scores`"
