"""What is measured, against loops over the image."""

from collections.abc import Callable

import numpy as np
import pytest

from clfnet.errors import ConfigError, InputError
from clfnet.inspection import Measured, Plan
from clfnet.inspection.tables import as_csv, lines, rows
from clfnet.thermal.isotherm import Isotherm

Measure = Callable[..., Measured]


def test_regions_differences_and_isotherm(measured: Measure, celsius: np.ndarray) -> None:
    found = measured(
        spots=["pole=8,5"],
        boxes=["10,12,6,4"],
        deltas=["pole-B1", "B1.max-whole.min"],
        isotherm=Isotherm(low=45.0),
        percentiles="50",
    )
    box = [float(celsius[y, x]) for y in range(12, 16) for x in range(10, 16)]
    known = [float(value) for value in celsius.ravel() if value == value]
    assert found.statistics["pole"].mean == 77.25
    assert found.statistics["B1"].mean == pytest.approx(sum(box) / len(box))
    assert found.differences == {
        "pole-B1": pytest.approx(77.25 - sum(box) / len(box)),
        "B1.max-whole.min": pytest.approx(max(box) - min(known)),
    }
    assert found.share == pytest.approx(sum(value >= 45 for value in known) / len(known))
    plain = found.as_dict()
    assert plain["whole"]["pixels"] == 24 * 32 - 4
    assert plain["whole"]["hottest"] == [6, 4]
    assert plain["regions"][0] | {"percentiles": None} == {
        "name": "pole",
        "x": 8,
        "y": 5,
        "width": 1,
        "height": 1,
        "percentiles": None,
        "min": 77.25,
        "mean": 77.25,
        "max": 77.25,
        "pixels": 1,
        "coldest": [8, 5],
        "hottest": [8, 5],
    }
    assert plain["isotherm"] == {"limits": "above 45 °C", "share": round(found.share or 0, 6)}


def test_the_table(measured: Measure) -> None:
    found = measured(spots=["pole=8,5"], deltas=["pole-whole"])
    text = as_csv(rows(found), found.plan)
    head, whole, pole, delta = text.splitlines()
    assert head == "file,frame,region,kind,x,y,width,height,min,mean,max,p5,p50,p95"
    assert whole.split(",")[2:8] == ["whole", "whole", "0", "0", "32", "24"]
    assert pole.split(",")[2:11] == ["pole", "spot", "8", "5", "1", "1", "77.25", "77.25", "77.25"]
    mean = found.statistics["whole"].mean
    assert delta.split(",")[2:11] == [
        *("pole-whole", "delta", "", "", "", "", "", str(round(77.25 - mean, 3)), "")
    ]


def test_a_name_is_no_formula(measured: Measure) -> None:
    found = measured(spots=["@SUM(A1)=8,5"])
    assert ",'@SUM(A1),spot," in as_csv(rows(found), found.plan)


def test_lines_for_a_person(measured: Measure) -> None:
    told = lines(measured(boxes=["wall=0,0,4,4"], deltas=["wall-whole"]))
    assert told[0].endswith("map.tiff: 32x24")
    assert told[1].split() == ["°C", "min", "mean", "max", "5", "%", "50", "%", "95", "%"]
    assert [line.split()[0] for line in told[2:4]] == ["whole", "wall"]
    assert told[4].endswith(" K")
    assert told[5] == "  hottest at 6,4"


@pytest.mark.parametrize(
    ("asked", "error", "message"),
    [
        ({"spots": ["32,0"]}, InputError, "map.tiff: the region S1 must be inside the 32x24 image"),
        ({"spots": ["3,20"]}, InputError, "map.tiff: S1 must have a temperature"),
        ({"spots": ["whole=1,1"]}, InputError, "must not be called 'whole'"),
        ({"deltas": ["a-b"]}, InputError, "`delta` must be A-B"),
        ({"percentiles": "5,101"}, ConfigError, "`percentiles` must be different numbers"),
        ({"percentiles": "5,5"}, ConfigError, "`percentiles` must be different numbers"),
        ({"percentiles": "half"}, ConfigError, "`percentiles` must be different numbers"),
    ],
)
def test_what_cannot_be_measured(
    measured: Measure, asked: dict[str, list[str]], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        measured(**asked)


def test_conditions_are_those_that_were_used(flir_measured: Measured) -> None:
    assert flir_measured.conditions == {
        "emissivity": 0.95,
        "reflected": 20.0,
        "distance": 1.0,
        "humidity": 50.0,
        "atmosphere": 20.0,
    }
    assert flir_measured.as_dict()["camera"] == {"make": "FLIR", "model": "FLIR Test"}


def test_nothing_is_asked() -> None:
    assert Plan.parse() == Plan()
