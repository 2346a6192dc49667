import csv
import io
import json
from math import inf, nan

import pytest

from clfnet.evaluation import Table, as_csv, as_json, as_markdown
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
        "| method  |       EN ↑ |      MSE ↓ |",
        "| :------ | ---------: | ---------: |",
        "| ours    | **0.6667** | **0.3750** |",
        r"| a\|b, c |     0.3750 |        nan |",
        "",
        "Means over 2 images, dialect `plain`.",
    ]


def test_markdown_of_one_method_calls_nothing_the_best(table: Table) -> None:
    alone = Table("paper", table.metrics, {"ours": {"01": table.methods["ours"]["01"]}})
    assert "**" not in as_markdown(alone)
    assert as_markdown(alone).endswith("Means over 1 image, dialect `paper`.\n")
