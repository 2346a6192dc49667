"""The keys of recipes, from the dataclasses that read them."""

import inspect
import re
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields
from functools import partial
from typing import Any, Literal, get_args, get_origin, get_type_hints

from clfnet.training import NETWORKS

KINDS: dict[str, tuple[str, ...]] = {"clfnet": (), "fast": ("optimizer", "run")}
"""The kinds of recipe, and which of their tables are left out because another kind has the same."""


def recipe(kind: str) -> str:
    """Every key of a kind of recipe: a row each."""
    hints = get_type_hints(NETWORKS[kind].recipe)
    tables = [each.name for each in fields(NETWORKS[kind].recipe) if each.name not in KINDS[kind]]
    return "| key | default | must be | meaning |\n|---|---|---|---|\n" + "".join(
        f"| `{table}.{name}` | {default} | {bounds} | {meaning} |\n"
        for table in tables
        for name, default, bounds, meaning in _rows(hints[table])
    )


def _rows(config: type[Any]) -> Iterator[tuple[str, str, str, str]]:
    meanings = _attributes(config)
    hints = get_type_hints(config, include_extras=True)
    for field in fields(config):
        yield field.name, _default(field), _bounds(hints[field.name]), meanings[field.name]


def _attributes(config: type[Any]) -> dict[str, str]:
    """What a docstring says of each attribute, on one line."""
    text = inspect.getdoc(config) or ""
    section = re.split(r"\n\n(?=\S)", text.partition("Attributes:\n")[2])[0]
    found = re.findall(r"^    (\w+): (.*(?:\n {8,}.*)*)", section, re.MULTILINE)
    return {name: " ".join(meaning.split()).replace("|", "\\|") for name, meaning in found}


def _default(field: "Field[Any]") -> str:
    if field.default is MISSING:
        return "*required*"
    value = field.default
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{list(value) if isinstance(value, tuple) else value!r}`".replace("'", '"')


def _bounds(hint: Any) -> str:
    """The type, as TOML calls it, and the bounds of a value."""
    if get_origin(hint) is tuple:
        return f"list: {_bounds(get_args(hint)[0])}"
    if get_origin(hint) is Literal:
        return ", ".join(f"`{value}`" for value in get_args(hint))
    base, words = hint, ""
    if hasattr(hint, "__metadata__"):
        base = hint.__origin__
        words = ", ".join(bound.words for bound in hint.__metadata__)
    name = {bool: "boolean", int: "integer", float: "number", str: "string"}[base]
    return f"{name}, {words}" if words else name


BLOCKS = {f"recipe-{kind}": partial(recipe, kind) for kind in KINDS}
