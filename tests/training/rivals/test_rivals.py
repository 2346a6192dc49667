"""Every recipe of the nine in a run of a few steps: it learns, resumes, and its model fuses."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from clfnet.errors import ConfigError
from clfnet.inference.backend import OnnxMethod
from clfnet.io.image import Image, write_image
from clfnet.nn.rivals import RIVALS
from clfnet.training import Recipe, load_any, load_any_network, resume, train
from clfnet.training.dataset import Pair
from clfnet.training.digest import digest
from clfnet.training.distributed import Process
from clfnet.training.export import export_run
from clfnet.training.log import read_log
from clfnet.training.networks import NETWORKS, parse_any
from clfnet.training.task import Context
from clfnet.weights import load_manifest

CONFIGS = Path(__file__).parents[3] / "configs" / "rivals"

RECIPES = {
    "densefuse": ["loss.scales=2"],
    "rfn-nest-1": ["loss.scales=2"],
    "fusiongan": ["data.crop=43"],
    "ganmcc": ["data.crop=43"],
    "ifcnn": [],
    "pmgi": [],
    "u2fusion": [],
    "stdfusionnet": [],
    "ifsepr": [],
}
"""The name of each recipe, and what makes it small."""

GMAC = {
    "densefuse": 7.276, "rfn-nest-1": 56.5, "rfn-nest-2": 64, "fusiongan": 105, "ganmcc": 212,
    "ifcnn": 92, "pmgi": 57, "u2fusion": 146, "stdfusionnet": 111, "ifsepr": 74,
}  # fmt: skip
"""Of a step of the recipe for a CPU: three times its forward pass."""

QUICK = [
    pytest.param(name, marks=() if name in {"ifcnn", "pmgi"} else pytest.mark.slow)
    for name in RECIPES
]

Make = Callable[[str, list[str]], Recipe]


@pytest.fixture
def recipe(tmp_path: Path, textured_pair: Callable[..., Pair]) -> Make:
    """Read a recipe for a CPU, of a few steps on three small pairs."""

    def make(name: str, overrides: list[str]) -> Recipe:
        for seed, stem in enumerate("abc"):
            pair = textured_pair(seed, 76, 76)
            write_image(tmp_path / "ir" / f"{stem}.png", Image(pair.infrared), overwrite=True)
            write_image(tmp_path / "vi" / f"{stem}.png", Image(pair.visible), overwrite=True)
        small = ["data.crop=32", "run.batch=2", "run.steps=2", "run.checkpoint_every=1"]
        data = [f"data.infrared={tmp_path / 'ir'}", f"data.visible={tmp_path / 'vi'}"]
        held_out = ['data.held_out=["c"]']
        return load_any(CONFIGS / f"{name}-cpu.toml", [*small, *data, *held_out, *overrides])

    return make


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.toml")), ids=lambda path: path.stem)
def test_every_recipe_is_valid(path: Path) -> None:
    kind = re.sub("(-[12])?(-cpu|-short)?$", "", path.stem).replace("-", "_")
    assert load_any(path).kind == kind


@pytest.mark.parametrize("name", GMAC)
def test_budgets_on_a_cpu_are_equal(name: str) -> None:
    budget = 100_000 if name.startswith("rfn-nest") else 200_000
    recipe = CONFIGS / f"{name}-cpu.toml"
    assert load_any(recipe).run.steps * GMAC[name] == pytest.approx(budget, rel=0.01)
    assert _stated(recipe) == GMAC[name]


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*-short.toml")), ids=lambda path: path.stem)
def test_budgets_of_the_shipped_are_equal(path: Path) -> None:
    """A step costs as much as that of the recipe for a CPU, by its crops' number and area."""
    short, long = (
        load_any(each) for each in (path, path.with_name(path.name.replace("-short", "-cpu")))
    )
    areas = [each.run.batch * each.data.crop**2 for each in (short, long)]
    cost = GMAC[short.kind] * areas[0] / areas[1]
    assert _stated(path) == pytest.approx(cost, rel=0.01)
    assert short.run.steps * cost == pytest.approx(1000, rel=0.01)
    assert short.run.validate_every == short.run.steps
    assert {"03", "04", "34"} <= set(short.data.excluded)  # the labelled pairs of the folder


@pytest.mark.parametrize("kind", sorted(RIVALS.keys() & load_manifest().keys()))
def test_the_shipped_are_of_these_recipes(kind: str) -> None:
    card = load_manifest()[kind].card
    assert parse_any(card["config"]) == load_any(CONFIGS / f"{kind}-short.toml")
    assert card["steps"] == card["config"]["run"]["steps"]
    assert card["departs"]


