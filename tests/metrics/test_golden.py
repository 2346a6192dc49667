"""The values of the reference implementation, on ten methods and eight pairs."""

import csv
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from clfnet.metrics import GreyImage, score, to_grey

METHODS = (
    *("CLF-Net", "DenseFuse", "FusionGAN", "IFCNN", "PIAFusion"),
    *("PMGI", "RFN-Nest", "SDNet", "SeAFusion", "U2Fusion"),
)
QUICK = ("05", "06")
SLOW = ("01", "17", "18", "21", "25", "33")

COLUMNS = {
    "paper": {
        **{name: name for name in ("EN", "MI", "AG", "CC", "SCD", "MSE", "SSIM", "Nabf")},
        **{name: f"{name}_paper" for name in ("VIF", "SD", "SF")},
    },
    "plain": {"Qabf": "Qabf", **{name: f"{name}_plain" for name in ("VIF", "SD", "SF")}},
}
"""By dialect and metric, the golden file's column."""


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "name", [*QUICK, *(pytest.param(name, marks=pytest.mark.slow) for name in SLOW)]
)
def test_golden(method: str, name: str, shared: Path, golden: Mapping[str, dict[str, str]]) -> None:
    folder = shared / "data/tno/test"
    (path,) = (folder / "published" / method).glob(f"{name}.*")
    fused, infrared, visible = map(
        _read, (path, folder / f"ir/{name}.png", folder / f"vi/{name}.png")
    )
    row = golden[f"{method}/{name}"]
    for dialect, columns in COLUMNS.items():
        values = score(fused, infrared, visible, dialect=dialect, metrics=columns)
        for metric, column in columns.items():
            tolerance = 1e-6 if metric == "VIF" else 1e-9
            assert values[metric] == pytest.approx(float(row[column]), rel=tolerance, abs=0), column


def test_golden_covers_every_row(golden: Mapping[str, dict[str, str]]) -> None:
    assert set(golden) == {f"{method}/{name}" for method in METHODS for name in QUICK + SLOW}


@pytest.fixture(scope="session")
def golden(shared: Path) -> dict[str, dict[str, str]]:
    with (shared / "golden/tno_test.csv").open(newline="") as file:
        return {f"{row['method']}/{row['name']}": row for row in csv.DictReader(file)}


def _read(path: Path) -> GreyImage:
    with PIL.Image.open(path) as picture:
        return to_grey(np.asarray(picture))
