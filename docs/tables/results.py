"""What benchmarks and experiments wrote."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from clfnet.bench.table import machine_line

ROOT = Path(__file__).parents[2]


EXPERIMENTS = ROOT / "experiments"


RESULTS = ROOT / "docs" / "results"


def measured(name: str) -> Any:
    """What a benchmark wrote."""
    return json.loads((RESULTS / f"{name}.json").read_text("utf-8"))


def made_by(result: Mapping[str, Any]) -> str:
    """The command that wrote a result, on which machine, and how busy that was."""
    machine = result["machine"]
    busy = " The machine was busy with other work: trust no second of it."
    told = "" if is_idle(result) else busy
    return f"\n`{result['command']}` on {machine_line(machine)}.{told}\n"


def is_idle(result: Mapping[str, Any]) -> bool:
    """Tell whether a result's machine had little else to do."""
    machine = result["machine"]
    load: float = machine["load_average"] or 0  # in part the benchmark's own, or its forerunner's
    return load <= int(machine["cores"])
