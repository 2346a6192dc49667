import csv
import io
import json
from dataclasses import replace
from math import inf, nan

import pytest

from clfnet.evaluation import (
    Difference,
    Table,
    as_csv,
    as_json,
    as_latex,
    as_markdown,
    differences_as_latex,
    differences_as_markdown,
)
from clfnet.metrics import metrics_of

THIRD = 1 / 3


@pytest.fixture
def table() -> Table:
    methods = {
        "ours": {"01": {"EN": THIRD, "MSE": 0.5}, "02": {"EN": 1.0, "MSE": 0.25}},
        "a|b, c": {"01": {"EN": 0.25, "MSE": nan}, "02": {"EN": 0.5, "MSE": inf}},
    }
    return Table("plain", tuple(metrics_of("plain", ["EN", "MSE"])), methods)


def test_csv_has_full_precision(table: Table) -> None:
    header, first, *_, last = csv.reader(io.StringIO(as_csv(table)))
    assert header == ["method", "name", "EN", "MSE"]
    assert first[:2] == ["ours", "01"]
    assert float(first[2]) == THIRD
    assert last == ["a|b, c", "02", "0.5", "inf"]
    assert "\r" not in as_csv(table)


def test_json_has_the_values_and_their_means(table: Table) -> None:
    assert json.loads(as_json(table)) == {
        "dialect": "plain",
        "stretched": False,
        "notes": [],
        "methods": {
            "ours": {
                "mean": {"EN": (THIRD + 1) / 2, "MSE": 0.375},
                "images": {"01": {"EN": THIRD, "MSE": 0.5}, "02": {"EN": 1.0, "MSE": 0.25}},
            },
            "a|b, c": {
                "mean": {"EN": 0.375, "MSE": None},
                "images": {"01": {"EN": 0.25, "MSE": None}, "02": {"EN": 0.5, "MSE": None}},
            },
        },
    }


def test_markdown_shows_means_the_best_and_the_direction(table: Table) -> None:
    assert as_markdown(table).splitlines() == [
        "| method  |       EN ↑ |      MSE ↓ | rank |",
        "| :------ | ---------: | ---------: | ---: |",
        "| ours    | **0.6667** | **0.3750** |  1.0 |",
        r"| a\|b, c |     0.3750 |        nan |  2.0 |",
        "",
        "Means over 2 images, dialect `plain`.",
    ]


def test_markdown_of_one_method_calls_nothing_the_best(table: Table) -> None:
    alone = Table("paper", table.metrics, {"ours": {"01": table.methods["ours"]["01"]}})
    assert "**" not in as_markdown(alone)
    assert as_markdown(alone).endswith("Means over 1 image, dialect `paper`.\n")
    assert "rank" not in as_markdown(alone)


def test_latex_marks_the_three_best_and_escapes_names() -> None:
    values = {"a_b": 3.0, r"50% & \x": 1.0, "c": 2.0, "d": nan, "e": 0.5}
    methods = {name: {"01": {"EN": value}} for name, value in values.items()}
    lines = as_latex(Table("paper", tuple(metrics_of("paper", ["EN"])), methods)).splitlines()
    rows = lines[lines.index(r"\midrule") + 1 : lines.index(r"\bottomrule")]
    assert rows == [
        r"a\_b & \textbf{3.0000} & 1.0 \\",
        r"50\% \& \textbackslash{}x & \textit{1.0000} & 3.0 \\",
        r"c & \underline{2.0000} & 2.0 \\",
        r"d & -- & 5.0 \\",
        r"e & 0.5000 & 4.0 \\",
    ]
    assert r"method & EN $\uparrow$ & rank \\" in lines
    assert r"\begin{tabular}{lrr}" in lines
    assert any("dialect paper" in line for line in lines)


def test_latex_marks_all_that_are_equally_good_and_lower_errors_first() -> None:
    methods = {name: {"01": {"MSE": v}} for name, v in (("a", 0.5), ("b", 0.25), ("c", 0.25))}
    text = as_latex(Table("paper", tuple(metrics_of("paper", ["MSE"])), methods))
    assert text.count(r"\textbf{0.2500}") == 2
    assert r"\textit{0.5000}" in text
    assert r"\underline{0" not in text


DIFFERENCES = {"a|b, c": {"EN": Difference(0.5, 0.25, 0.75), "MSE": Difference(-0.1, -0.3, 0.1)}}
CHANCES = {"a|b, c": {"EN": 0.0004, "MSE": 0.5}}


def test_differences_whose_interval_leaves_zero_out_are_bold(table: Table) -> None:
    shown = differences_as_markdown(table, "ours", DIFFERENCES, CHANCES).splitlines()
    cells = [cell.strip() for cell in shown[2].replace(r"\|", "/").split("|")[1:-1]]
    assert cells == [
        "a/b, c",
        "**+0.5000** (+0.2500, +0.7500), p <0.001",
        "-0.1000 (-0.3000, +0.1000), p 0.500",
    ]
    assert "paired bootstrap" in shown[-1]
    assert "Wilcoxon" in shown[-1]
    assert "Holm" in shown[-1]


def test_differences_in_latex_have_their_interval_below(table: Table) -> None:
    lines = differences_as_latex(table, "ours", DIFFERENCES, CHANCES).splitlines()
    rows = lines[lines.index(r"\midrule") + 1 : lines.index(r"\bottomrule")]
    assert rows == [
        r"a|b, c & \textbf{+0.5000} & -0.1000 \\",
        r" & {\scriptsize (+0.2500, +0.7500) $<$0.001} & {\scriptsize (-0.3000, +0.1000) 0.500} \\",
    ]
    assert r"95 \% interval" in lines[-2]


def test_what_a_reader_should_know_is_told(table: Table) -> None:
    noted = replace(table, stretched=True, notes=("mind this",))
    assert as_markdown(noted).splitlines()[-3:] == [
        "Means over 2 images, dialect `plain`, fused images stretched to 0..255.",
        "",
        "Note: mind this.",
    ]
    assert "stretched to 0..255" in as_latex(noted)
    found = json.loads(as_json(noted))
    assert (found["stretched"], found["notes"]) == (True, ["mind this"])
