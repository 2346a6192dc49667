"""From a run to a model: the ONNX graph computes what the network does."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file

from clfnet import weights
from clfnet.errors import InputError, OutputExistsError, WeightsError
from clfnet.nn import CLFNet, FastNet
from clfnet.training import train, trainer
from clfnet.training.config import DistillConfig, TrainConfig, as_tables
from clfnet.training.export import export_plain, export_run
from clfnet.training.log import RunLog, read_log
from clfnet.training.network_file import load_network, network_bytes, network_tensors
from clfnet.training.networks import load_any_network

Recipe = Callable[..., TrainConfig]
Trained = Callable[[int], CLFNet]
Image = NDArray[np.float32]
ByTorch = Callable[..., Image]


def by_onnx(model: bytes, infrared: Image, visible: Image) -> Image:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    feeds = {"infrared": infrared[None, None], "visible": visible[None, None]}
    fused: Image = session.run(["fused"], feeds)[0][0, 0]
    return fused


@pytest.fixture
def run(recipe: Recipe, tmp_path: Path) -> Path:
    """A run of three validations."""
    train(recipe(run={"steps": 3, "validate_every": 1, "checkpoint_every": 1}), tmp_path / "run")
    return tmp_path / "run"


def test_a_run_becomes_a_model(
    run: Path, recipe: Recipe, tmp_path: Path, by_torch: ByTorch
) -> None:
    output = tmp_path / "model"
    files = export_run(run, output, name="tiny")
    assert files == [output / n for n in ("tiny.onnx", "tiny.safetensors", "manifest.json")]
    assert sorted(files) == sorted(output.iterdir())
    entry = json.loads((output / "manifest.json").read_text())["tiny"]
    for kind in ("onnx", "safetensors"):
        assert entry[kind]["file"] == f"tiny.{kind}"
        data = (output / entry[kind]["file"]).read_bytes()
        assert entry[kind]["sha256"] == hashlib.sha256(data).hexdigest()

    best = load_file(run / trainer.BEST)
    shipped = load_file(output / "tiny.safetensors")
    assert best.keys() == shipped.keys()
    assert all(torch.equal(tensor, shipped[name]) for name, tensor in best.items())
    network = load_network(output / "tiny.safetensors")
    images = np.random.default_rng(0).random((2, 20, 31), dtype=np.float32)
    np.testing.assert_allclose(
        by_onnx((output / "tiny.onnx").read_bytes(), *images),
        by_torch(network, *images),
        atol=1e-5,
    )

    model = weights.find("tiny", output / "manifest.json")  # as `clfnet fuse` reads it
    assert model.onnx.read() == (output / "tiny.onnx").read_bytes()
    assert model.card == {
        key: value for key, value in entry.items() if key not in ("onnx", "safetensors")
    }


def test_the_card_says_how_the_model_was_made(run: Path, recipe: Recipe, tmp_path: Path) -> None:
    export_run(run, tmp_path / "model")
    card = json.loads((tmp_path / "model" / "manifest.json").read_text())["clfnet"]
    config = recipe(run={"steps": 3, "validate_every": 1, "checkpoint_every": 1})
    assert card["config"] == as_tables(config)
    assert (card["seed"], card["held_out"]) == (0, ["c"])
    assert card["parameters"] == sum(p.numel() for p in CLFNet(2).parameters())
    rows = read_log(run / "log.csv")
    scores = {step: value for step, name, value in rows if name == "validation score"}
    assert scores[card["steps"]] == max(scores.values())
    logged = {name: value for step, name, value in rows if step == card["steps"]}
    for name, value in card["scores"].items():
        assert value == pytest.approx(logged[f"validation {name}"], abs=1e-6), name
    assert {"score", "EN", "MI", "VIF", "SD", "AG", "SF", "SCD"} <= card["scores"].keys()


def test_of_equal_scores_the_card_names_the_first_as_training_keeps_it(
    run: Path, tmp_path: Path
) -> None:
    log = RunLog(run)
    for step, score in ((1, 0.0), (2, 0.5), (3, 0.5)):
        log.write(step, {"validation score": score, "validation EN": float(step)})
    log.close()
    export_run(run, tmp_path / "model")
    card = json.loads((tmp_path / "model" / "manifest.json").read_text())["clfnet"]
    assert (card["steps"], card["scores"]) == (2, {"score": 0.5, "EN": 2.0})


def test_nothing_is_overwritten_unasked(run: Path, tmp_path: Path) -> None:
    output = tmp_path / "model"
    export_run(run, output, name="a")
    export_run(run, output, name="b")
    assert list(json.loads((output / "manifest.json").read_text())) == ["a", "b"]
    before = {path: path.read_bytes() for path in output.iterdir()}
    with pytest.raises(OutputExistsError, match="must not name a yet, but does"):
        export_run(run, output, name="a")
    (output / "c.safetensors").write_bytes(b"mine")
    with pytest.raises(OutputExistsError, match=r"c\.safetensors must not exist yet"):
        export_run(run, output, name="c")
    assert not (output / "c.onnx").exists()  # refused before anything is written
    (output / "c.safetensors").unlink()
    assert {path: path.read_bytes() for path in output.iterdir()} == before
    (output / "a.onnx").write_bytes(b"old")
    export_run(run, output, name="a", overwrite=True)
    assert {path: path.read_bytes() for path in output.iterdir()} == before


@pytest.mark.parametrize("text", ["", "{", "[]"])
def test_a_damaged_manifest_is_kept(run: Path, tmp_path: Path, text: str) -> None:
    output = tmp_path / "model"
    output.mkdir()
    (output / "manifest.json").write_text(text)
    with pytest.raises(WeightsError, match=r"manifest\.json must be a manifest in JSON"):
        export_run(run, output)
    assert [path.name for path in output.iterdir()] == ["manifest.json"]


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"best\.safetensors"):
        export_run(tmp_path, tmp_path / "model")
    assert not (tmp_path / "model").exists()


def test_a_network_comes_back(trained: Trained, tmp_path: Path) -> None:
    network, path = trained(3), tmp_path / "n.safetensors"
    save_file(network_tensors(network), path, {"width": "3"})
    loaded = load_network(path)
    assert (loaded.width, loaded.training) == (3, False)
    pair = torch.rand(2, 1, 1, 12, 13) * 2 - 1
    with torch.inference_mode():
        assert torch.equal(loaded(*pair), network(*pair))


def test_damaged_or_other_weights_are_refused_in_one_line(trained: Trained, tmp_path: Path) -> None:
    path = tmp_path / "n.safetensors"
    tensors = network_tensors(trained(3))
    save_file(tensors, path, {"width": "3"})
    data = path.read_bytes()

    def refused() -> str:
        with pytest.raises(WeightsError) as caught:
            load_network(path)
        assert str(path) in str(caught.value)
        assert "\n" not in str(caught.value)
        return str(caught.value)

    for damaged in (b"", b"junk", data[: len(data) // 2], data[:-1], bytes(100)):
        path.write_bytes(damaged)
        assert "is not a readable network" in refused()
    for metadata in (None, {"width": "wide"}, {"width": "0"}, {"width": "4"}):
        save_file(tensors, path, metadata)
        assert "is not a readable network" in refused()
    first = next(iter(tensors))
    save_file({k: t for k, t in tensors.items() if k != first}, path, {"width": "3"})
    assert f"lacks {first} and more: it holds another network" in refused()
    save_file({**tensors, "head.weight": torch.zeros(1)}, path, {"width": "3"})
    assert "has head.weight and more: it holds another network" in refused()
    path.unlink()
    assert "No such file" in refused()


def test_a_students_run_becomes_a_model(
    student_recipe: Callable[..., DistillConfig], tmp_path: Path, by_torch: ByTorch
) -> None:
    config = student_recipe(run={"steps": 2, "validate_every": 1})
    train(config, tmp_path / "run")
    files = export_run(tmp_path / "run", tmp_path / "model", name="fast")
    assert [file.name for file in files] == ["fast.onnx", "fast.safetensors", "manifest.json"]
    card = weights.find("fast", tmp_path / "model" / "manifest.json").card
    network = FastNet(4, 2, 2)
    assert card["parameters"] == sum(p.numel() for p in network.parameters())
    assert card["multiply_adds"] == (8 * 4 + 2 * (36 + 16) + 4 * 32) / 4 + 27
    assert card["teacher"] == config.teacher.model
    assert card["data"] == ", ".join((*config.data.infrared, *config.data.visible))
    assert card["config"] == as_tables(config)
    assert {"score", "teacher PSNR", "EN deviation", "EN"} <= card["scores"].keys()
    student = load_any_network(files[1])
    images = np.random.default_rng(0).random((2, 21, 32), dtype=np.float32)
    expected = by_torch(student, *images)
    np.testing.assert_allclose(by_onnx(files[0].read_bytes(), *images), expected, atol=1e-5)


def test_a_student_comes_back_and_is_no_full_network(tmp_path: Path) -> None:
    torch.manual_seed(0)
    student, path = FastNet(5, 2, 3).eval(), tmp_path / "n.safetensors"
    torch.nn.init.normal_(student.head.weight)
    path.write_bytes(network_bytes(student))
    assert path.read_bytes() == network_bytes(student)
    loaded = load_any_network(path)
    assert isinstance(loaded, FastNet)
    assert (loaded.channels, loaded.blocks, loaded.factor, loaded.training) == (5, 2, 3, False)
    pair = torch.rand(2, 1, 1, 12, 13) * 2 - 1
    with torch.inference_mode():
        assert torch.equal(loaded(*pair), student(*pair))
    with pytest.raises(WeightsError, match="must hold a network 'clfnet', but holds 'fast'"):
        load_network(path)
    tensors = network_tensors(student)
    for sizes in ("5, 2", "5, 2, x", "0, 2, 3", "5, 3, 3"):
        save_file(tensors, path, {"channels, blocks, factor": sizes})
        with pytest.raises(WeightsError, match=r"readable network|another network"):
            load_any_network(path)


SIZES = [(32, 48), (33, 45)]


def by_opencv(model: bytes, infrared: Image, visible: Image) -> Image:
    cv2 = pytest.importorskip("cv2")
    net = cv2.dnn.readNetFromONNX(np.frombuffer(model, np.uint8))
    net.setInput(infrared[None, None], "infrared")
    net.setInput(visible[None, None], "visible")
    fused: Image = net.forward("fused")[0, 0]
    return fused


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", ["clfnet", "fast"])
def test_a_plain_graph_runs_in_opencv(name: str, size: tuple[int, int], tmp_path: Path) -> None:
    file = export_plain(name, tmp_path, size)
    assert file == tmp_path / f"{name}-{size[0]}x{size[1]}.onnx"
    model = file.read_bytes()
    pair = np.random.default_rng(0).random((2, *size), np.float32)
    shipped = by_onnx(weights.find(name).onnx.read(), *pair)
    np.testing.assert_allclose(by_onnx(model, *pair), shipped, atol=2e-6)
    np.testing.assert_allclose(by_opencv(model, *pair), shipped, atol=1e-5)


@pytest.mark.parametrize("name", ["clfnet", "fast"])
def test_a_plain_graph_asks_for_nothing(name: str, tmp_path: Path) -> None:
    graph = onnx.load(export_plain(name, tmp_path, (40, 56))).graph
    assert not {"If", "Loop", "Shape", "Mod", "Range"} & {node.op_type for node in graph.node}
    for tensor in (*graph.input, *graph.output):
        assert [d.dim_value for d in tensor.type.tensor_type.shape.dim] == [1, 1, 40, 56]


def test_a_plain_graph_of_a_run(run: Path, tmp_path: Path) -> None:
    file = export_plain(str(run), tmp_path, (32, 32), name="mine")
    assert file.name == "mine-32x32.onnx"
    with pytest.raises(OutputExistsError):
        export_plain(str(run / trainer.BEST), tmp_path, (32, 32), name="mine")
    export_plain(str(run / trainer.BEST), tmp_path, (32, 32), name="mine", overwrite=True)


def test_what_has_no_plain_graph(tmp_path: Path, maximum_onnx: Path) -> None:
    with pytest.raises(WeightsError, match="must have its weights beside it, but there is no"):
        export_plain(str(maximum_onnx), tmp_path, (32, 32))
    with pytest.raises(InputError, match=r"HEIGHTxWIDTH of at most .*, got 0x32"):
        export_plain("fast", tmp_path, (0, 32))
