"""Recipes: every key and value is checked, and said what is wrong with it."""

from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import pytest

from clfnet.errors import ConfigError
from clfnet.training.config import (
    DistillConfig,
    TrainConfig,
    as_tables,
    load,
    parse,
    with_steps,
)
from clfnet.training.networks import load_any, parse_any

CONFIGS = sorted((Path(__file__).parents[2] / "configs").glob("*.toml"))
FOLDERS = {"infrared": "ir", "visible": "vi"}


def tables(**changes: dict[str, Any]) -> dict[str, Any]:
    return {"data": FOLDERS, "run": {"steps": 10}} | changes


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "recipe.toml"
    path.write_text('[data]\ninfrared = "ir"\nvisible = "vi"\n[run]\nsteps = 10\n')
    return path


def test_there_are_recipes() -> None:
    assert "paper.toml" in {path.name for path in CONFIGS}


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.name)
def test_every_recipe_loads_and_comes_back(path: Path) -> None:
    config = load_any(path)
    assert parse_any(as_tables(config)) == config


def test_the_papers_recipe_is_the_papers() -> None:
    config = as_tables(load(Path(__file__).parents[2] / "configs" / "paper.toml"))
    assert {key: config["data"][key] for key in ("crop", "stride", "held_out", "augment")} == {
        "crop": 128,
        "stride": 32,
        "held_out": [],
        "augment": False,
    }
    sizes = {"width": 16, "coarse": 1, "hidden": 2048, "embedding": 256}
    assert config["model"] == sizes | {"start": ""}
    assert config["loss"] == {
        "lambda1": 1.0,
        "lambda2": 1.0,
        "samples": 200,
        "temperature": 0.07,
        "strategy": "c",
        "window": "uniform",
        "assignment": "winner",
        "detach_keys": False,
        "intensity": 0.0,
        "intensity_gain": 0.0,
        "intensity_mix": 0.0,
        "gradient": 0.0,
        "gradient_gain": 1.0,
        "structure": 0.0,
        "base": 0.0,
        "structure_sharpness": [3.0, 3.0, 3.0],
        "structure_preference": [1.0, 1.0, 1.0],
        "base_dark": 0.6,
        "base_bright": 0.25,
    }
    optimizer = config["optimizer"]
    assert (optimizer["learning_rate"], optimizer["schedule"]) == (0.002, "constant")
    assert optimizer["clip"] == 0
    run = config["run"]
    assert (run["batch"], run["epochs"], run["steps"]) == (4, 20, 0)
    assert (run["statistics"], run["freeze_statistics"], run["amp"]) == ("all", 1.0, False)


