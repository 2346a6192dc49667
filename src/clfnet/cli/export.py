"""`clfnet export`: turn a training run into a model that `clfnet fuse --model` takes."""

from pathlib import Path
from typing import Annotated

import typer

from clfnet.errors import MissingExtraError


def export(
    run: Annotated[Path, typer.Argument(help="Folder of a training run.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder to write the model's files to.")
    ],
    name: Annotated[str, typer.Option(help="Name of the model.")] = "clfnet",
    overwrite: Annotated[bool, typer.Option(help="Replace files that are there.")] = False,
) -> None:
    """Write NAME.onnx, NAME.safetensors and manifest.json (checksums, recipe, scores)."""
    try:
        from clfnet.training.export import export_run
    except ImportError as error:
        raise MissingExtraError(error.name or "torch", "train") from error
    for path in export_run(run, output, name=name, overwrite=overwrite):
        typer.echo(path)
