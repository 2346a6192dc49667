"""`clfnet reproduce`: the paper's tables and figures."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import clfnet
from clfnet.io.image import Image, write_image

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one experiment and data for it; the working folder."""
    (tmp_path / "experiments/fig1").mkdir(parents=True)
    (tmp_path / "experiments/fig1/experiment.toml").write_text(
        'kind = "figures"\ntitle = "One figure"\nmethods = ["maximum"]\n'
        'pairs = { name = "Tiny", infrared = "ir", visible = "vi" }\n'
        'panels = [{ name = "a", image = "1" }]\n'
    )
    for folder in ("ir", "vi"):
        picture = np.random.default_rng(0).integers(0, 256, (60, 80), np.uint8)
        write_image(tmp_path / f"data/{folder}/1.png", Image(picture))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_lists_what_there_is(run: Run, project: Path) -> None:
    assert run("reproduce") == (0, "fig1         One figure\n", "")


def test_prints_where_the_results_are(run: Run, project: Path) -> None:
    code, out, err = run("reproduce", "fig1", "--data", "data")
    assert (code, err) == (0, "[0/1] a\n[1/1] done\n")
    paths = [Path(line) for line in out.splitlines()]
    assert paths == [
        Path("experiments/fig1/README.md"),
        Path("experiments/fig1/result.json"),
        Path("runs/experiments/fig1"),
    ]
    assert all(path.exists() for path in paths)
    assert (paths[2] / "a.png").exists()


def test_a_users_mistakes_are_one_line(run: Run, project: Path) -> None:
    for arguments, message in (
        (["fig2"], "Unknown experiment `fig2`. Did you mean `fig1`?"),
        (
            ["fig1", "--data", "nowhere"],
            "nowhere/ir must be there for fig1, but is not, nor are 1 more. Name the data",
        ),
        (["fig1", "--budget", "0.5"], "`budget` must be left out"),
        (["--experiments", "none"], "none must hold experiments, but has none."),
    ):
        code, out, err = run("reproduce", *arguments)
        assert (code, out) == (2, "")
        assert message in err
        assert "Traceback" not in err


def test_an_installed_package_has_no_experiments(
    run: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clfnet, "__file__", str(project / "lib/python/clfnet/__init__.py"))
    code, out, err = run("reproduce", "table2")
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert "Call it in a checkout of the repository." in err


def test_check_tells_what_is_missing(run: Run, project: Path) -> None:
    assert run("reproduce", "--check", "--data", "data") == (0, "fig1         complete\n", "")
    (project / "data/vi").rename(project / "data/other")
    code, out, err = run("reproduce", "fig1", "--check", "--data", "data")
    assert (code, out, err) == (2, "fig1         missing: data/vi\n", "")
