"""The tables of the documents are those of the committed results and of the registry."""

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from clfnet.metrics import DIALECTS
from clfnet.weights import load_manifest

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "docs" / "results"
MANIFEST = ROOT / "src" / "clfnet" / "weights" / "manifest.json"
PAGES = [*sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "docs/methods").glob("*.md"))]


@pytest.fixture
def script(load_script: Callable[[str], ModuleType]) -> ModuleType:
    return load_script("docs/render.py")


@pytest.mark.parametrize(
    "name", [str(path.relative_to(ROOT)) for path in PAGES] + ["README.md", "MODEL_CARD.md"]
)
def test_document_is_rendered(name: str, script: ModuleType) -> None:
    assert ROOT / name in script.DOCUMENTS
    text = (ROOT / name).read_text("utf-8")
    assert script.render(text) == text, "run `make docs`"


def test_every_metric_is_in_its_table() -> None:
    """Its time may be missing: that takes a quiet machine."""
    text = (ROOT / "docs" / "metrics.md").read_text("utf-8")
    for metric in {id(m): m for known in DIALECTS.values() for m in known.values()}.values():
        assert f"| {metric.title} |" in text


def test_results_are_of_the_shipped_weights() -> None:
    shipped = {name: model.onnx.sha256 for name, model in load_manifest().items()}
    for experiment in ("table2", "table3"):
        result = json.loads((ROOT / "experiments" / experiment / "result.json").read_text("utf-8"))
        rows = {name.partition(": ")[2]: row for name, row in result["rows"].items()}
        models = {name: row["model"] for name, row in rows.items() if "model" in row}
        assert "clfnet" in models
        expected = {name: shipped[name] for name in models}
        assert models == expected, f"run `clfnet reproduce {experiment}`"
    colour = json.loads((RESULTS / "colour.json").read_text("utf-8"))
    assert colour["model"] == shipped["clfnet"], "run `python benchmarks/colour.py`"


SHIFT = {"bt601": 2, "linear": 4}
"""ΔE of a*b*: linear light scales the chroma by as much as the luma changes."""


def test_fusing_keeps_colour() -> None:
    """What docs/colour.md says of the measured pairs."""
    result = json.loads((RESULTS / "colour.json").read_text("utf-8"))
    assert len(result["pairs"]) == 10
    for name, pair in result["pairs"].items():
        for space in ("bt601", "linear"):
            guarded, unguarded = pair[space]["guarded"], pair[space]["unguarded"]
            assert guarded["off_luma"] == 0
            assert guarded["shift_lit"] == unguarded["shift_lit"] < SHIFT[space]
            assert guarded["hue"] < 2
            assert guarded["noise_dark"] < 1
            if name.endswith("N") and guarded["noise_raised"] is not None:
                assert guarded["noise_raised"] < 1 < unguarded["noise_raised"]


def test_the_card_tells_of_every_kind(script: ModuleType) -> None:
    cards = script.BLOCKS["card"]().split("\n\n")
    full, fast, *_ = cards
    assert [card.split("`")[1] for card in cards] == list(json.loads(MANIFEST.read_text("utf-8")))
    loss = json.loads(MANIFEST.read_text("utf-8"))["clfnet"]["config"]["loss"]
    assert f"{loss['lambda1']} patchNCE (samples {loss['samples']}, temperature" in full
    for weight, name in {"lambda2": "M-SSIM", "intensity": "intensity", "base": "base"}.items():
        assert (f"{loss.get(weight)} {name} (" in full) == bool(loss.get(weight)), name
    assert "| teacher | `clfnet` |" in fast
    assert "blocks of 32 channels at 1/2 of the resolution" in fast


def test_networks_of_the_literature_have_a_card(script: ModuleType) -> None:
    entries = json.loads((MANIFEST.parent / "rivals" / MANIFEST.name).read_text("utf-8"))
    rows = [line.strip("| ").split(" | ") for line in script.BLOCKS["card-rivals"]().splitlines()]
    assert rows[0] == [f"`{name}`" for name in entries]
    facts = {title: values for title, *values in rows[2:]}
    assert facts["ONNX sha256"] == [f"`{each['onnx']['sha256']}`" for each in entries.values()]
    assert facts["excluded"] == ["03, 04, 34"] * len(entries)  # of TNO, those with labels


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 150


def test_the_collapse_is_in_the_curves(script: ModuleType) -> None:
    """What docs/collapse.md says of the kept runs."""
    rows = [line.split(" | ") for line in script.BLOCKS["collapse"]().splitlines()[2:]]
    (paper,) = (row for row in rows if row[0] == "| paper")
    (ours,) = (row for row in rows if row[0] == "| cpu")
    assert float(paper[2]) > 0.9  # of the places
    assert float(paper[5].rstrip(" |")) < 0.1 < float(ours[5].rstrip(" |"))
