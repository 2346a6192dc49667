"""What fused pictures are worth, from the experiment of that name."""

import json
from collections.abc import Sequence
from functools import partial

from clfnet.usefulness.formats import parts_as_markdown
from experiments.labelled import BAR, INTERVALS, use
from tables.results import EXPERIMENTS

SHORT = ("clfnet", "fast", "average", "maximum", "tone", "detail", "laplacian", "dtcwt")
"""What the README shows."""


def table(only: Sequence[str] = ()) -> str:
    """The five parts of every method, or of some, and which weights were measured."""
    result = json.loads((EXPERIMENTS / "usefulness" / "result.json").read_text("utf-8"))
    rows = {name: row for name, row in result["rows"].items() if name not in (BAR, INTERVALS)}
    rows = {name: row for name, row in rows.items() if not only or name in only}
    models = ", ".join(
        f"{name} {row['model'][:12]}" for name, row in rows.items() if "model" in row
    )
    shown = parts_as_markdown({name: use(row) for name, row in rows.items()})
    return f"{shown}\n`{result['command']}`: weights {models}.\n"


BLOCKS = {"usefulness": table, "usefulness-short": partial(table, SHORT)}
