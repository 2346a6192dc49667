from pathlib import Path

from clfnet.weights import find
from experiments import comparison
from experiments.results import Results
from experiments.run import Run
from experiments.spec import Comparison, Pairs, load_spec


def _sets(experiments: Path) -> tuple[Pairs, ...]:
    spec = load_spec(experiments / "table2/experiment.toml")
    assert isinstance(spec, Comparison)
    return spec.sets


def test_rows_tables_and_plots(experiments: Path, run: Run) -> None:
    spec = load_spec(experiments / "table2/experiment.toml")
    assert isinstance(spec, Comparison)
    results = Results(run.output / "result.json", {})
    comparison.measure(spec, run, results)
    assert list(results.rows) == ["Tiny: average", "Tiny: maximum", "Tiny: Theirs"]
    assert {path.name for path in (run.output / "tiny").iterdir()} == {
        *("curves.png", "overview.png", "ranks.png")
    }
    text = comparison.render(spec, results)
    assert "## Tiny, 2 pairs" in text
    value = results.rows["Tiny: Theirs"]["unstretched"]["paper"]
    mean = (value["1"]["EN"] + value["2"]["EN"]) / 2
    assert f"{mean:.2f}" in next(line for line in text.splitlines() if "Theirs" in line)
    assert text.count("· *paper prints* | 1.25 | 2.50 | – |") == 2
    assert text.count("| Absent · *paper only* | 9.75 |") == 2
    assert "| less average | EN |" in text


def test_what_is_done_is_not_done_again(experiments: Path, run: Run) -> None:
    spec = load_spec(experiments / "table2/experiment.toml")
    assert isinstance(spec, Comparison)
    results = Results(run.output / "result.json", {})
    comparison.measure(spec, run, results)
    fused = run.work / "tiny/stretched/maximum/1.png"
    fused.unlink()
    comparison.measure(spec, run, Results(results.path, {}))
    assert not fused.exists()


def test_a_shipped_models_row_names_its_weights(experiments: Path, run: Run) -> None:
    spec = Comparison("t", _sets(experiments), ("clfnet",))
    results = Results(run.output / "result.json", {})
    comparison.measure(spec, run, results)
    assert results.rows["Tiny: clfnet"]["model"] == find("clfnet").onnx.sha256
