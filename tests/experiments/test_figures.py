from pathlib import Path

from clfnet.io.image import read_image
from experiments import figures
from experiments.results import Results
from experiments.run import Run
from experiments.spec import Figures, load_spec


def test_panels_go_to_the_work_folder_alone(experiments: Path, run: Run) -> None:
    spec = load_spec(experiments / "fig3/experiment.toml")
    assert isinstance(spec, Figures)
    results = Results(run.output / "result.json", {})
    figures.measure(spec, run, results)
    assert [path.name for path in run.output.iterdir()] == ["result.json"]
    picture = read_image(run.work / "first.png")
    assert picture.pixels.shape[2] == 3
    assert picture.width * picture.height > 4 * 176 * 180  # two sources, Theirs, maximum
    assert figures.render(spec, results) == "- `first.png`: pair 2 of Tiny. Noise.\n"
