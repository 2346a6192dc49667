"""What fusing costs: `python benchmarks/bench.py`, a part of `make bench`.

Writes docs/results/bench.json and docs/images/cost.png: all shipped models at all sizes, with one
thread and with all cores. On two idle cores it takes some ten minutes, most of them for 4K.
"""

import json
import os
import sys
from pathlib import Path

from clfnet.bench import SIZES, candidates, run, table, write_plot
from clfnet.weights import load_manifest

DOCS = Path(__file__).parents[1] / "docs"


def tell(task: str, done: int, total: int) -> None:
    """Say what is done next."""
    sys.stderr.write(f"[{done}/{total}] {task}\n")


def main() -> None:
    """Measure, print and write."""
    threads = sorted({1, os.cpu_count() or 1})
    report = run(candidates(load_manifest(), threads), list(SIZES.values()), tell=tell)
    sys.stdout.write(table(report))
    failed = [row["error"] for row in report["rows"] if "error" in row]
    if failed:
        sys.exit(f"Nothing is written: {failed[0]}")
    text = json.dumps({"command": "python benchmarks/bench.py"} | report, indent=2) + "\n"
    (DOCS / "results" / "bench.json").write_text(text, encoding="utf-8")
    write_plot(report, DOCS / "images" / "cost.png", overwrite=True)


if __name__ == "__main__":
    main()
