"""The command line: one file per command; each parses, calls one library function, prints.

Results go to stdout, progress and errors to stderr. Exit codes: 0 ok, 1 our bug, 2 the user's
input, 3 some items of a batch failed, 130 interrupted.
"""

import gc
import io
import logging
import sys
import warnings
from importlib import import_module
from typing import Any

import click

from clfnet.cli.command import command
from clfnet.cli.examples import EXAMPLES
from clfnet.errors import ClfnetError, did_you_mean, one_line
from clfnet.version import __version__

_INTERRUPTED = 130


class _Commands(click.Group):
    """All commands; the module of one is loaded when it is named."""

    def list_commands(self, _context: click.Context) -> list[str]:
        return [*EXAMPLES]

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in EXAMPLES:
            if context.resilient_parsing:
                return None
            context.fail(f"No such command {name!r}. {did_you_mean(name, EXAMPLES, '')}".rstrip())
        return command(getattr(import_module(f"clfnet.cli.{name}"), name))

    def invoke(self, context: click.Context) -> Any:
        """Run a command; after Ctrl-C there is one line, and not click's empty one before it."""
        try:
            return super().invoke(context)
        except KeyboardInterrupt:
            context.exit(_INTERRUPTED)


def _complete(context: click.Context, _option: click.Parameter, shell: str | None) -> None:
    """Print what makes a shell complete our command lines, and leave."""
    if shell is None or context.resilient_parsing:
        return
    from click.shell_completion import get_completion_class

    if found := get_completion_class(shell):
        click.echo(found(app, {}, "clfnet", "_CLFNET_COMPLETE").source())
    context.exit()


@click.group(
    cls=_Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, "--version", "-V", message="clfnet %(version)s")
@click.option(
    "--completion",
    type=click.Choice(["bash", "zsh", "fish"]),
    callback=_complete,
    expose_value=False,
    is_eager=True,
    help="Print a script by which the shell completes clfnet, for its start-up file, and exit.",
)
@click.pass_context
def app(context: click.Context) -> None:
    """Fuse an infrared and a visible image of one scene into one image."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def main() -> None:
    """Run the command line and leave with its exit code."""
    gc.set_threshold(50_000)  # loading modules makes many objects and no garbage
    logging.getLogger("tifffile").setLevel(logging.CRITICAL)  # we report damaged files ourselves
    warnings.filterwarnings("ignore", module=r"PIL\.")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="surrogateescape")  # file names that are not UTF-8
    try:
        exit_code = app(prog_name="clfnet", standalone_mode=False)
    except ClfnetError as error:
        _fail(str(error), error.exit_code)
    except click.UsageError as error:
        message = error.format_message()
        _fail(f"{message}{'' if message.endswith(('.', '?')) else '.'} See --help.", 2)
    except OSError as error:
        from clfnet.io.files import is_trouble

        if error.filename is None and not is_trouble(error):
            raise  # our bug
        place = "the output" if error.filename is None else error.filename
        _fail(f"{place} must be usable, but: {one_line(error)}. Choose another place.", 2)
    except (KeyboardInterrupt, click.Abort):
        exit_code = _INTERRUPTED
    if exit_code == _INTERRUPTED:  # newer typer tells it so
        _end_runs()
        _fail("interrupted.", _INTERRUPTED)
    sys.exit(exit_code)


def _end_runs() -> None:
    """End the graphs that still run in threads, for which the end of the process would wait."""
    if session := sys.modules.get("clfnet.inference.session"):  # else it takes long to import
        session.end_runs()


def _fail(message: str, exit_code: int) -> None:
    click.echo(f"clfnet: error: {message}", err=True)
    sys.exit(exit_code)
