"""The command line: one file per command; each parses, calls one library function, prints.

Results go to stdout, progress and errors to stderr. Exit codes: 0 ok, 1 our bug, 2 the user's
input, 3 some items of a batch failed, 130 interrupted.
"""

import io
import logging
import sys
import warnings
from typing import Annotated, Any

import typer

from clfnet.cli.align import align
from clfnet.cli.batch import batch
from clfnet.cli.bench import bench
from clfnet.cli.convert import convert
from clfnet.cli.demo import demo
from clfnet.cli.evaluate import evaluate
from clfnet.cli.examples import epilog
from clfnet.cli.explain import explain
from clfnet.cli.export import export
from clfnet.cli.fuse import fuse
from clfnet.cli.models import models
from clfnet.cli.panel import panel
from clfnet.cli.reproduce import reproduce
from clfnet.cli.serve import serve
from clfnet.cli.thermal import thermal
from clfnet.cli.train import train
from clfnet.errors import ClfnetError
from clfnet.version import __version__

# typer does not name the parent of what it raises for a wrong option or argument.
_UsageError: Any = typer.BadParameter.__mro__[1]

_INTERRUPTED = 130

app = typer.Typer(
    name="clfnet",
    help="Fuse an infrared and a visible image of one scene into one image.",
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
commands = (
    *(demo, fuse, thermal, batch, serve, align, explain, evaluate, panel),
    *(bench, train, export, convert, models, reproduce),
)
for command in commands:
    app.command(epilog=epilog(command.__name__))(command)


def main() -> None:
    """Run the command line and leave with its exit code."""
    logging.getLogger("tifffile").setLevel(logging.CRITICAL)  # we report damaged files ourselves
    warnings.filterwarnings("ignore", module=r"PIL\.")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="surrogateescape")  # file names that are not UTF-8
    try:
        exit_code = app(standalone_mode=False)
    except ClfnetError as error:
        _fail(str(error), error.exit_code)
    except _UsageError as error:
        message = error.format_message()
        _fail(f"{message}{'' if message.endswith(('.', '?')) else '.'} See --help.", 2)
    except (KeyboardInterrupt, typer.Abort):
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
    typer.echo(f"clfnet: error: {message}", err=True)
    sys.exit(exit_code)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"clfnet {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    _version: Annotated[
        bool,
        typer.Option(
            "--version",
            "-V",
            callback=_show_version,
            is_eager=True,
            help="Show the version and exit.",
        ),
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
