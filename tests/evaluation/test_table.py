from math import isnan, nan

from clfnet.evaluation import Table
from clfnet.metrics import metrics_of

METRICS = tuple(metrics_of("paper", ["EN", "CC"]))


def test_means_are_over_images() -> None:
    images = {"01": {"EN": 1.0, "CC": 0.5}, "02": {"EN": 2.0, "CC": -0.5}}
    table = Table("paper", METRICS, {"a": images, "b": {"01": images["01"]}})
    assert table.means() == {"a": {"EN": 1.5, "CC": 0.0}, "b": {"EN": 1.0, "CC": 0.5}}


def test_a_mean_of_something_undefined_is_undefined() -> None:
    images = {"01": {"EN": 1.0, "CC": nan}, "02": {"EN": 2.0, "CC": 0.5}}
    means = Table("paper", METRICS, {"a": images}).means()["a"]
    assert means["EN"] == 1.5
    assert isnan(means["CC"])
