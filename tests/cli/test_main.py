"""Exit codes and messages, whatever the command."""

from collections.abc import Callable

import pytest
import typer

import clfnet
from clfnet import cli
from clfnet.errors import ClfnetError, InputError, TrainingError

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], None]:
    """Make the command line raise."""

    def install(error: BaseException) -> None:
        app = typer.Typer(pretty_exceptions_enable=False)

        @app.command()
        def fail() -> None:
            raise error

        monkeypatch.setattr(cli, "app", app)

    return install


@pytest.mark.parametrize(
    ("error", "code"),
    [(InputError("no."), 2), (TrainingError("no."), 1), (ClfnetError("no."), 1)],
)
def test_our_errors_are_one_line(
    run: Run, command: Callable[[BaseException], None], error: ClfnetError, code: int
) -> None:
    command(error)
    assert run() == (code, "", "clfnet: error: no.\n")


def test_ctrl_c_is_130(run: Run, command: Callable[[BaseException], None]) -> None:
    command(KeyboardInterrupt())
    assert run()[0] == 130


def test_bugs_keep_their_traceback(run: Run, command: Callable[[BaseException], None]) -> None:
    command(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        run()


@pytest.mark.parametrize(
    ("arguments", "named"),
    [(["fuse"], "INFRARED"), (["fuze"], "fuze"), (["--wrong"], "--wrong")],
)
def test_usage_errors_are_one_line(run: Run, arguments: list[str], named: str) -> None:
    code, out, err = run(*arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("clfnet: error: ")
    assert named in err
    assert err.endswith(" See --help.\n")


def test_version(run: Run) -> None:
    for option in ("--version", "-V"):
        assert run(option) == (0, f"clfnet {clfnet.__version__}\n", "")


def test_shells_can_complete(run: Run) -> None:
    assert "--install-completion" in run("--help")[1]


def test_help_lists_every_command(run: Run) -> None:
    for arguments in ([], ["--help"]):
        code, out, _ = run(*arguments)
        assert code == 0
        for command in ("demo", "fuse", "evaluate", "train", "export", "models"):
            assert f"\n  {command} " in out
