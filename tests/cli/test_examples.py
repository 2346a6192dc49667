"""Each command's help ends with examples that it understands."""

import shlex
from collections.abc import Callable

import click
import pytest

from clfnet.cli import app
from clfnet.cli.examples import EXAMPLES

Run = Callable[..., tuple[int, str, str]]


def test_every_command_has_some() -> None:
    assert app.list_commands(click.Context(app)) == [*EXAMPLES]
    assert all(EXAMPLES.values())


@pytest.mark.parametrize("line", [line for lines in EXAMPLES.values() for line in lines])
def test_each_is_understood(line: str) -> None:
    _, name, *arguments = shlex.split(line)
    command = app.get_command(click.Context(app), name)
    assert command is not None
    command.make_context(name, arguments)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_help_shows_them(run: Run, name: str) -> None:
    code, out, _ = run(name, "-h")
    assert code == 0
    assert out == run(name, "--help")[1]
    for line in EXAMPLES[name]:
        assert f"\n    {line}\n" in out
