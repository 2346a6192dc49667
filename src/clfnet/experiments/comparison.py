"""Tables II to V and Figs. 7, 12, 17, 18: methods scored on sets of pairs."""

from functools import partial
from pathlib import Path
from typing import Any

from clfnet.evaluation.plots import write_plots
from clfnet.experiments.markdown import intervals, means
from clfnet.experiments.results import Results
from clfnet.experiments.run import Run
from clfnet.experiments.scoring import MODES, compared, depends_on, scores, table_of
from clfnet.experiments.spec import Comparison, Pairs
from clfnet.inference.find import find_compared


def measure(spec: Comparison, run: Run, results: Results) -> None:
    """Score every method on every set; methods whose scores are kept are left alone."""
    tasks = {
        _row(pairs, name): (pairs, name, method)
        for pairs in spec.sets
        for name, method in compared(run.data, pairs, spec.methods)
    }
    for pairs, name, method in run.track(tasks):
        results.row(
            _row(pairs, name),
            depends_on(run.data, pairs, method),
            partial(_scores, run, pairs, method),
        )
    results.keep_only(list(tasks))


def _scores(run: Run, pairs: Pairs, method: str) -> dict[str, Any]:
    return scores(run.data, pairs, find_compared(method), run.work / pairs.name)


def render(spec: Comparison, results: Results, folder: Path) -> str:
    """Return the tables as Markdown, and draw the figures into the folder."""
    parts = []
    for pairs in spec.sets:
        prefix = _row(pairs, "")
        rows = {
            name.removeprefix(prefix): row
            for name, row in results.rows.items()
            if name.startswith(prefix)
        }
        first = table_of(rows, "stretched", "paper")
        count = len(next(iter(first.methods.values())))
        parts.append(f"## {pairs.name}, {count} pairs\n")
        for mode in MODES:
            for dialect in ("paper", "plain"):
                table = table_of(rows, mode, dialect)
                parts.append(f"Fused images {mode}, dialect `{dialect}`:\n")
                parts.append(means(table, spec.paper if dialect == "paper" else None))
        plots = folder / pairs.name.replace(" ", "-").lower()
        write_plots(first, plots, overwrite=True)
        parts.append(f"Every image (stretched, `paper`):\n\n![curves]({plots.name}/curves.png)\n")
        parts.append(
            f"![overview]({plots.name}/overview.png)\n\n![ranks]({plots.name}/ranks.png)\n"
        )
        parts.append(
            f"Difference of the means from `{spec.baseline}` (stretched, `paper`), with the 95 % "
            "interval of the paired bootstrap over the images; bold where it leaves zero out:\n"
        )
        parts.append(intervals(first, spec.baseline))
    return "\n".join(parts)


def _row(pairs: Pairs, method: str) -> str:
    return f"{pairs.name}: {method}"
