"""`clfnet export --plain`; runs are exported in tests/cli/test_train.py and tests/e2e."""

from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., tuple[int, str, str]]
EXPORT = ["export", "fast", "--plain"]


def test_says_which_file_it_wrote(run: Run, tmp_path: Path) -> None:
    code, out, _ = run(*EXPORT, "--size", "24x32", "-o", tmp_path)
    assert (code, out) == (0, f"{tmp_path / 'fast-24x32.onnx'}\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (EXPORT, "`size` must be given with --plain"),
        (["export", "fast", "--size", "24x32"], "`size` must be given with --plain"),
        ([*EXPORT, "--size", "large"], "`size` must be HEIGHTxWIDTH, got 'large'"),
        ([*EXPORT, "--size", "0x32"], "got 0x32"),
        (["export", "nosuch", "--plain", "--size", "24x32"], "`model` must be one of"),
    ],
)
def test_a_wrong_one_is_one_line(run: Run, arguments: list[str], said: str, tmp_path: Path) -> None:
    code, _, error = run(*arguments, "-o", tmp_path / "out")
    assert code == 2
    assert said in error
    assert error.count("\n") == 1
    assert not (tmp_path / "out").exists()
