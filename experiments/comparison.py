"""Tables II to V and Figs. 7, 12, 17, 18: methods scored on sets of pairs."""

from functools import partial
from typing import Any

from clfnet import weights
from clfnet.evaluation import Table
from clfnet.evaluation.plots import write_plots
from clfnet.inference.find import find_compared
from experiments.markdown import intervals, means
from experiments.results import Results
from experiments.run import Run
from experiments.scoring import COLUMNS, Columns, compared, depends_on, scores, table_of
from experiments.spec import Comparison, Pairs

_WORDS = {"unstretched": "as they come", "stretched": "stretched to 0..255"}


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
            depends_on(run.data, pairs, method, _columns(spec)),
            partial(_scores, spec, run, pairs, method),
        )
    results.keep_only(list(tasks))
    for pairs in spec.sets:
        write_plots(_table(spec, pairs, results), run.output / _slug(pairs), overwrite=True)


def render(spec: Comparison, results: Results) -> str:
    """Return the tables as Markdown."""
    parts = []
    main, mode = next(iter(_columns(spec))), spec.modes[-1]
    for pairs in spec.sets:
        first = _table(spec, pairs, results)
        count = len(next(iter(first.methods.values())))
        parts.append(f"## {pairs.name}, {count} pairs\n")
        for each in spec.modes:
            for dialect in _columns(spec):
                table = _table(spec, pairs, results, each, dialect)
                parts.append(f"Fused images {_WORDS[each]}, dialect `{dialect}`:\n")
                parts.append(means(table, spec.paper if dialect == main else None))
        parts.append(f"Every image, the means and the ranks ({mode}, `{main}`):\n")
        parts += [
            f"![{plot}]({_slug(pairs)}/{plot}.png)\n" for plot in ("curves", "overview", "ranks")
        ]
        parts.append(
            f"Difference of the means from `{spec.baseline}` ({mode}, `{main}`), with the 95 % "
            "interval of the paired bootstrap over the images; bold where it leaves zero out:\n"
        )
        parts.append(intervals(first, spec.baseline))
    return "\n".join(parts)


def _columns(spec: Comparison) -> Columns:
    return spec.columns or COLUMNS


def _scores(spec: Comparison, run: Run, pairs: Pairs, method: str) -> dict[str, Any]:
    """The row of a method; a shipped model's says which weights it had."""
    model = weights.load_manifest().get(method)
    found = scores(
        run.data,
        pairs,
        find_compared(method),
        run.work / _slug(pairs),
        columns=_columns(spec),
        modes=spec.modes,
    )
    return ({"model": model.onnx.sha256} if model else {}) | found


def _table(
    spec: Comparison, pairs: Pairs, results: Results, mode: str = "", dialect: str = ""
) -> Table:
    """A set's table: of the last mode and the first dialect if none is named."""
    prefix = _row(pairs, "")
    rows = {
        name.removeprefix(prefix): row
        for name, row in results.rows.items()
        if name.startswith(prefix)
    }
    columns = _columns(spec)
    return table_of(rows, mode or spec.modes[-1], dialect or next(iter(columns)), columns)


def _slug(pairs: Pairs) -> str:
    """The folder of a set."""
    return pairs.name.replace(" ", "-").lower()


def _row(pairs: Pairs, method: str) -> str:
    return f"{pairs.name}: {method}"
