"""A head alone: it learns, the network stays, and it becomes the part of a model."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from clfnet import weights
from clfnet.errors import ConfigError, WeightsError
from clfnet.nn import CLFNet, ProjectionHead
from clfnet.training import HeadConfig, parse_any, resume, train, trainer
from clfnet.training.checkpoint import load_checkpoint, save_checkpoint
from clfnet.training.config import TrainConfig, as_tables
from clfnet.training.export import export_run
from clfnet.training.log import read_log
from clfnet.training.network_file import load_network, network_bytes

Recipe = Callable[..., TrainConfig]
HeadRecipe = Callable[..., HeadConfig]


@pytest.fixture
def start(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    path = tmp_path / "start.safetensors"
    path.write_bytes(network_bytes(CLFNet(2)))
    return path


@pytest.fixture
def config(recipe: Recipe, start: Path) -> HeadRecipe:
    """Make a head's recipe: ``config(steps, **tables)``."""

    def make(steps: int = 2, **changes: dict[str, object]) -> HeadConfig:
        tables = as_tables(
            recipe(
                model={"start": str(start), "hidden": 64, "embedding": 16},
                loss={"lambda1": 1.0, "lambda2": 0.0, "samples": 32},
                optimizer={"learning_rate": 0.02},
                run={"steps": steps, "validate_every": 1000},
            )
        )
        for name, table in changes.items():
            tables[name] |= table
        head = parse_any({**tables, "kind": "head"})
        assert isinstance(head, HeadConfig)
        return head

    return make


def measured(folder: Path) -> dict[str, float]:
    return {name: value for _, name, value in read_log(folder / "log.csv")}


def test_the_head_learns_and_the_network_stays(
    config: HeadRecipe, shipped: weights.Model, tmp_path: Path
) -> None:
    assert shipped.safetensors is not None
    start = shipped.safetensors.path
    model = {"start": str(start), "width": 16, "hidden": 32, "embedding": 16}
    for steps in (1, 40):
        train(config(steps, model=model, optimizer={"learning_rate": 0.01}), tmp_path / str(steps))
    before, after = (measured(tmp_path / steps) for steps in ("1", "40"))
    assert after["validation patch_nce"] < 0.6 * before["validation patch_nce"]
    assert after["validation score"] == -after["validation patch_nce"]
    assert 0 <= after["validation infrared_share"] <= 1
    network = load_network(start).state_dict()
    state = load_checkpoint(tmp_path / "40" / trainer.CHECKPOINT)["objective"]
    for name, value in network.items():
        assert torch.equal(state[f"network.{name}"], value), name
    assert not (tmp_path / "40" / "samples").exists()


def test_resuming_equals_never_having_stopped(config: HeadRecipe, tmp_path: Path) -> None:
    train(config(4), tmp_path / "straight")
    train(config(4), tmp_path / "stopped")
    checkpoint = tmp_path / "stopped" / trainer.CHECKPOINT
    train(config(2), tmp_path / "half")
    half = load_checkpoint(tmp_path / "half" / trainer.CHECKPOINT)
    task = load_checkpoint(checkpoint)
    save_checkpoint(
        checkpoint,
        config=task["config"],
        step=2,
        best=half["best"],
        objective=Kept(half["objective"]),
        optimizers=[Kept(each) for each in half["optimizers"]],  # type: ignore[misc]
    )
    resume(tmp_path / "stopped")
    one, other = (load_file(tmp_path / n / trainer.LAST) for n in ("straight", "stopped"))
    assert all(torch.equal(tensor, other[name]) for name, tensor in one.items())


class Kept(torch.nn.Module):
    """Whatever had this state."""

    def __init__(self, state: dict[str, object]) -> None:
        super().__init__()
        self.state = state

    def state_dict(self, *_: object, **__: object) -> dict[str, object]:  # type: ignore[override]
        return self.state


def test_a_recipe_needs_a_network_and_a_contrast(config: HeadRecipe) -> None:
    for changes in ({"model": {"start": ""}}, {"loss": {"lambda1": 0.0, "lambda2": 1.0}}):
        with pytest.raises(ConfigError, match=r"`model\.start` and `loss\.lambda1` must be given"):
            config(**changes)


def test_a_network_that_is_not_there(config: HeadRecipe, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"no\.safetensors is not a readable network"):
        train(config(model={"start": "no.safetensors"}), tmp_path / "run")


def test_it_becomes_part_of_a_model(
    config: HeadRecipe, manifest: Path, start: Path, tmp_path: Path
) -> None:
    before = json.loads(manifest.read_text())["clfnet"]
    train(config(2), tmp_path / "run")
    *files, listed = export_run(tmp_path / "run", manifest.parent, overwrite=True)
    assert listed == manifest
    assert [file.name for file in files] == ["clfnet-explain.onnx", "clfnet-head.safetensors"]
    entry = json.loads(manifest.read_text())["clfnet"]
    explain = entry.pop("explain")
    assert entry == before
    for path, part in zip(files, (explain, explain["head"]), strict=True):
        assert part["file"] == path.name
        assert part["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    log = measured(tmp_path / "run")
    assert explain["scores"]["patch_nce"] == pytest.approx(log["validation patch_nce"], abs=1e-6)
    assert explain["config"]["model"]["start"] == str(start)
    found = weights.find("clfnet").explain
    assert found is not None
    assert found.read() == files[0].read_bytes()


def test_of_a_model_without_a_card_there_are_files_alone(
    config: HeadRecipe, tmp_path: Path
) -> None:
    train(config(2), tmp_path / "run")
    files = export_run(tmp_path / "run", tmp_path / "model", name="tiny")
    assert [path.name for path in files] == ["tiny-explain.onnx", "tiny-head.safetensors"]
    last = load_file(tmp_path / "run" / trainer.LAST)
    head = load_network(files[1], ProjectionHead)
    for name, tensor in last.items():
        assert torch.equal(head.state_dict()[name], tensor), name


def test_damaged_heads_are_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "head.safetensors"
    for data in (b"", b"junk"):
        path.write_bytes(data)
        with pytest.raises(WeightsError, match="not a readable network") as caught:
            load_network(path, ProjectionHead)
        assert "\n" not in str(caught.value)
    path.write_bytes(network_bytes(CLFNet(1)))
    with pytest.raises(WeightsError, match="must hold a network 'head', but holds 'clfnet'"):
        load_network(path, ProjectionHead)
