from math import nan

from clfnet.evaluation import Table
from clfnet.metrics import metrics_of
from experiments.markdown import intervals, means, number


def _table(**values: float) -> Table:
    metrics = tuple(metrics_of("paper", ["EN"]))
    return Table("paper", metrics, {name: {"1": {"EN": v}} for name, v in values.items()})


def test_numbers() -> None:
    assert [number(1.23456, "SF"), number(1.23456, "EN"), number(None), number(nan)] == [
        "1.2346",
        "1.23",
        "–",
        "–",
    ]


def test_the_best_three_are_marked_and_the_papers_values_stand_below() -> None:
    paper = {"b": {"EN": 5.0}, "z": {"EN": 1.0}}
    lines = means(_table(a=1.0, b=4.0, c=2.0, d=3.0, e=nan), paper).splitlines()
    assert lines[0] == "|  | EN ↑ | rank |"
    assert lines[2:] == [
        "| a | 1.00 | 4.0 |",
        "| b | **4.00** | 1.0 |",
        "| · *paper prints* | 5.00 |  |",
        "| c | *2.00* | 3.0 |",
        "| d | <u>3.00</u> | 2.0 |",
        "| e | – | 5.0 |",
        "| z · *paper only* | 1.00 |  |",
    ]


def test_intervals_name_the_baseline_and_mark_what_is_certain() -> None:
    lines = intervals(_table(a=1.0, b=4.0), "a").splitlines()
    assert lines[0] == "| less a | EN |"
    assert lines[2] == "| b | **+3** (+3, +3) |"
