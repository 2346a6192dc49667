"""`clfnet convert`: the weights of a method's authors for this project's network of it."""

from pathlib import Path
from typing import Annotated

import click

from clfnet.cli.command import Argument, Option
from clfnet.errors import ConfigError, MissingExtraError


def convert(
    method: Annotated[str, Argument(help="E.g. densefuse; see docs/methods.md.")],
    files: Annotated[
        list[Path],
        Argument(
            help="The authors' files: a PyTorch state dict, a TensorFlow checkpoint (.index), "
            "Keras weights (.h5) or .safetensors.",
        ),
    ],
    output: Annotated[Path, Option("--output", "-o", help="A .safetensors or an .onnx file.")],
    option: Annotated[
        list[str] | None,
        Option(help="Choose how the network works: name=value. Repeatable."),
    ] = None,
    overwrite: Annotated[bool, Option(help="Replace a file that is there.")] = False,
) -> None:
    """Make a model from weights that a method's authors published.

    Nothing is downloaded.

    Fuse with it: clfnet fuse IR VIS -o OUT --model FILE.onnx
    """
    try:
        from clfnet.training.convert import convert_release
    except ImportError as error:
        raise MissingExtraError(error.name or "torch", "train") from error
    options = dict(_pair(each) for each in option or ())
    unused = convert_release(method, files, output, options=options, overwrite=overwrite)
    if unused:
        named = ", ".join(unused[:3]) + (", ..." if len(unused) > 3 else "")
        click.echo(f"{len(unused)} tensors were not used: {named}", err=True)
    click.echo(output)


def _pair(option: str) -> tuple[str, str]:
    name, equals, value = option.partition("=")
    if not equals:
        raise ConfigError(f"`--option` must look like name=value, got {option!r}.")
    return name, value
