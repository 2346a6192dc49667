"""What fusing costs: `python benchmarks/bench.py`, a part of `make bench`.

Writes docs/results/bench.json and docs/images/cost.png: all shipped models at all sizes, with one
thread and with all cores. On two idle cores it takes some ten minutes, most of them for 4K. The
files are written after every size; `--resume` keeps the sizes that are there.
"""

import argparse
import json
import os
import sys
from pathlib import Path

from clfnet.bench import SIZES, Size, candidates, run, table, write_plot
from clfnet.bench.report import Report, fits
from clfnet.weights import load_manifest

DOCS = Path(__file__).parents[1] / "docs"
RESULT = DOCS / "results" / "bench.json"


def tell(task: str, done: int, total: int) -> None:
    """Say what is done next."""
    sys.stderr.write(f"[{done}/{total}] {task}\n")


def added(report: Report, more: Report) -> Report:
    """Put two reports together, by size."""
    rows = sorted(report["rows"] + more["rows"], key=lambda row: row["width"] * row["height"])
    notes = list(dict.fromkeys(report["notes"] + more["notes"]))
    return report | {"rows": rows, "fits": fits(rows), "notes": notes}


def write(report: Report) -> None:
    """Write the report, and the plot as soon as there are two sizes."""
    RESULT.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    if report["fits"]:
        write_plot(report, DOCS / "images" / "cost.png", overwrite=True)


def main() -> None:
    """Measure, write and print."""
    parser = argparse.ArgumentParser(description="What fusing costs.")
    parser.add_argument("--resume", action="store_true", help="keep the sizes that are there")
    resume = parser.parse_args().resume and RESULT.exists()
    report = json.loads(RESULT.read_text("utf-8")) if resume else None
    done = {Size(row["width"], row["height"]) for row in report["rows"]} if report else set()
    these = candidates(load_manifest(), sorted({1, os.cpu_count() or 1}))
    for size in SIZES.values():
        if size not in done:
            found = {"command": "python benchmarks/bench.py"} | run(these, [size], tell=tell)
            report = added(report, found) if report else found
            write(report)
    if report:
        sys.stdout.write(table(report))
        sys.exit("\n".join(row["error"] for row in report["rows"] if "error" in row) or 0)


if __name__ == "__main__":
    main()
