import csv
import json
import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from clfnet.cli.command import command
from clfnet.cli.evaluate import evaluate
from clfnet.errors import ConfigError, InputError, OutputExistsError
from clfnet.io.image import Image, read_image, write_image
from clfnet.metrics import metrics_of

app = command(evaluate)


def _run(root: Path, *options: str) -> str:
    folders = [f"--infrared={root / 'ir'}", f"--visible={root / 'vi'}", f"--fused={root / 'mean'}"]
    result = CliRunner().invoke(app, [*folders, *options])
    if result.exception:
        raise result.exception
    assert result.stderr == ""
    return result.stdout


def test_prints_and_writes_the_table(root: Path) -> None:
    files = [f"--{form}={root / f'out/scores.{form}'}" for form in ("csv", "json", "markdown")]
    printed = _run(root, f"--fused={root / 'noise'}", "--dialect=plain", *files)
    assert printed.startswith("| method |")
    assert "dialect `plain`" in printed
    assert (root / "out/scores.markdown").read_text() == printed
    names = [metric.name for metric in metrics_of("plain")]
    found = json.loads((root / "out/scores.json").read_text())
    assert found["dialect"] == "plain"
    with (root / "out/scores.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["method", "name", *names]
    assert [(row["method"], row["name"]) for row in rows] == [
        (method, name) for method in ("mean", "noise") for name in ("01", "02")
    ]
    for row in rows:
        values = found["methods"][row["method"]]["images"][row["name"]]
        assert values == {name: float(row[name]) for name in names}


def test_metrics_are_a_list_with_commas(root: Path) -> None:
    assert re.findall(r"\w+", _run(root, "--metrics=EN, sf").splitlines()[0]) == [
        "method",
        "EN",
        "SF",
    ]
    with pytest.raises(ConfigError, match="`metrics` must be of"):
        _run(root, "--metrics=")


def test_a_file_that_is_there_is_kept_and_told_before_the_work(root: Path) -> None:
    path = root / "scores.csv"
    path.write_text("precious")
    with pytest.raises(OutputExistsError, match=r"scores.csv .*--overwrite"):
        _run(root, f"--csv={path}", f"--json={root / 'scores.json'}")
    assert path.read_text() == "precious"
    assert not (root / "scores.json").exists()
    _run(root, f"--csv={path}", "--overwrite", "--metrics=EN")
    assert path.read_text().startswith("method,name,EN\n")


def test_latex_html_and_plots_are_written(root: Path) -> None:
    out = root / "out"
    options = [f"--latex={out / 't.tex'}", f"--html={out / 'r.html'}", f"--plots={out / 'plots'}"]
    _run(root, f"--fused={root / 'noise'}", "--metrics=EN,SF", *options)
    assert r"\toprule" in (out / "t.tex").read_text()
    assert "noise" in (out / "r.html").read_text()
    assert len(list((out / "plots").glob("*.png"))) == 3
    with pytest.raises(OutputExistsError, match=r"curves\.png .*--overwrite"):
        _run(root, "--metrics=EN", f"--plots={out / 'plots'}")


def test_differences_from_a_baseline_are_shown(root: Path) -> None:
    path = root / "table.md"
    options = (f"--fused={root / 'noise'}", "--metrics=EN", f"--markdown={path}")
    printed = _run(root, *options, "--baseline=mean")
    assert path.read_text() == printed
    lines = printed.splitlines()
    assert lines[0].startswith("| method |")
    assert any(line.startswith("| less mean |") for line in lines)
    assert "95 % interval" in lines[-1]
    with pytest.raises(ConfigError, match="`baseline` must be one of mean, noise, got 'other'"):
        _run(root, *options, "--baseline=other", "--overwrite")


def test_renumbered_files_are_mapped(root: Path) -> None:
    for number, name in enumerate(("01", "02")):
        (root / f"noise/{name}.tif").rename(root / f"noise/img{number}.tif")
    mapping = root / "mapping.csv"
    mapping.write_text("file,name,method\nimg0,01,noise\nimg1,02,noise\n")
    printed = _run(root, f"--fused={root / 'noise'}", f"--mapping={mapping}", "--metrics=EN")
    assert "| noise " in printed


def test_the_region_of_the_report(root: Path) -> None:
    page = root / "r.html"
    _run(root, "--metrics=EN", f"--html={page}", "--region=3,4,20,10")
    assert "[3,4,20,10]" in page.read_text()
    for text in ("3,4,20", "a,b,c,d", "3,4,0,9", "-1,0,9,9"):
        with pytest.raises(ConfigError, match="`region` must be X,Y,WIDTH,HEIGHT"):
            _run(root, "--metrics=EN", f"--html={page}", "--overwrite", f"--region={text}")


def test_columns_are_what_the_tables_show(root: Path) -> None:
    csv_file, tex = root / "s.csv", root / "t.tex"
    printed = _run(
        root, "--metrics=EN,SF,SD", "--columns=sd, EN", f"--csv={csv_file}", f"--latex={tex}"
    )
    assert re.findall(r"\w+", printed.splitlines()[0]) == ["method", "SD", "EN"]
    assert csv_file.read_text().startswith("method,name,EN,SF,SD\n")
    assert "SF" not in tex.read_text()
    with pytest.raises(ConfigError, match="`columns` must be of EN, SF, got 'AG'"):
        _run(root, "--metrics=EN,SF", "--columns=AG")


def test_methods_may_be_named(root: Path) -> None:
    printed = _run(root, f"--fused=ours={root / 'noise'}", f"--fused=b={root / 'mean'}")
    assert [line.split()[1] for line in printed.splitlines()[2:5]] == ["mean", "ours", "b"]
    with pytest.raises(InputError, match=r"names, got 'mean' in .* write NAME=DIR"):
        _run(root, f"--fused=mean={root / 'noise'}")


def test_a_folder_whose_name_has_an_equals_sign(root: Path) -> None:
    (root / "noise").rename(root / "a=b")
    assert "| a=b " in _run(root, f"--fused={root / 'a=b'}", "--metrics=EN")


def test_sets_of_different_spans_are_told(root: Path) -> None:
    for name in ("01", "02"):
        pixels = read_image(root / f"noise/{name}.tif").pixels
        write_image(root / f"narrow/{name}.png", Image((pixels // 4 + 60).astype(np.uint8)))
    folders = (f"--fused={root / 'noise'}", f"--fused={root / 'narrow'}", "--metrics=SD")
    assert "Note: fused images span different numbers of levels: narrow 63" in _run(root, *folders)
    stretched = _run(root, *folders, "--stretch")
    assert "Note" not in stretched
    assert "stretched to 0..255" in stretched


def test_differences_come_with_tests_and_in_latex(root: Path) -> None:
    tex = root / "t.tex"
    options = (f"--fused={root / 'noise'}", "--metrics=EN", f"--latex={tex}", "--baseline=mean")
    assert ", p " in _run(root, *options)
    assert tex.read_text().count(r"\begin{table}") == 2


def test_counts_are_read_as_they_were_fused(root: Path) -> None:
    for name in ("01", "02"):
        levels = read_image(root / f"ir/{name}.png").pixels
        write_image(root / f"deep/{name}.png", Image(7000 + 2 * levels.astype(np.uint16)))
    sources = [f"--visible={root / 'vi'}", f"--fused={root / 'mean'}", "--metrics=MI"]

    def printed(*options: str) -> str:
        result = CliRunner().invoke(app, [*sources, *options])
        assert result.exit_code == 0, result.output
        return result.stdout

    deep = printed(f"--infrared={root / 'deep'}", "--range=7000,7510")
    assert deep == printed(f"--infrared={root / 'ir'}")
    assert deep != printed(f"--infrared={root / 'deep'}", "--range=full")
