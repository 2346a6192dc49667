"""TOML files → frozen dataclasses, every key and value checked."""

import tomllib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import UnionType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from clfnet.errors import ConfigError, did_you_mean, one_line
from clfnet.io.files import open_input

T = TypeVar("T")

_MOST = 2**18  # bytes: more than any recipe has; a parser takes long for what is nested deep
_DOTS = 1000  # a line: the parser takes memory by the square of a dotted key's length


def read_toml(path: Path) -> dict[str, Any]:
    """Return the tables of a TOML file.

    Raises:
        ConfigError: the file cannot be read, or is no TOML.
    """
    try:
        with open_input(path) as file:
            data = file.read(_MOST + 1)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}. Check the path.") from error
    if len(data) > _MOST:
        raise ConfigError(f"{path} must have at most {_MOST} bytes. Take out what is not needed.")
    if any(line.count(b".") > _DOTS for line in data.splitlines()):
        raise ConfigError(f"{path} must have at most {_DOTS} dots a line. Break the line.")
    try:
        return tomllib.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:  # of depth, or of a number's digits, too
        raise ConfigError(f"{path} is not valid TOML: {one_line(error)}.") from error


def build(kind: type[T], values: Any, where: str = "") -> T:
    """Make a dataclass from a table.

    Args:
        kind: a dataclass; its fields are bool, int, float, str, a `Literal`, another dataclass, or
            a `tuple[..., ...]` or `Mapping[str, ...]` of these. One string may stand for a list of
            one.
        values: the table.
        where: its name, for messages.

    Returns:
        The dataclass; what the table leaves out has its default.

    Raises:
        ConfigError: an unknown key (the nearest is suggested), a missing one or a value of another
            type; named.

    Example:
        >>> from dataclasses import dataclass
        >>> @dataclass(frozen=True)
        ... class Box:
        ...     side: float
        ...     names: tuple[str, ...] = ()
        >>> build(Box, {"side": 2})
        Box(side=2.0, names=())
    """
    if not isinstance(values, Mapping):
        raise ConfigError(f"`{where}` must be a table, got {values!r}.")
    hints = get_type_hints(kind)
    given = {}
    for key, value in values.items():
        name = known(key, list(hints), "key", where)
        given[name] = _value(f"{where}.{key}" if where else key, hints[name], value)
    missing = [
        f.name
        for f in fields(kind)  # type: ignore[arg-type]  # T is a dataclass, which no bound can say
        if f.name not in given and f.default is f.default_factory  # both MISSING: required
    ]
    if missing:
        raise ConfigError(f"`{f'{where}.' if where else ''}{missing[0]}` must be given.")
    return kind(**given)


def known(name: str, names: list[str], what: str, where: str = "") -> str:
    """Return the name if it is one of `names`; else suggest the nearest.

    Raises:
        ConfigError: it is not.
    """
    if name in names:
        return name
    place = f" in `{where}`" if where else ""
    raise ConfigError(f"Unknown {what} `{name}`{place}. {did_you_mean(name, names)}")


def _value(name: str, kind: Any, value: Any) -> Any:
    origin, arguments = get_origin(kind), get_args(kind)
    if is_dataclass(kind):
        return build(kind, value, name)  # type: ignore[arg-type]  # a class, not an instance
    if origin is Literal:
        if value not in arguments:
            choices = ", ".join(map(repr, arguments))
            raise ConfigError(f"`{name}` must be one of {choices}, got {value!r}.")
        return value
    if origin is tuple:
        return _tuple(name, arguments[0], value)
    if origin is not None and issubclass(origin, Mapping):
        if not isinstance(value, Mapping):
            raise ConfigError(f"`{name}` must be a table, got {value!r}.")
        return {key: _value(f"{name}.{key}", arguments[1], of) for key, of in value.items()}
    accepted: type | UnionType = int | float if kind is float else kind
    if not isinstance(value, accepted) or (isinstance(value, bool) and kind is not bool):
        raise ConfigError(f"`{name}` must be {kind.__name__}, got {value!r}.")
    return kind(value)


def _tuple(name: str, kind: Any, value: Any) -> tuple[Any, ...]:
    words = {str: "strings", float: "numbers", int: "integers"}
    if kind is str and isinstance(value, str):
        return (value,)
    if not isinstance(value, list | tuple):
        raise ConfigError(f"`{name}` must be a list of {words.get(kind, 'tables')}, got {value!r}.")
    if kind is str and not all(isinstance(item, str) for item in value):
        raise ConfigError(f"`{name}` must be a list of strings, got {value!r}.")
    return tuple(_value(f"{name}[{index}]", kind, item) for index, item in enumerate(value))
