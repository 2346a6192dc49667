"""How the kept training runs end: which of them copies a source."""

import csv

from tables.results import RESULTS

COLUMNS = {
    "infrared_share": "share won by infrared",
    "validation SCD": "SCD",
    "validation VIF infrared": "VIF with infrared",
    "validation VIF visible": "VIF with visible",
}


def collapse() -> str:
    """The last values of each run's curves."""
    head = f"| run | steps | {' | '.join(COLUMNS.values())} |\n|---|---|{'---|' * len(COLUMNS)}\n"
    return head + "".join(
        _row(path.stem.removeprefix("curves-"), path.read_text("utf-8").splitlines())
        for path in sorted(RESULTS.glob("curves-*.csv"), reverse=True)
    )


def _row(name: str, lines: list[str]) -> str:
    rows = list(csv.DictReader(lines))
    last = {row["name"]: float(row["value"]) for row in rows}
    values = " | ".join(f"{last[column]:.3f}" for column in COLUMNS)
    return f"| {name} | {rows[-1]['step']} | {values} |\n"


BLOCKS = {"collapse": collapse}
