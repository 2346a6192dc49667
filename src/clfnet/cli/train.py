"""`clfnet train`: train a network, or distil one into a student, from a recipe."""

from math import isfinite
from pathlib import Path
from typing import Annotated

import typer

from clfnet.errors import ConfigError, MissingExtraError


def train(
    config: Annotated[
        Path | None, typer.Argument(help="The recipe, e.g. configs/cpu.toml.", show_default=False)
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The run's folder. [default: runs/RECIPE]"),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", help="Override one key: table.key=value. Repeatable."),
    ] = None,
    resume: Annotated[
        Path | None, typer.Option(help="Continue the run in this folder.", show_default=False)
    ] = None,
) -> None:
    """Train a network, or a student of one; Ctrl-C stops it, --resume goes on bit for bit.

    Several processes: torchrun --nproc-per-node N -m clfnet train RECIPE.
    """
    if (config is None) == (resume is None):
        raise ConfigError("Give either a recipe or --resume with a run's folder.")
    try:
        from clfnet import training
    except ImportError as error:
        raise MissingExtraError(error.name or "torch", "train") from error
    if resume is not None:
        if settings or output:
            raise ConfigError("--resume takes the run's own recipe: leave out --set and --output.")
        result = training.resume(resume)
    else:
        assert config is not None  # noqa: S101  (for the type checker; refused above)
        recipe = training.load_any(config, settings or ())
        result = training.train(recipe, output or Path("runs") / config.stem)
    if not result.leads:
        return
    score = f", best validation score {result.best:.4f}" if isfinite(result.best) else ""
    typer.echo(f"{result.folder}: {result.steps} steps{score}")
