"""A data folder of two small pairs with one published method, and experiments on it."""

from pathlib import Path

import numpy as np
import pytest

from clfnet.io.image import Image, write_image
from experiments.run import Run

PAIRS = '{ name = "Tiny", infrared = "ir", visible = "vi", published = "published" }'

EXPERIMENTS = {
    "table2": f"""
kind = "comparison"
title = "A table"
baseline = "average"
methods = ["average", "maximum"]
sets = [{PAIRS}]
[paper]
Theirs = {{ EN = 1.25, MI = 2.5 }}
Absent = {{ EN = 9.75 }}
""",
    "table7": f"""
kind = "cost"
title = "A cost"
methods = ["maximum", "clfnet"]
repeats = 1
sets = [{PAIRS}]
[paper]
Theirs = {{ Tiny = 0.5, "Tiny sd" = 0.25, parameters = 0.125 }}
""",
    "fig3": f"""
kind = "figures"
title = "A figure"
methods = ["maximum"]
pairs = {PAIRS}
[[panels]]
name = "first"
image = "2"
boxes = ["3,4,20,10"]
caption = "Noise."
""",
    "table1": """
kind = "sweep"
title = "A sweep"
recipe = "RECIPE"
train_infrared = "ir"
train_visible = "vi"
budget = 0.02
small = ["data.crop=16"]
test = { name = "Tiny", infrared = "ir", visible = "vi" }
[[rows]]
name = "with"
paper = { EN = 7, MI = 3, VIF = 1, SD = 9, AG = 5, SF = 0.05 }
[[rows]]
name = "without"
set = ["loss.lambda1=0"]
paper = { EN = 6, MI = 4, VIF = 1.5, SD = 8, AG = 6, SF = 0.04 }
[[difference]]
first = "with"
second = "without"
images = ["1"]
""",
}

RECIPE = """
[data]
infrared = "nowhere"
visible = "nowhere"
crop = 32
stride = 48
[model]
width = 2
hidden = 8
embedding = 4
[loss]
samples = 8
[run]
batch = 2
epochs = 25
threads = 1
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Sources and outputs of 176×180 pixels, the least that all metrics take."""
    rng = np.random.default_rng(0)
    for name in ("1", "2"):
        for folder in ("ir", "vi", "published/Theirs"):
            coarse = rng.integers(20, 200, (22, 23), np.uint8)
            fine = rng.integers(0, 9, (176, 180), np.uint8)
            pixels = np.kron(coarse, np.ones((8, 8), np.uint8))[:, :180] + fine
            write_image(tmp_path / "data" / folder / f"{name}.png", Image(pixels))
    return tmp_path / "data"


@pytest.fixture
def experiments(tmp_path: Path) -> Path:
    """The folder of the experiments above."""
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(RECIPE)
    for name, text in EXPERIMENTS.items():
        path = tmp_path / "experiments" / name / "experiment.toml"
        path.parent.mkdir(parents=True)
        path.write_text(text.replace("RECIPE", str(recipe)))
    return tmp_path / "experiments"


@pytest.fixture
def run(tmp_path: Path, data: Path) -> Run:
    """A run on that data."""
    return Run(data, tmp_path / "output", tmp_path / "work" / "this")
