import json
import os
from pathlib import Path

import pytest

from clfnet.errors import ConfigError, InputError
from experiments import Reproduced, names, reproduce
from experiments.reproduce import render
from experiments.results import Results
from experiments.spec import load_spec

PROJECT = Path(__file__).parents[2]


def test_all_are_listed_in_order(experiments: Path) -> None:
    assert list(names(experiments)) == ["fig3", "table1", "table2", "table7"]
    assert names(experiments)["table1"] == "A sweep"
    assert set(names(PROJECT / "experiments")) >= {f"table{number}" for number in range(1, 9)}


def test_a_table_with_its_readme(experiments: Path, data: Path, tmp_path: Path) -> None:
    told: list[str] = []
    made = reproduce(
        "table2",
        data=data,
        experiments=experiments,
        work=tmp_path / "work",
        report=lambda task, done, total: told.append(f"{done}/{total} {task}"),
    )
    assert made.readme == experiments / "table2/README.md"
    text = made.readme.read_text()
    assert text.startswith("# A table\n\n`clfnet reproduce table2`\n")
    assert "## Tiny, 2 pairs" in text
    assert told == ["0/3 Tiny: average", "1/3 Tiny: maximum", "2/3 Tiny: Theirs", "3/3 done"]
    assert not (experiments / "table2/tiny").joinpath("1.png").exists()


def test_another_output(experiments: Path, data: Path, tmp_path: Path) -> None:
    made = reproduce(
        "fig3", data=data, experiments=experiments, output=tmp_path / "o", work=tmp_path / "w"
    )
    assert made.result == tmp_path / "o/result.json"
    assert not (experiments / "fig3/README.md").exists()


def test_the_budget_is_stated_and_kept_apart(experiments: Path, data: Path, tmp_path: Path) -> None:
    def call(budget: float) -> Reproduced:
        work = tmp_path / "work" / "table1"
        return reproduce("table1", data=data, experiments=experiments, work=work, budget=budget)

    made = call(0.005)
    assert made.readme.read_text().startswith(
        "# A sweep\n\n`clfnet reproduce table1 --budget 0.005`"
    )
    with pytest.raises(InputError, match=r"must be of the command .*0\.01.* is of .*0\.005"):
        call(0.01)


def test_refuses_what_makes_no_sense(experiments: Path, data: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"Unknown experiment `table22`\. Did you mean `table2`"):
        reproduce("table22", data=data, experiments=experiments)
    with pytest.raises(ConfigError, match=r"`budget` must be left out, .* got 0\.5"):
        reproduce("table2", data=data, experiments=experiments, budget=0.5)
    for budget in (0, 1.5, -1):
        with pytest.raises(ConfigError, match="`budget` must be above 0 and at most 1"):
            reproduce("table1", data=data, experiments=experiments, budget=budget)
    with pytest.raises(ConfigError, match="must hold experiments, but has none"):
        names(tmp_path / "nowhere")


@pytest.mark.parametrize("name", names(PROJECT / "experiments"))
def test_the_readme_is_what_its_results_render_to(name: str) -> None:
    folder = PROJECT / "experiments" / name
    spec = load_spec(folder / "experiment.toml")
    kept = json.loads((folder / "result.json").read_text("utf-8"))
    head = {key: value for key, value in kept.items() if key != "rows"}
    text = render(name, spec, Results(folder / "result.json", head))
    assert (folder / "README.md").read_text("utf-8") == text


def test_folders_hold_no_pictures_but_plots() -> None:
    pictures = {
        Path(file).name
        for _, _, files in os.walk(PROJECT / "experiments")
        for file in files
        if Path(file).suffix not in {".toml", ".json", ".md", ".py", ".pyc"}
    }
    assert pictures <= {"curves.png", "overview.png", "ranks.png"}
