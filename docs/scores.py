"""Measure the shipped model beside published outputs: `make scores`.

Fuses a test folder with the shipped model, stretched and not, and by the trivial rules that papers
leave out; scores these and every published folder; writes docs/results/NAME.json.
"""

import json
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable
from math import isnan
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import clfnet
from clfnet.data.pairing import pair_folders
from clfnet.evaluation import evaluate
from clfnet.io.image import Image, read_image, write_image
from clfnet.metrics import to_grey
from clfnet.weights import find

RESULTS = Path(__file__).parent / "results"
SETS = {"tno": "tno/test", "roadscene": "roadscene/test"}
COLUMNS = {
    "paper": ("EN", "MI", "VIF", "SD", "AG", "SF"),
    "plain": ("VIF", "SD", "Qabf", "SCD", "SSIM", "Nabf"),
}

Grey = NDArray[np.uint8]
Rule = Callable[[Grey, Grey], Grey]


def average(infrared: Grey, visible: Grey) -> Grey:
    """Mean of both, rounded half up."""
    return ((infrared.astype(np.uint16) + visible + 1) // 2).astype(np.uint8)


def network(*, stretch: bool) -> Rule:
    """The shipped model on grey levels."""
    fuser = clfnet.Fuser(stretch=stretch)
    return lambda infrared, visible: np.asarray(fuser(infrared, visible), np.uint8)


def rules() -> dict[str, Rule]:
    """What is fused here, by its name in the tables."""
    return {
        "clfnet (stretched)": network(stretch=True),
        "clfnet": network(stretch=False),
        "infrared alone": lambda infrared, _: infrared,
        "visible alone": lambda _, visible: visible,
        "average": average,
        "maximum": np.maximum,
    }


def measure(folder: Path) -> dict[str, dict[str, dict[str, float | None]]]:
    """Means by dialect, method and metric over the pairs of a test folder."""
    infrared, visible = folder / "ir", folder / "vi"
    published = sorted(path for path in (folder / "published").glob("*") if path.is_dir())
    with tempfile.TemporaryDirectory() as temporary:
        made = {Path(temporary) / name: rule for name, rule in rules().items()}
        for files in pair_folders(infrared, visible):
            pair = [to_grey(read_image(file).pixels) for file in files]
            for target, rule in made.items():
                write_image(target / f"{files[1].stem}.png", Image(rule(*pair)))
        fused = [*made]
        for source in published:
            fused.append(Path(temporary) / f"{source.name} (published)")
            shutil.copytree(source, fused[-1])
        means = {
            dialect: evaluate(
                infrared, visible, fused, dialect=dialect, metrics=metrics, jobs=2
            ).means()
            for dialect, metrics in COLUMNS.items()
        }
    return {
        dialect: {method: _defined(values) for method, values in table.items()}
        for dialect, table in means.items()
    }


def _defined(values: dict[str, float]) -> dict[str, float | None]:
    """None for what has no value, since JSON has no NaN."""
    return {name: None if isnan(value) else value for name, value in values.items()}


def main() -> None:
    """Measure every set that is there and write its result."""
    data = Path(sys.argv[1])
    for name, place in SETS.items():
        result = {
            "command": "make scores",
            "data": place,
            "pairs": len(pair_folders(data / place / "ir", data / place / "vi")),
            "model": find("clfnet").onnx.sha256,
            "machine": platform.machine(),
            "means": measure(data / place),
        }
        RESULTS.mkdir(exist_ok=True)
        path = RESULTS / f"{name}.json"
        path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
        print(path)  # noqa: T201


if __name__ == "__main__":
    main()
