"""`clfnet models`: what is shipped."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import click

from clfnet.cli.command import Option

if TYPE_CHECKING:
    from clfnet.weights import Model


def models(
    as_json: Annotated[
        bool, Option("--json", help="Print all details as JSON, including the recipe.")
    ] = False,
    methods: Annotated[
        bool, Option("--methods", help="List the classical rules that --model takes.")
    ] = False,
) -> None:
    """List the shipped models: parameters, size, checksum and scores."""
    from clfnet.methods import METHODS
    from clfnet.weights import load_manifest

    if methods:
        click.echo(json.dumps([*METHODS]) if as_json else "\n".join(METHODS))
        return
    entries = {name: _entry(model) for name, model in load_manifest().items()}
    if as_json:
        click.echo(json.dumps(entries, indent=2))
        return
    if not entries:
        click.echo("clfnet: no model is shipped with this version.", err=True)
    for name, entry in entries.items():
        click.echo(name)
        for key, value in entry.items():
            if key != "config":
                click.echo(f"  {key:<12}{_readable(value)}")


def _entry(model: "Model") -> dict[str, Any]:
    path = model.onnx.path
    size = path.stat().st_size if path.is_file() else None
    return {"file": str(path), "bytes": size, "sha256": model.onnx.sha256, **model.card}


def _readable(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_readable(inner)}" for key, inner in value.items())
    if isinstance(value, list):
        return ", ".join(map(_readable, value))
    if isinstance(value, float):
        return f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) else str(value)
