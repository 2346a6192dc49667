"""Checkpoints come back whole; what is no checkpoint is refused in one line."""

import os
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from clfnet.errors import WeightsError
from clfnet.training.checkpoint import load_checkpoint, save_checkpoint
from clfnet.training.config import TrainConfig
from clfnet.training.digest import digest
from clfnet.training.network_file import network_tensors
from clfnet.training.objective import Objective

Recipe = Callable[..., TrainConfig]
Run = tuple[TrainConfig, Objective, torch.optim.Optimizer]


class Harm:
    """What a hostile file would hold: unpickling it makes a folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.path),)


def step(objective: Objective, optimizer: torch.optim.Optimizer, seed: int) -> None:
    random = torch.Generator().manual_seed(seed)
    infrared, visible = torch.rand(2, 2, 1, 16, 16, generator=random) * 2 - 1
    optimizer.zero_grad()
    torch.autograd.backward(objective(infrared, visible, torch.arange(8))["loss"])
    optimizer.step()


@pytest.fixture
def run(recipe: Recipe) -> Run:
    torch.manual_seed(0)
    config = recipe(data={"held_out": ["c", "ü"]}, loss={"lambda1": 0.05})
    objective = Objective(config)
    optimizer = torch.optim.Adam(objective.parameters(), lr=0.01)
    for seed in range(3):
        step(objective, optimizer, seed)
    return config, objective, optimizer


@pytest.fixture
def path(tmp_path: Path, run: Run) -> Path:
    path = tmp_path / "run" / "checkpoint.pt"
    config, objective, optimizer = run
    save_checkpoint(
        path, config=config, step=3, best=0.1 + 0.2, objective=objective, optimizers=[optimizer]
    )
    return path


def test_comes_back_and_continues_bit_for_bit(path: Path, run: Run) -> None:
    config, objective, optimizer = run
    state = load_checkpoint(path)
    assert (state["config"], state["step"], state["best"]) == (config, 3, 0.1 + 0.2)
    torch.manual_seed(99)
    other = Objective(state["config"])
    other_optimizer = torch.optim.Adam(other.parameters(), lr=0.5)
    other.load_state_dict(state["objective"])
    other_optimizer.load_state_dict(state["optimizers"][0])
    for seed in (7, 8):
        step(objective, optimizer, seed)
        step(other, other_optimizer, seed)
    expected = objective.state_dict()
    assert expected.keys() == other.state_dict().keys()
    for name, tensor in other.state_dict().items():
        assert torch.equal(tensor, expected[name]), name


def test_a_former_checkpoint_is_replaced(path: Path, run: Run) -> None:
    config, objective, optimizer = run
    save_checkpoint(
        path, config=config, step=4, best=-torch.inf, objective=objective, optimizers=[optimizer]
    )
    state = load_checkpoint(path)
    assert (state["step"], state["best"]) == (4, -torch.inf)
    assert [file.name for file in path.parent.iterdir()] == ["checkpoint.pt"]


def refused(path: Path) -> str:
    with pytest.raises(WeightsError) as caught:
        load_checkpoint(path)
    message = str(caught.value)
    assert str(path) in message
    assert "\n" not in message
    return message


@pytest.mark.parametrize("zipped", [True, False])
def test_code_is_refused_and_not_run(path: Path, zipped: bool) -> None:
    harm = path.parent / "harm"
    if zipped:
        torch.save({"format": 1, "config": Harm(harm)}, path)
    else:
        path.write_bytes(pickle.dumps(Harm(harm), protocol=2))
    assert "is not a readable checkpoint" in refused(path)
    assert not harm.exists()


def test_damaged_files_are_refused(path: Path) -> None:
    data = path.read_bytes()
    for size in (0, 1, 100, len(data) // 2, len(data) - 1):
        path.write_bytes(data[:size])
        assert "is not a readable checkpoint" in refused(path)
    for junk in (b"hello world", b"\x80\x04N.", b"\x80\x02.", bytes(range(256))):
        path.write_bytes(junk)
        refused(path)


@pytest.mark.parametrize("state", [{"format": 0}, {"format": 3}, {"format": 1}, {}, [1, 2], None])
def test_another_version_is_refused(path: Path, state: object) -> None:
    torch.save(state, path)
    assert "is not a checkpoint of this version" in refused(path)


def test_a_missing_checkpoint_is_named(tmp_path: Path) -> None:
    message = refused(tmp_path / "checkpoint.pt")
    assert "is not there. Give the folder of a run that has a checkpoint." in message
    assert "is not a readable checkpoint" in refused(tmp_path)


def test_the_networks_tensors_are_its_weights_and_statistics(run: Run) -> None:
    network = run[1].network
    tensors = network_tensors(network)
    counters = [name for name in network.state_dict() if name.endswith("num_batches_tracked")]
    assert len(counters) == 24
    assert tensors.keys() == network.state_dict().keys() - set(counters)
    assert not any(tensor.requires_grad for tensor in tensors.values())
    for name, tensor in tensors.items():
        assert torch.equal(tensor, network.state_dict()[name])


def test_every_changed_bit_is_seen_or_harmless(path: Path) -> None:
    data, expected = path.read_bytes(), digest(_plain(load_checkpoint(path)))
    random = torch.Generator().manual_seed(0)
    refused = 0
    for _ in range(60):
        damaged = bytearray(data)
        bit = int(torch.randint(8 * len(data), (), generator=random))
        damaged[bit // 8] ^= 1 << bit % 8
        path.write_bytes(damaged)
        try:
            state = load_checkpoint(path)
        except WeightsError as error:
            refused += "\n" not in str(error)
        else:
            assert digest(_plain(state)) == expected
    assert refused > 10  # the rest is padding, and what the archive says twice


def _plain(state: dict[str, object]) -> dict[str, object]:
    return {**state, "config": repr(state["config"])}
