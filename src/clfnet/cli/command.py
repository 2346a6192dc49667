"""Commands of click from functions, whose signatures say what the command line takes.

::

    def models(as_json: Annotated[bool, Option("--json", help="Print JSON.")] = False) -> None: ...

    command(models)  # a click.Command

A parameter without default must be given. Types are `str`, `int`, `float`, `bool`, `Path`, enums of
strings, and lists of these.
"""

import inspect
from collections.abc import Callable, Sequence
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

import click

from clfnet.cli.examples import epilog

PLAIN = "Options"
"""The heading of the help for options that stand under no other."""


class Argument:
    """A positional argument.

    Args:
        help: what it is.
        metavar: how the help names it; its name in capitals by default.
    """

    def __init__(self, *, help: str, metavar: str | None = None) -> None:  # noqa: A002
        self.facts: dict[str, Any] = {"help": help, "metavar": metavar}


class Option:
    """An option.

    Args:
        *flags: its names; by default that of the parameter.
        help: what it does.
        metavar: how the help names its value; its type by default.
        show_default: what the help says in the place of its default.
        min: the least number.
        max: the greatest number.
        envvar: the environment variable that it is read from if it is not given.
        parser: makes a value of the text.
        choices: what a shell completes it to.
        group: heading of the help that it stands under.
    """

    def __init__(
        self,
        *flags: str,
        help: str,  # noqa: A002
        metavar: str | None = None,
        show_default: str | None = None,
        min: float | None = None,  # noqa: A002
        max: float | None = None,  # noqa: A002
        envvar: str | None = None,
        parser: Callable[[str], Any] | None = None,
        choices: Sequence[str] = (),
        group: str = PLAIN,
    ) -> None:
        self.flags = flags
        self.bounds = min, max
        self.parser = parser
        self.group = group
        self.facts: dict[str, Any] = {
            "help": help,
            "metavar": metavar,
            "show_default": show_default or True,
            "envvar": envvar,
        }
        if choices:
            self.facts["shell_complete"] = lambda _context, _parameter, begun: [
                choice for choice in choices if choice.startswith(begun)
            ]


def command(function: Callable[..., None]) -> click.Command:
    """Return what calls a function with what the command line says."""
    return _Command(
        function.__name__,
        callback=function,
        params=[_parameter(each) for each in inspect.signature(function).parameters.values()],
        help=inspect.getdoc(function),
        epilog=epilog(function.__name__),
        context_settings={"help_option_names": ["-h", "--help"]},
    )


class _Option(click.Option):
    """An option that knows its heading."""

    group = PLAIN


class _Command(click.Command):
    """A command whose help has its options under headings: of sixty, one looks for a few."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        groups: dict[str, list[tuple[str, str]]] = {PLAIN: []}
        for each in self.get_params(ctx):
            record = each.get_help_record(ctx)
            if record is not None and not isinstance(each, click.Argument):
                groups.setdefault(getattr(each, "group", PLAIN), []).append(record)
        for heading, records in groups.items():
            with formatter.section(heading):
                formatter.write_dl(records)


def _parameter(parameter: inspect.Parameter) -> click.Parameter:
    annotation, declared = get_args(parameter.annotation)
    kind = _without_none(annotation)
    is_list = get_origin(kind) is list
    if is_list:
        (kind,) = get_args(kind)
    facts = declared.facts | {"callback": _callback(kind, is_list=is_list)}
    if parameter.default is parameter.empty:
        facts["required"] = True
    else:
        default = parameter.default
        facts["default"] = default.value if isinstance(default, Enum) else default
    if isinstance(declared, Argument):
        facts["required"] = facts.get("required", False)
        return click.Argument(
            [parameter.name], type=_type(kind), nargs=-1 if is_list else 1, **facts
        )
    flags = declared.flags or (f"--{parameter.name.replace('_', '-')}",)
    if kind is bool:
        facts["is_flag"] = True
    else:
        facts |= {"type": declared.parser or _type(kind, *declared.bounds), "multiple": is_list}
    option = _Option([parameter.name, *flags], **facts)
    option.group = declared.group
    return option


def _without_none(annotation: Any) -> Any:
    """Return X of `X | None`."""
    if get_origin(annotation) in (Union, UnionType):
        (annotation,) = (each for each in get_args(annotation) if each is not NoneType)
    return annotation


def _type(kind: type, least: Any = None, most: Any = None) -> Any:
    if issubclass(kind, Enum):
        return click.Choice([each.value for each in kind])
    if issubclass(kind, Path):
        return click.Path(path_type=Path)
    if (least, most) == (None, None):
        return kind
    return (click.IntRange if kind is int else click.FloatRange)(least, most)


def _callback(kind: type, *, is_list: bool) -> Callable[[click.Context, click.Parameter, Any], Any]:
    """Return what makes of click's values those that a function expects."""

    def value_of(_context: click.Context, parameter: click.Parameter, value: Any) -> Any:
        if is_list:
            return [*value] or parameter.default
        return kind(value) if value is not None and issubclass(kind, Enum) else value

    return value_of
