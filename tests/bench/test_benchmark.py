"""What benchmarks/bench.py does besides calling the library, and what it found."""

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def benchmark(load_script: Callable[[str], ModuleType]) -> ModuleType:
    return load_script("benchmarks/bench.py")


def report(width: int, seconds: float, **more: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "model": "m",
        "threads": 1,
        "backend": None,
        "width": width,
        "height": 1000,
    }
    row |= {"network": {"cpu_seconds": {"median": seconds}}}
    return {"machine": "first", "rows": [row], "fits": [], "notes": ["same"]} | more


def test_sizes_are_put_together_and_fitted(benchmark: ModuleType) -> None:
    found = benchmark.added(report(2000, 4.5), report(1000, 2.5, machine="second"))
    assert [row["width"] for row in found["rows"]] == [1000, 2000]
    assert found["machine"] == "first"
    assert found["notes"] == ["same"]
    (fitted,) = found["fits"]
    assert (fitted["per_megapixel"], fitted["fixed"]) == (2, 0.5)


def test_cost_grows_linearly_with_pixels() -> None:
    """What docs/bench.md says, of the figures that are kept."""
    kept = json.loads((ROOT / "docs" / "results" / "bench.json").read_text("utf-8"))
    assert all("error" not in row for row in kept["rows"])
    of_networks = [each for each in kept["fits"] if each["kind"] == "network"]
    assert {each["model"] for each in of_networks} >= {"clfnet"}
    assert all(0.85 < each["exponent"] < 1.15 for each in of_networks)