def test_all_nine_have_a_recipe() -> None:
    kinds = {load_any(CONFIGS / f"{name}.toml").kind for name in RECIPES}
    assert kinds == RIVALS.keys()


@pytest.mark.parametrize("name", QUICK)
def test_trains_resumes_and_exports(name: str, recipe: Make, tmp_path: Path) -> None:
    config = recipe(name, RECIPES[name])
    kind = config.kind
    whole = train(config, tmp_path / "whole")
    log = read_log(tmp_path / "whole" / "log.csv")
    losses = [value for _, name, value in log if name.endswith("loss")]
    assert len(losses) == (6 if kind in {"fusiongan", "ganmcc"} else 2)
    assert np.isfinite(losses).all()
    assert whole.steps == 2

    stopped = tmp_path / "stopped"
    train(replace(config, run=replace(config.run, steps=1)), stopped)
    _lengthen(stopped / "checkpoint.pt", 2)
    resume(stopped)
    first, second = (
        load_any_network(run / "last.safetensors") for run in (tmp_path / "whole", stopped)
    )
    assert type(first) is RIVALS[kind]
    for key, tensor in first.state_dict().items():
        torch.testing.assert_close(second.state_dict()[key], tensor, rtol=0, atol=0, msg=key)

    export_run(tmp_path / "whole", tmp_path / "model", name=kind)
    method = OnnxMethod(tmp_path / "model" / f"{kind}.onnx", threads=1)
    pair = np.random.default_rng(0).random((2, 40, 36), np.float32)
    best = load_any_network(tmp_path / "whole" / "best.safetensors")
    with torch.inference_mode():
        expected = best(*(torch.from_numpy(2 * image - 1)[None, None] for image in pair))
    np.testing.assert_allclose(method(*pair), ((expected[0, 0] + 1) / 2).clamp(0, 1), atol=2e-5)


@pytest.mark.slow
def test_the_second_stage_of_rfn_nest_leaves_the_first_as_it_is(
    recipe: Make, tmp_path: Path
) -> None:
    train(recipe("rfn-nest-1", ["loss.scales=2", "run.steps=1"]), tmp_path / "first")
    start = tmp_path / "first" / "last.safetensors"
    second = ["loss.scales=2", "run.steps=1", f"network.start={start}"]
    train(recipe("rfn-nest-2", second), tmp_path / "second")
    before, after = (
        load_any_network(tmp_path / run / "last.safetensors").state_dict()
        for run in ("first", "second")
    )
    for name, tensor in before.items():
        assert torch.equal(after[name], tensor) != name.startswith("fusion"), name


def test_tones_vary_where_the_recipe_says_so(recipe: Make, tmp_path: Path) -> None:
    """And whatever else is drawn stays as it is."""
    context = Context(tmp_path / "run", Process(), fresh=True)
    plain, varied = (
        NETWORKS["ifcnn"].task(recipe("ifcnn", [f"data.tone={tone}"]), context) for tone in (0, 1)
    )
    one, other = (task.batch(*task.plan(3, 6)) for task in (plain, varied))
    assert len(one) == len(other) == 4
    assert not torch.equal(one[0], other[0])
    assert all(torch.equal(a, b) for a, b in zip(one[2:], other[2:], strict=True))


def test_a_gan_is_trained_in_one_process(recipe: Make, tmp_path: Path) -> None:
    context = Context(tmp_path / "run", Process(rank=0, size=2), fresh=True)
    with pytest.raises(ConfigError, match="fusiongan must be trained in one process, got 2"):
        NETWORKS["fusiongan"].task(recipe("fusiongan", RECIPES["fusiongan"]), context)


def _stated(recipe: Path) -> float:
    """The GMAC of a step that a recipe's comment tells."""
    comment = " ".join(line.removeprefix("# ") for line in recipe.read_text("utf-8").split("\n"))
    (found,) = re.findall(r"here ([\d.]+) GMAC a step", comment)
    return float(found)


def _lengthen(checkpoint: Path, steps: int) -> None:
    """Make a run of one step into one that was stopped after it."""
    state = torch.load(checkpoint, weights_only=True)
    del state["sha256"]
    tables = json.loads(state["config"])
    tables["run"]["steps"] = steps
    state["config"] = json.dumps(tables)
    state["sha256"] = digest(state)
    torch.save(state, checkpoint)
