"""Each command's help ends with examples that it understands."""

import shlex
from collections.abc import Callable

import pytest
import typer

from clfnet.cli import app, commands
from clfnet.cli.examples import EXAMPLES

Run = Callable[..., tuple[int, str, str]]


def test_every_command_has_some() -> None:
    assert EXAMPLES.keys() == {command.__name__ for command in commands}


@pytest.mark.parametrize("line", [line for lines in EXAMPLES.values() for line in lines])
def test_each_is_understood(line: str) -> None:
    _, name, *arguments = shlex.split(line)
    group = typer.main.get_command(app)
    assert hasattr(group, "commands")
    group.commands[name].make_context(name, arguments)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_help_shows_them(run: Run, name: str) -> None:
    code, out, _ = run(name, "-h")
    assert code == 0
    assert out == run(name, "--help")[1]
    for line in EXAMPLES[name]:
        assert f"\n    {line}\n" in out
