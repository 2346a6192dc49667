"""`clfnet train` and `clfnet export` of a student; the full network's are in tests/e2e."""

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from clfnet.example import night_street
from clfnet.inference.find import find_method
from clfnet.io.image import Image, write_image
from clfnet.training.engine import Engine

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def recipe(tmp_path: Path, maximum_onnx: Path) -> Path:
    """A student's recipe on two pairs."""
    scene = night_street(112, 64)
    for stem, columns in (("a", slice(0, 56)), ("b", slice(56, 112))):
        write_image(tmp_path / "ir" / f"{stem}.png", Image(scene.infrared[:, columns]))
        write_image(tmp_path / "vi" / f"{stem}.png", Image(scene.visible[:, columns]))
    path = tmp_path / "student.toml"
    path.write_text(
        f"""
        [data]
        infrared = ["{tmp_path / "ir"}"]
        visible = ["{tmp_path / "vi"}"]
        held_out = ["b"]
        crop = 16
        [teacher]
        model = "{maximum_onnx}"
        [network]
        channels = 4
        blocks = 2
        [run]
        batch = 2
        steps = 2
        threads = 1
        """
    )
    return path


def test_from_a_teacher_to_a_model_that_fuses(run: Run, recipe: Path, tmp_path: Path) -> None:
    code, out, err = run("train", recipe, "-o", tmp_path / "run")
    assert code == 0, err
    assert out.startswith(f"{tmp_path / 'run'}: 2 steps, best validation score -")
    code, out, err = run("export", tmp_path / "run", "-o", tmp_path / "model", "--name", "fast")
    assert code == 0, err
    assert json.loads((tmp_path / "model" / "manifest.json").read_text())["fast"]["teacher"]
    method = find_method(tmp_path / "model" / "fast.onnx", threads=1)
    infrared, visible = np.random.default_rng(0).random((2, 31, 45), np.float32)
    fused = method(infrared, visible)
    # it was the maximum when it started, and had no time to become anything else
    assert np.abs(fused - np.maximum(infrared, visible)).mean() < 0.05


def test_a_run_that_is_stopped_says_how_to_go_on(
    run: Run, recipe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Engine.run

    def run_and_ask(engine: Engine, first: int, count: int) -> object:
        os.kill(os.getpid(), signal.SIGTERM)
        return real(engine, first, count)

    folder = tmp_path / "my run"
    with monkeypatch.context() as patch:
        patch.setattr(Engine, "run", run_and_ask)
        code, out, err = run("train", recipe, "-o", folder)
    assert code == 128 + signal.SIGTERM
    assert out == (
        f"{folder}: stopped after 1 steps. Go on with: clfnet train --resume '{folder}'\n"
    )
    code, out, err = run("train", "--resume", folder)
    assert code == 0, err
    assert out.startswith(f"{folder}: 2 steps, best validation score -")


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_not_there(run: Run, recipe: Path, tmp_path: Path) -> None:
    code, out, err = run("train", recipe, "-o", tmp_path / "run", "--device", "cuda")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "finds no GPU" in err
    assert not (tmp_path / "run").exists()


def test_a_teacher_that_is_not_there(run: Run, recipe: Path, tmp_path: Path) -> None:
    code, out, err = run("train", recipe, "-o", tmp_path / "run", "--set", "teacher.model=clfnat")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "Did you mean `clfnet`?" in err
    assert not (tmp_path / "run").exists()
