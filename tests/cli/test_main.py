"""Exit codes and messages, whatever the command."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

import clfnet
from clfnet import cli
from clfnet.cli.options import GROUPS
from clfnet.errors import ClfnetError, InputError, TrainingError
from clfnet.options import OPTIONS

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], None]:
    """Make the command line raise."""

    def install(error: BaseException) -> None:
        @click.command()
        def fail() -> None:
            raise error

        monkeypatch.setattr(cli, "app", fail)

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


def test_unknown_commands_are_told_their_nearest(run: Run) -> None:
    assert run("fuze")[2].startswith("clfnet: error: No such command 'fuze'. Did you mean `fuse`?")


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_completes_commands_options_and_choices(run: Run, tmp_path: Path) -> None:
    code, script, _ = run("--completion", "bash")
    assert code == 0
    (tmp_path / "clfnet").write_text(f'#!/bin/sh\nexec {sys.executable} -m clfnet "$@"\n')
    (tmp_path / "clfnet").chmod(0o755)
    for line, found in {
        "clfnet repr": "reproduce",
        "clfnet fuse --visible-r": "--visible-range",
        "clfnet fuse --unit k": "kelvin",
        "clfnet fuse --format t": "tif",
    }.items():
        words = line.split()
        asked = f"""{script}
            COMP_WORDS=({" ".join(words)}); COMP_CWORD={len(words) - 1}
            _clfnet_completion clfnet; echo "${{COMPREPLY[@]}}" """
        done = subprocess.run(
            ["bash", "-c", asked],
            env=os.environ | {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout == f"{found}\n"


def test_help_lists_every_command(run: Run) -> None:
    for arguments in ([], ["--help"]):
        code, out, _ = run(*arguments)
        assert code == 0
        for command in ("demo", "fuse", "evaluate", "train", "export", "models"):
            assert f"\n  {command} " in out


def test_no_summary_of_a_command_is_cut(run: Run) -> None:
    assert "..." not in run("--help")[1].partition("Commands:")[2]


def test_options_of_fusing_stand_under_headings(run: Run) -> None:
    text = run("fuse", "--help")[1]
    sections = dict(part.split(":\n", 1) for part in text.split("\n\n") if ":\n  -" in part)
    assert next(iter(sections)) == "Options"
    assert {"Folders", "Video and streams", *GROUPS} < {*sections}
    for heading, names in GROUPS.items():
        for name in names:
            flag = f"--{(OPTIONS[name].flag or name).replace('_', '-')} "
            assert [where for where, lines in sections.items() if flag in lines] == [heading]
    assert {name for names in GROUPS.values() for name in names} == {*OPTIONS} - {"model"}
