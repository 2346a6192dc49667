import json
from pathlib import Path

import numpy as np
import pytest

from clfnet.errors import InputError
from clfnet.io.image import read_image
from experiments import sweep
from experiments.results import Results
from experiments.run import Run
from experiments.spec import Sweep, load_spec


@pytest.fixture
def spec(experiments: Path) -> Sweep:
    found = load_spec(experiments / "table1/experiment.toml")
    assert isinstance(found, Sweep)
    return found


def test_the_budget_is_a_share_of_the_full_recipe(spec: Sweep, data: Path) -> None:
    full = sweep.recipe(spec, spec.rows[0], data, 1)
    crops = 2 * 4 * 5  # two pairs of 176×180, crops of 32 every 48 pixels and at the border
    assert full.run.steps == 25 * crops // 2
    assert full.data.crop == 32
    small = sweep.recipe(spec, spec.rows[1], data, 0.02)
    assert small.run.steps == full.run.steps // 50
    assert (small.data.crop, small.loss.lambda1, full.loss.lambda1) == (16, 0, 1)
    assert sweep.recipe(spec, spec.rows[0], data, 1e-9).run.steps == 1


def test_rows_are_trained_scored_timed_and_shown(spec: Sweep, run: Run) -> None:
    results = Results(run.output / "result.json", {})
    sweep.measure(spec, run, results)
    assert list(results.rows) == ["with", "without", "time: with", "time: without"]
    row = results.rows["with"]
    assert (row["steps"], row["crop"]) == (10, 16)
    assert 0 <= row["infrared share"] <= 1
    assert results.rows["without"]["infrared share"] is None
    assert results.rows["time: with"]["seconds per step"] > 0
    text = sweep.render(spec, results)
    assert "| with | 10 | 16×16 |" in text
    means = {
        name: {
            metric: np.mean(
                [of[metric] for of in results.rows[name]["stretched"]["paper"].values()]
            )
            for metric in ("EN", "MI", "VIF", "SD", "AG", "SF")
        }
        for name in ("with", "without")
    }
    up = {"EN": False, "MI": True, "VIF": True, "SD": False, "AG": True, "SF": False}
    agreed = sum(
        (means["without"][metric] >= means["with"][metric]) == risen for metric, risen in up.items()
    )
    assert f"| {agreed} of 6 |" in text


def test_the_difference_is_drawn(spec: Sweep, run: Run) -> None:
    sweep.measure(spec, run, Results(run.output / "result.json", {}))
    picture = read_image(run.work / "difference-with-1.png")
    assert picture.width > 5 * 180


def test_a_run_goes_on_where_it_stopped(
    spec: Sweep, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A finished row is kept; a trained network without its row is not trained again."""
    results = Results(run.output / "result.json", {})
    sweep.measure(spec, run, results)
    before = json.loads(results.path.read_text())
    del results.rows["with"]

    def refuse(*arguments: object) -> None:
        raise AssertionError("trained again")

    monkeypatch.setattr(sweep, "train", refuse)
    sweep.measure(spec, run, results)
    assert json.loads(results.path.read_text()) == before


def test_equal_recipes_of_two_tables_share_a_run(spec: Sweep, data: Path, tmp_path: Path) -> None:
    config = sweep.recipe(spec, spec.rows[0], data, 0.5)
    other = sweep.recipe(spec, spec.rows[1], data, 0.5)
    folders = [sweep.run_folder(tmp_path / table, config) for table in ("table1", "table8")]
    assert folders[0] == folders[1] != sweep.run_folder(tmp_path / "table1", other)


def test_another_budget_is_not_mixed_in(run: Run) -> None:
    path = run.output / "result.json"
    Results(path, {"command": "x", "budget": 0.02}).row("with", "1", dict)
    with pytest.raises(InputError, match="budget"):
        Results(path, {"command": "x", "budget": 1})