def test_round_trip_of_values_that_are_no_defaults() -> None:
    config = parse(
        tables(
            data={**FOLDERS, "held_out": ["x", "y"], "crop": 64, "augment": True},
            loss={"strategy": "b", "lambda1": 0.05, "detach_keys": True},
            optimizer={"schedule": "cosine", "clip": 1},
        )
    )
    assert config.data.held_out == ("x", "y")
    assert config.optimizer.clip == 1.0
    assert isinstance(config.optimizer.clip, float)
    assert parse(as_tables(config)) == config
    with pytest.raises(FrozenInstanceError):
        config.data.crop = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"optimiser": {}}, r"Unknown table `optimiser`\. Did you mean `optimizer`\?"),
        ({"zzz": {}}, r"Unknown table `zzz`\. Known: data, optimizer, run, model, loss"),
        ({"loss": {"lambda_1": 1}}, r"Unknown key `lambda_1` in `loss`\. Did you mean `lambda1`\?"),
        ({"loss": {"q": 1}}, r"Unknown key `q` in `loss`\. Known: lambda1, lambda2, samples"),
        ({"loss": 1}, "`loss` must be a table, got 1"),
        ({"data": {"visible": "vi"}}, "`data.infrared` must be given"),
        ({"run": {"steps": "10"}}, "`run.steps` must be int, got '10'"),
        ({"run": {"steps": 10.0}}, r"`run.steps` must be int, got 10\.0"),
        ({"run": {"steps": True}}, "`run.steps` must be int, got True"),
        ({"loss": {"lambda1": True}}, "`loss.lambda1` must be float, got True"),
        ({"loss": {"detach_keys": 1}}, "`loss.detach_keys` must be bool, got 1"),
        ({"data": {**FOLDERS, "held_out": 1}}, "`data.held_out` must be a list of .* got 1"),
        ({"data": {**FOLDERS, "held_out": [1]}}, r"`data.held_out` must be a list .* got \[1\]"),
        (
            {"data": {"infrared": 1, "visible": "vi"}},
            "`data.infrared` must be a list of strings, got 1",
        ),
        ({"loss": {"strategy": "d"}}, "`loss.strategy` must be one of 'a', 'b', 'c', got 'd'"),
        ({"run": {"steps": 1, "statistics": 1}}, "`run.statistics` must be one of 'all', 'sour"),
        ({"run": {"steps": 1, "batch": 0}}, "`run.batch` must be at least 1, got 0"),
        ({"run": {"steps": -1}}, "`run.steps` must be at least 0 and finite, got -1"),
        ({"run": {"steps": 1, "seed": -1}}, "`run.seed` must be at least 0 and finite, got -1"),
        ({"run": {"steps": 1, "seed": 2**32}}, "`run.seed` must be below .* got 4294967296"),
        ({"run": {"steps": 1, "freeze_statistics": 1.1}}, "must be within 0 and 1, got 1.1"),
        ({"run": {"steps": 1, "freeze_statistics": float("nan")}}, "within 0 and 1, got nan"),
        ({"optimizer": {"warmup": -0.1}}, "`optimizer.warmup` must be within 0 and 1, got -0.1"),
        ({"optimizer": {"learning_rate": 0}}, "`optimizer.learning_rate` must be positive .* 0"),
        ({"optimizer": {"learning_rate": float("inf")}}, "must be positive and finite, got inf"),
        ({"loss": {"temperature": float("nan")}}, "`loss.temperature` must be positive .* got nan"),
        ({"loss": {"gradient": float("nan")}}, "`loss.gradient` must be at least 0 .* got nan"),
        ({"data": {**FOLDERS, "crop": 15}}, "`data.crop` must be at least 16, M-SSIM's .* got 15"),
        ({"data": {**FOLDERS, "crop": 16}, "loss": {"samples": 257}}, "at most the 256 .* got 257"),
        ({"loss": {"samples": 1}, "run": {"steps": 1, "batch": 1}}, "must be at least 2.*got 1"),
        ({"loss": {"lambda1": 0, "lambda2": 0}}, "At least one weight of `loss`"),
        ({"run": {}}, "Exactly one of `run.epochs` and `run.steps` must be above 0, got 0 and 0"),
        ({"run": {"steps": 5, "epochs": 2}}, "Exactly one of .* got 2 and 5"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        parse(tables(**changes))
    assert "\n" not in str(caught.value)


def test_data_must_be_given() -> None:
    with pytest.raises(ConfigError, match="`data` must be given: a table with `infrared`"):
        parse({"run": {"steps": 1}})


def test_overrides(file: Path) -> None:
    config = load(
        file,
        [
            "loss.lambda1=0.05",
            "loss.strategy=a",  # a bare word
            'loss.window="gaussian"',
            "data.infrared=../other/ir",
            'data.held_out=["x", "y"]',
            "data.augment=true",
            "run.steps=1_000",
            "optimizer.learning_rate = 1",
        ],
    )
    assert (config.loss.lambda1, config.loss.strategy, config.loss.window) == (
        0.05,
        "a",
        "gaussian",
    )
    assert (config.data.infrared, config.data.visible) == (("../other/ir",), ("vi",))
    assert config.data.held_out == ("x", "y")
    assert config.data.augment is True
    assert (config.run.steps, config.optimizer.learning_rate) == (1000, 1.0)


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("loss.lambda1", r"`--set` must look like table\.key=value, got 'loss\.lambda1'"),
        ("lambda1=1", r"`--set` must look like table\.key=value, got 'lambda1=1'"),
        ("loss.lamda1=1", "Did you mean `lambda1`"),
        ("lss.lambda1=1", "Did you mean `loss`"),
        ("loss.lambda1=much", "`loss.lambda1` must be float, got 'much'"),
        ("loss.lambda1=", "`loss.lambda1` must be float, got ''"),
        ("run.steps=0", "Exactly one of"),
        ("run.epochs=3", "Exactly one of"),
    ],
)
def test_wrong_overrides(file: Path, override: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load(file, [override])


def test_an_override_of_what_is_no_table_is_named(file: Path) -> None:
    file.write_text("run = 5\n" + file.read_text().split("[run]")[0])
    with pytest.raises(ConfigError, match="`run` must be a table, got 5"):
        load(file, ["run.steps=3"])


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no\.toml cannot be read: No such file"):
        load(tmp_path / "no.toml")
    for data in (b"a = = 1", b"\xff\xfe"):
        (tmp_path / "bad.toml").write_bytes(data)
        with pytest.raises(ConfigError, match=r"bad\.toml is not valid TOML"):
            load(tmp_path / "bad.toml")


def test_epochs_become_steps() -> None:
    by_epochs = with_steps(parse(tables(run={"epochs": 3})), 7)
    assert (by_epochs.run.steps, by_epochs.run.epochs) == (21, 0)
    by_steps = parse(tables(run={"steps": 5}))
    assert with_steps(by_steps, 7) == by_steps


STUDENT = {"infrared": ["ir", "ir 2"], "visible": ["vi", "vi 2"]}


def student_tables(**changes: dict[str, Any]) -> dict[str, Any]:
    return {"data": STUDENT, "teacher": {}, "run": {"steps": 10}} | changes


def test_a_table_teacher_makes_it_a_students_recipe() -> None:
    config = parse_any(student_tables(data={**STUDENT, "weights": [3, 1], "held_out": ["x"]}))
    assert isinstance(config, DistillConfig)
    assert config.data.weights == (3.0, 1.0)
    assert parse_any(as_tables(config)) == config
    assert with_steps(parse_any(student_tables(run={"epochs": 2})), 7).run.steps == 14
    assert isinstance(parse_any(tables()), TrainConfig)
    with pytest.raises(ConfigError, match="Unknown table `teacher`"):
        parse(student_tables())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"model": {}},
            r"Unknown table `model`\. Known: data, .* teacher, network, loss",
        ),
        ({"data": {**STUDENT, "visible": ["vi"]}}, "as many folders, at least one, got 2 and 1"),
        ({"data": {"infrared": [], "visible": []}}, "at least one, got 0 and 0"),
        ({"data": {**STUDENT, "infrared": 1}}, "`data.infrared` must be a list of strings"),
        ({"data": {**STUDENT, "weights": [1]}}, "`data.weights` must have 2 numbers.*got 1"),
        ({"data": {**STUDENT, "weights": [1, 0]}}, r"`data.weights\[1\]` must be positive.*got 0"),
        ({"data": {**STUDENT, "crop": 8}}, "`data.crop` must be at least 16"),
        ({"network": {"factor": 0}}, "`network.factor` must be at least 1, got 0"),
        ({"loss": {"magnitude": -1}}, "`loss.magnitude` must be at least 0 and finite, got -1"),
        ({"loss": {"contrasted": 0}}, "`loss.contrasted` must be at least 1, got 0"),
        ({"loss": {"lambda1": 1, "samples": 1, "contrasted": 1}}, "must be at least 2.*got 1"),
        ({"run": {"steps": 1, "batch": 0}}, "`run.batch` must be at least 1, got 0"),
        ({"run": {}}, "Exactly one of `run.epochs` and `run.steps`"),
    ],
)
def test_what_is_wrong_in_a_students_recipe(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        parse_any(student_tables(**changes))
    assert "\n" not in str(caught.value)


def test_a_preference_for_each_band() -> None:
    tables = {"data": {"infrared": "ir", "visible": "vi"}, "run": {"steps": 1}}
    loss = {"structure": 1.0, "structure_sharpness": [3.0, 3.0]}
    with pytest.raises(ConfigError, match=r"structure_preference.*2 numbers.*got 3"):
        parse(tables | {"loss": loss})
    assert parse(tables | {"loss": loss | {"structure_preference": [1, 2]}}).loss.bands == 2


def test_a_recipe_that_extends_another(tmp_path: Path) -> None:
    first, second, third = (tmp_path / f"{name}.toml" for name in ("first", "second", "third"))
    first.write_text('kind = "clfnet"\n[data]\ninfrared = "ir"\nvisible = "vi"\n[run]\nsteps = 9\n')
    second.write_text('extends = "first.toml"\n[run]\nseed = 3\n')
    third.write_text('extends = "second.toml"\n[run]\nsteps = 7\n[data]\ncrop = 64\n')
    config = load(third, ["run.batch=2"])
    assert (config.run.seed, config.run.steps, config.run.batch) == (3, 7, 2)
    assert (config.data.infrared, config.data.crop) == (("ir",), 64)
    first.write_text('extends = "third.toml"\n')
    with pytest.raises(ConfigError, match=r"`extends` must not lead back to .*third\.toml"):
        load(third)
    first.write_text("extends = 3\n")
    with pytest.raises(ConfigError, match="file's name, got 3"):
        load(first)
    first.write_text('extends = "none.toml"\n')
    with pytest.raises(ConfigError, match=r"none\.toml cannot be read"):
        load(first)
