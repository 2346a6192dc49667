"""`clfnet reproduce`: make a table or figure of the paper again."""

import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Annotated

import click

import clfnet
from clfnet.cli.command import Argument, Option
from clfnet.errors import InputError


def reproduce(
    name: Annotated[
        str | None,
        Argument(help="Experiment, e.g. table2; without it, all are listed."),
    ] = None,
    budget: Annotated[
        float | None,
        Option(metavar="FRACTION", help="Fraction of the full training; 1 is all of it."),
    ] = None,
    data: Annotated[Path, Option(help="The data folder.")] = Path("../shared/data"),
    experiments: Annotated[Path, Option(help="Folder of the experiments.")] = Path("experiments"),
    output: Annotated[
        Path | None,
        Option("--output", "-o", help="Folder of the results. [default: EXPERIMENTS/NAME]"),
    ] = None,
    fresh: Annotated[bool, Option("--fresh", help="Recompute rows that exist already.")] = False,
    check: Annotated[
        bool,
        Option("--check", help="Only tell what of the data is missing; 2 if anything is."),
    ] = False,
) -> None:
    """Make a table or figure of the paper again, or go on with it."""
    library = _library()
    if check:
        _check(library, [name] if name else list(library.names(experiments)), data, experiments)
        return
    if name is None:
        for each, title in library.names(experiments).items():
            click.echo(f"{each:12} {title}")
        return
    made = library.reproduce(
        name,
        data=data,
        experiments=experiments,
        output=output,
        budget=budget,
        fresh=fresh,
        report=_report,
    )
    for path in (made.readme, made.result, made.work):
        click.echo(path)


def _check(library: ModuleType, names: list[str], data: Path, experiments: Path) -> None:
    """Print what each experiment lacks.

    Raises:
        Exit: with 2, something is missing.
    """
    complete = True
    for name in names:
        lacks = library.missing(name, data=data, experiments=experiments)
        complete = complete and not lacks
        click.echo(f"{name:12} {'missing: ' + ', '.join(map(str, lacks)) if lacks else 'complete'}")
    if not complete:
        raise click.exceptions.Exit(2)


def _library() -> ModuleType:
    """Import the code of the experiments, which lies beside them: not in the package."""
    for root in (Path.cwd(), Path(clfnet.__file__).parents[2]):
        if (root / "experiments/reproduce.py").is_file():
            sys.path.insert(0, str(root))
            return import_module("experiments")
    raise InputError(
        "`clfnet reproduce` needs the repository's folder `experiments`, which an installed "
        "package does not have. Call it in a checkout of the repository."
    )


def _report(task: str, done: int, total: int) -> None:
    """A line and not a bar: training draws its own, and two at a time would clash."""
    click.echo(f"[{done}/{total}] {task}", err=True)
