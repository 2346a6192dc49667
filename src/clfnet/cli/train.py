"""`clfnet train`: train a network, or distil one into a student, from a recipe."""

from enum import StrEnum
from math import isfinite
from pathlib import Path
from shlex import quote
from typing import Annotated

import click

from clfnet.cli.command import Argument, Option
from clfnet.errors import ConfigError, MissingExtraError


class Device(StrEnum):
    """What a run runs on."""

    CPU = "cpu"
    CUDA = "cuda"


def train(
    config: Annotated[
        Path | None,
        Argument(help="Recipe (TOML), e.g. configs/clfnet.toml."),
    ] = None,
    output: Annotated[
        Path | None,
        Option("--output", "-o", help="Folder of the run. [default: runs/RECIPE]"),
    ] = None,
    settings: Annotated[
        list[str] | None,
        Option("--set", help="Override one key: table.key=value. Repeatable."),
    ] = None,
    resume: Annotated[Path | None, Option(help="Continue the run in this folder.")] = None,
    device: Annotated[Device, Option(help="Device.")] = Device.CPU,
) -> None:
    """Train a network; Ctrl-C stops it, --resume goes on.

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
        result = training.resume(resume, device=device.value)
    else:
        assert config is not None  # noqa: S101  (for the type checker; refused above)
        recipe = training.load_any(config, settings or ())
        result = training.train(recipe, output or Path("runs") / config.stem, device=device.value)
    if not result.leads:
        return
    if result.signal:
        click.echo(
            f"{result.folder}: stopped after {result.steps} steps. Go on with: clfnet train "
            f"--resume {quote(str(result.folder))}"
            + (f" --device {device.value}" if device is not Device.CPU else "")
        )
        raise click.exceptions.Exit(128 + result.signal)
    score = f", best validation score {result.best:.4f}" if isfinite(result.best) else ""
    click.echo(f"{result.folder}: {result.steps} steps{score}")
