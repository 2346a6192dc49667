"""Run an experiment: measure what is missing, keep it, render its README."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from clfnet.errors import ConfigError, InputError, MissingExtraError
from clfnet.io.files import write_atomic
from clfnet.io.toml import known
from experiments.results import Results
from experiments.run import Run
from experiments.spec import (
    Comparison,
    Cost,
    Figures,
    Labelled,
    Sheets,
    Spec,
    Sweep,
    load_spec,
    needs,
)

EXPERIMENTS = Path("experiments")
"""Where the experiments are, relative to the project's folder."""

_MODULES: dict[type[Any], str] = {
    Comparison: "comparison",
    Sweep: "sweep",
    Cost: "cost",
    Figures: "figures",
    Labelled: "labelled",
    Sheets: "sheets",
}


@dataclass(frozen=True)
class Reproduced:
    """What an experiment leaves.

    Attributes:
        readme: the rendered tables.
        result: the values.
        work: images and trained networks.
    """

    readme: Path
    result: Path
    work: Path


def names(experiments: Path = EXPERIMENTS) -> dict[str, str]:
    """Return by name the title of every experiment.

    Raises:
        ConfigError: there is none, or one of them is not valid.
    """
    found = {path.parent.name: load_spec(path) for path in experiments.glob("*/experiment.toml")}
    if not found:
        raise ConfigError(
            f"{experiments} must hold experiments, but has none. Call this in the project's folder."
        )
    return {name: found[name].title for name in sorted(found, key=_order)}


def missing(name: str, *, data: Path, experiments: Path = EXPERIMENTS) -> list[Path]:
    """Return what an experiment reads and the data folder lacks.

    Raises:
        ConfigError: there is no such experiment, or it is not valid.
    """
    known(name, list(names(experiments)), "experiment")
    needed = needs(load_spec(experiments / name / "experiment.toml"))
    return [data / path for path in needed if not (data / path).exists()]


def reproduce(
    name: str,
    *,
    data: Path,
    experiments: Path = EXPERIMENTS,
    output: Path | None = None,
    work: Path | None = None,
    budget: float | None = None,
    fresh: bool = False,
    report: Callable[[str, int, int], object] | None = None,
) -> Reproduced:
    """Make a table or figure of the paper.

    Rows that are done are kept, so that a table may be filled in several sittings; training goes on
    from its last checkpoint.

    Args:
        name: of the experiment's folder, e.g. "table2".
        data: the data folder.
        experiments: where the experiments are.
        output: folder of `result.json`, `README.md` and plots; the experiment's own by default.
        work: folder of fused images and trained networks; runs/experiments/NAME by default.
        budget: share of the full training, where something is trained: above 0, up to 1; by default
            what the experiment says.
        fresh: make all rows anew.
        report: told what is done next, how many are done, of how many.

    Returns:
        Where its files are.

    Raises:
        ConfigError: there is no such experiment, or its config or the budget is not valid.
        InputError: the data cannot be used, or the output holds results of another budget.
        MissingExtraError: an extra is not installed.
    """
    known(name, list(names(experiments)), "experiment")
    spec = load_spec(experiments / name / "experiment.toml")
    _check_budget(budget, spec)
    lacks = missing(name, data=data, experiments=experiments)
    if lacks:
        raise InputError(
            f"{lacks[0]} must be there for {name}, but is not"
            f"{f', nor are {len(lacks) - 1} more' if len(lacks) > 1 else ''}. Name the data folder "
            "by --data; docs/data.md says what lies in it and where that comes from."
        )
    folder = output or experiments / name
    run = Run(data, folder, work or Path("runs") / "experiments" / name, budget, report)
    results = Results(folder / "result.json", _head(name, spec, budget), fresh=fresh)
    module = _module(spec)
    module.measure(spec, run, results)
    readme = folder / "README.md"
    write_atomic(readme, render(name, spec, results).encode(), overwrite=True)
    return Reproduced(readme, results.path, run.work)


def render(name: str, spec: Spec, results: Results) -> str:
    """Return the README of an experiment."""
    parts = [
        f"# {spec.title}\n",
        f"`{results.head['command']}`\n",
        *([spec.note.strip() + "\n"] if spec.note else []),
        _module(spec).render(spec, results),
        f"*Rendered from `result.json` by the command above; what `{name}` is, is in "
        "`experiment.toml`.*\n",
    ]
    return "\n".join(parts)


def _module(spec: Spec) -> Any:
    """The module of an experiment's kind; those that train need the extra `train`."""
    try:
        return import_module(f"experiments.{_MODULES[type(spec)]}")
    except ImportError as error:
        if isinstance(error, MissingExtraError):
            raise
        raise MissingExtraError(error.name or "torch", "train") from error


def _head(name: str, spec: Spec, budget: float | None) -> dict[str, Any]:
    command = f"clfnet reproduce {name}"
    if not isinstance(spec, Sweep):
        return {"command": command}
    share = spec.budget if budget is None else budget
    return {"command": f"{command} --budget {share:g}", "budget": share}


def _check_budget(budget: float | None, spec: Spec) -> None:
    if budget is None:
        return
    if not isinstance(spec, Sweep):
        raise ConfigError(f"`budget` must be left out, since nothing is trained, got {budget}.")
    if not 0 < budget <= 1:
        raise ConfigError(f"`budget` must be above 0 and at most 1, got {budget}.")


def _order(name: str) -> tuple[str, int]:
    """So that table10 follows table9."""
    digits = "".join(c for c in name if c.isdigit())
    return name.rstrip("0123456789-"), int(digits or 0)
