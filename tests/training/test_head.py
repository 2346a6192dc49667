"""A head alone: it learns, the network stays, and its graph computes Eq. (7)'s cosines."""

import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from torch.nn import functional as F

from clfnet import weights
from clfnet.errors import ConfigError, WeightsError
from clfnet.nn import CLFNet, ProjectionHead
from clfnet.training.checkpoint import load_head, load_network, network_bytes
from clfnet.training.config import TrainConfig
from clfnet.training.head import explain_graph, main, train_head, write_head
from clfnet.training.objective import Objective

Recipe = Callable[..., TrainConfig]


@pytest.fixture
def start(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    path = tmp_path / "start.safetensors"
    path.write_bytes(network_bytes(CLFNet(2)))
    return path


@pytest.fixture
def config(recipe: Recipe, start: Path) -> Callable[[int], TrainConfig]:
    return lambda steps: recipe(
        model={"start": str(start), "hidden": 64, "embedding": 16},
        loss={"lambda1": 1.0, "lambda2": 0.0, "samples": 32},
        optimizer={"learning_rate": 0.02},
        run={"steps": steps},
    )


def _weights(objective: Objective) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in objective.network.state_dict().items()}


def test_the_head_learns_and_the_network_stays(recipe: Recipe, shipped: weights.Model) -> None:
    assert shipped.safetensors is not None
    start = shipped.safetensors.path

    def config(steps: int) -> TrainConfig:
        return recipe(
            model={"start": str(start), "width": 16, "hidden": 32, "embedding": 16},
            loss={"lambda1": 1.0, "lambda2": 0.0, "samples": 32},
            optimizer={"learning_rate": 0.01},
            run={"steps": steps},
        )

    _, before = train_head(config(1))
    objective, after = train_head(config(40))
    assert after["patch_nce"] < before["patch_nce"] - 1
    assert 0 <= after["infrared_share"] <= 1
    network = load_network(start).state_dict()
    assert all(torch.equal(value, network[name]) for name, value in _weights(objective).items())
    assert not any(module.training for module in objective.modules())


def test_training_is_repeatable(config: Callable[[int], TrainConfig]) -> None:
    first, second = (train_head(config(3)) for _ in range(2))
    assert first[1] == second[1]
    for a, b in zip(first[0].parameters(), second[0].parameters(), strict=True):
        assert torch.equal(a, b)


def test_a_recipe_needs_a_network_and_a_contrast(recipe: Recipe, start: Path) -> None:
    for changes in (
        {"model": {"start": ""}},
        {"model": {"start": str(start)}, "loss": {"lambda1": 0.0}},
    ):
        with pytest.raises(ConfigError, match=r"`model\.start`, `loss\.lambda1`"):
            train_head(recipe(**changes))


@pytest.mark.parametrize(("height", "width", "stride"), [(9, 14, 4), (1, 1, 4), (8, 5, 1)])
def test_the_graph_equals_torch(height: int, width: int, stride: int) -> None:
    torch.manual_seed(height)
    network, head = CLFNet(2).eval(), ProjectionHead(8, 10, 5).eval()
    for norm in (head.norm, *(m for m in network.modules() if isinstance(m, torch.nn.BatchNorm2d))):
        torch.nn.init.uniform_(norm.weight, 0.5, 1.5)
        torch.nn.init.normal_(norm.bias, std=0.3)
    graph = explain_graph(network, head, stride=stride).SerializeToString()
    images = torch.rand(3, 1, 1, height, width)
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    names = ("infrared", "visible", "fused")
    feeds = {name: image.numpy() for name, image in zip(names, images, strict=True)}
    found = session.run(["infrared_cosine", "visible_cosine"], feeds)
    facts = session.get_modelmeta().custom_metadata_map
    assert (facts["stride"], facts["margin"]) == (str(stride), "4")
    for index, encoder in enumerate((network.infrared_encoder, network.visible_encoder)):
        with torch.inference_mode():
            query, positive = (
                head(encoder(image * 2 - 1)[0].flatten(1).T[None])[0]
                for image in (images[2], images[index])
            )
            expected = F.cosine_similarity(query, positive, dim=-1).reshape(height, width)
        np.testing.assert_allclose(found[index][0, 0], expected[::stride, ::stride], atol=1e-5)


def test_written_files_come_back(config: Callable[[int], TrainConfig], tmp_path: Path) -> None:
    trained = train_head(config(2))
    paths = write_head(*trained, tmp_path / "model", name="tiny")
    assert [path.name for path in paths] == ["tiny-explain.onnx", "tiny-head.safetensors"]
    head = trained[0].head
    assert head is not None
    rows = torch.randn(1, 7, 8)
    with torch.inference_mode():
        assert torch.equal(load_head(paths[1])(rows), head(rows))


def test_the_manifest_is_told(
    config: Callable[[int], TrainConfig], manifest: Path, start: Path
) -> None:
    before = json.loads(manifest.read_text())["clfnet"]
    trained = train_head(config(2))
    *files, listed = write_head(*trained, manifest.parent)
    assert listed == manifest
    entry = json.loads(manifest.read_text())["clfnet"]
    explain = entry.pop("explain")
    assert entry == before
    for path, part in zip(files, (explain, explain["head"]), strict=True):
        assert part["file"] == path.name
        assert part["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert explain["scores"] == trained[1]
    assert explain["config"]["model"]["start"] == str(start)
    found = weights.find("clfnet").explain
    assert found is not None
    assert found.read() == files[0].read_bytes()


def test_the_command(
    config: Callable[[int], TrainConfig],
    recipe_file: Callable[[TrainConfig], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    recipe, output = recipe_file(config(5)), tmp_path / "out"
    command = ["head", str(recipe), "-o", str(output), "--name", "a", "--set", "run.steps=2"]
    monkeypatch.setattr(sys, "argv", command)
    main()
    assert capsys.readouterr().out.split() == [
        str(output / name) for name in ("a-explain.onnx", "a-head.safetensors")
    ]
    monkeypatch.setattr(sys, "argv", [*command, "--set", "model.start=no.safetensors"])
    with pytest.raises(SystemExit, match=r"error: no\.safetensors is not a readable network"):
        main()


def test_damaged_heads_are_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "head.safetensors"
    for data in (b"", b"junk", network_bytes(CLFNet(1))):
        path.write_bytes(data)
        with pytest.raises(WeightsError, match="not a readable projection head") as caught:
            load_head(path)
        assert "\n" not in str(caught.value)


def test_the_shipped_graph_is_the_shipped_network_and_head(shipped: weights.Model) -> None:
    assert shipped.explain is not None
    assert shipped.safetensors is not None
    head = load_head(shipped.explain.path.with_name("clfnet-head.safetensors"))
    network = load_network(shipped.safetensors.path)
    assert explain_graph(network, head).SerializeToString() == shipped.explain.read()
