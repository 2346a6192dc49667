"""`clfnet export`: turn a training run into a model, or a model into a graph for other runtimes."""

import re
from pathlib import Path
from typing import Annotated

import click

from clfnet.cli.command import Argument, Option
from clfnet.errors import ConfigError, MissingExtraError


def export(
    model: Annotated[
        str,
        Argument(
            help="Folder of a training run; with --plain also a .safetensors file or the name of a "
            "shipped model."
        ),
    ],
    output: Annotated[Path, Option("--output", "-o", help="Folder to write the model's files to.")],
    name: Annotated[
        str | None,
        Option(help="Name of the model.", show_default="clfnet; that of the model with --plain"),
    ] = None,
    plain: Annotated[
        bool,
        Option(
            "--plain",
            help="Write one ONNX graph of a fixed size without If and Shape, for OpenCV, TensorRT, "
            "ncnn and other runtimes.",
        ),
    ] = False,
    size: Annotated[
        str | None,
        Option(metavar="HEIGHTxWIDTH", help="Size of the images, with --plain: 480x640."),
    ] = None,
    overwrite: Annotated[bool, Option(help="Replace files that are there.")] = False,
) -> None:
    """Write a trained model as ONNX and safetensors.

    manifest.json beside NAME.onnx and NAME.safetensors has checksums, recipe and scores.

    With --plain: NAME-HEIGHTxWIDTH.onnx.
    """
    if plain != (size is not None):
        raise ConfigError(
            "`size` must be given with --plain, and only with it. Write e.g. --plain --size "
            "480x640 (height x width)."
        )
    try:
        from clfnet.training.export import export_plain, export_run
    except ImportError as error:
        raise MissingExtraError(error.name or "torch", "train") from error
    if size is not None:
        click.echo(export_plain(model, output, _sides(size), name=name, overwrite=overwrite))
        return
    for path in export_run(Path(model), output, name=name or "clfnet", overwrite=overwrite):
        click.echo(path)


def _sides(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"([0-9]{1,6})[x×]([0-9]{1,6})", text)
    if not found:
        raise ConfigError(
            f"`size` must be HEIGHTxWIDTH, got {text!r:.60}. Write e.g. 480x640 for images 640 "
            f"pixels wide."
        )
    return int(found[1]), int(found[2])
