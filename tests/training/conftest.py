"""Tiny data and recipes: a run takes a second or two."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from onnx import TensorProto, helper

from clfnet.example import night_street
from clfnet.io.image import Image, write_image
from clfnet.metrics import to_grey
from clfnet.training.config import DistillConfig, Recipe, TrainConfig, as_toml, parse
from clfnet.training.dataset import Pair, Pixels
from clfnet.training.networks import parse_any

STEMS = ("a", "b", "c")
SIDE = 48


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Runs must be alike in every process; and the recipe's `threads` must not leak."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def _textured(seed: int, height: int, width: int) -> Pixels:
    """Smooth shapes with some noise on them, (H, W)."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width] / 48
    waves = sum(
        np.sin(2 * np.pi * (fy * y + fx * x + phase))
        for fy, fx, phase in random.uniform(0.3, 4, (5, 3))
    )
    image = 128 + 30 * waves + random.normal(0, 6, (height, width))
    levels: Pixels = np.clip(image, 0, 255).astype(np.uint8)
    return levels


@pytest.fixture
def textured_pair() -> Callable[..., Pair]:
    """Make a pair of unrelated textures: ``textured_pair(seed, height, width)``."""

    def make(seed: int = 0, height: int = SIDE, width: int = SIDE) -> Pair:
        infrared, visible = (_textured(2 * seed + i, height, width) for i in range(2))
        return Pair(f"pair {seed}", infrared, visible)

    return make


@pytest.fixture(scope="session")
def street() -> Pair:
    """The built-in night street: a pair in which each camera sees what the other does not."""
    scene = night_street(192, 144)
    return Pair("street", scene.infrared, to_grey(scene.visible))


@pytest.fixture
def folders(tmp_path: Path, textured_pair: Callable[..., Pair]) -> tuple[Path, Path]:
    """Folders of three pairs: a, b and c."""
    paths = tmp_path / "ir", tmp_path / "vi"
    for seed, stem in enumerate(STEMS):
        pair = textured_pair(seed)
        write_image(paths[0] / f"{stem}.png", Image(pair.infrared))
        write_image(paths[1] / f"{stem}.png", Image(pair.visible))
    return paths


@pytest.fixture
def recipe(folders: tuple[Path, Path]) -> Callable[..., TrainConfig]:
    """Make a tiny recipe on these folders: ``recipe(run={"steps": 3}, loss={"lambda1": 0})``."""

    def make(**changes: dict[str, Any]) -> TrainConfig:
        tables: dict[str, dict[str, Any]] = {
            "data": {
                "infrared": str(folders[0]), "visible": str(folders[1]), "held_out": ["c"],
                "crop": 16, "stride": 8, "augment": True,
            },
            "model": {"width": 2, "hidden": 8, "embedding": 4},
            "loss": {"samples": 8},
            "run": {
                "batch": 2, "steps": 6, "threads": 1, "validate_every": 3, "checkpoint_every": 2,
            },
        }  # fmt: skip
        for name, table in changes.items():
            tables[name] = tables.get(name, {}) | table
        return parse(tables)

    return make


@pytest.fixture
def average_onnx(tmp_path: Path) -> Path:
    """A teacher that takes the average."""
    shape: list[str | int | None] = [1, 1, "height", "width"]
    infrared, visible, fused = (
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name in ("infrared", "visible", "fused")
    )
    node = helper.make_node("Mean", ["infrared", "visible"], ["fused"])
    graph = helper.make_graph([node], "average", [infrared, visible], [fused])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    path = tmp_path / "average.onnx"
    path.write_bytes(model.SerializeToString())
    return path


@pytest.fixture
def student_recipe(folders: tuple[Path, Path], average_onnx: Path) -> Callable[..., DistillConfig]:
    """Make a tiny student's recipe: two sets, and a teacher that takes the average."""

    def make(**changes: dict[str, Any]) -> DistillConfig:
        tables: dict[str, dict[str, Any]] = {
            "data": {
                "infrared": [str(folders[0]), str(folders[1])],
                "visible": [str(folders[1]), str(folders[0])],
                "held_out": ["c"], "crop": 16, "augment": True,
            },
            "teacher": {"model": str(average_onnx)},
            "network": {"channels": 4, "blocks": 2, "factor": 2},
            "loss": {"samples": 8},
            "run": {
                "batch": 2, "steps": 6, "threads": 1, "validate_every": 3, "checkpoint_every": 2,
            },
        }  # fmt: skip
        for name, table in changes.items():
            tables[name] = tables.get(name, {}) | table
        config = parse_any(tables)
        assert isinstance(config, DistillConfig)
        return config

    return make


@pytest.fixture
def recipe_file(tmp_path: Path) -> Callable[[Recipe], Path]:
    """Write a recipe as the file that the command line takes."""

    def write(config: Recipe) -> Path:
        path = tmp_path / "recipe.toml"
        path.write_text(as_toml(config), encoding="utf-8")
        return path

    return write
