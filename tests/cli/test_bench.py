"""`clfnet bench`: what it writes, prints and refuses."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from clfnet.bench import report as module
from clfnet.io.image import read_image

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "peak_memory", lambda *_: 1.5)


@pytest.fixture
def fails(tmp_path: Path) -> Path:
    """A graph that runs at no size but 32×24 pixels, and does not say so."""
    tensors = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, (1, 1, "height", "width"))
        for name in ("ir", "vis", "out")
    ]
    nodes = [
        helper.make_node("Max", ["ir", "vis"], ["m"]),
        helper.make_node("Mul", ["m", "w"], ["out"]),
    ]
    weight = numpy_helper.from_array(np.ones((1, 1, 24, 32), np.float32), "w")
    graph = helper.make_graph(nodes, "fails", tensors[:2], tensors[2:], [weight])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    path = tmp_path / "fails.onnx"
    path.write_bytes(model.SerializeToString())
    return path


def test_prints_a_table_and_writes_json_and_a_plot(
    run: Run, tmp_path: Path, maximum_onnx: Path
) -> None:
    code, out, err = run(
        *("bench", "--model=maximum", f"--compare={maximum_onnx}", "--size=32x24", "--size=48x40"),
        *("--threads=1", "--threads=2", "--quick"),
        *(f"--json={tmp_path / 'b.json'}", f"--plot={tmp_path / 'cost.png'}"),
    )
    assert (code, err) == (0, "")
    head, _, *rows = out.splitlines()
    assert head.startswith(
        "| model | backend | threads | size | network, s | CPU s | end to end, s |"
    )
    assert [row.split(" | ")[:4] for row in rows[:3]] == [
        ["| maximum", "–", "–", "32x24"],
        [f"| onnx:{maximum_onnx}", "onnxruntime", "1", "32x24"],
        [f"| onnx:{maximum_onnx}", "onnxruntime", "2", "32x24"],
    ]
    assert len(rows) == 6
    report = json.loads((tmp_path / "b.json").read_text())
    assert report["command"].startswith("clfnet bench --model=maximum --compare=")
    assert [row["network"]["repeats"] for row in report["rows"]] == [3] * 6
    assert report["machine"]["cores"] >= 1
    assert read_image(tmp_path / "cost.png").width > 1000


def test_shipped_models_by_default(run: Run, manifest: Path) -> None:
    code, out, _ = run("bench", "--quick", "--size=32x24", "--network", "--repeats=1")
    assert code == 0
    assert out.splitlines()[2].startswith("| clfnet | ")
    assert "end to end" not in out


def test_what_fails_is_told(run: Run, fails: Path) -> None:
    options = ("bench", "--quick", "--size=48x40", f"--compare={fails}", "--end-to-end")
    code, out, err = run(*options, "--model=maximum")
    assert code == 3
    assert len(out.splitlines()) == 4
    assert "network, s" not in out
    error = err.splitlines()[-1]
    assert error.startswith("clfnet: error: fails could not fuse 48x40 pixels")
    code, _, _ = run("bench", "--quick", "--size=48x40", f"--model=onnx:{fails}")
    assert code == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--size=huge"], "`size` must be one of roadscene, tno"),
        (["--model=clfnot"], "Did you mean `clfnet`"),
        (["--compare=no.onnx"], "no.onnx must be an ONNX file"),
        (["--plot=cost.png"], "The plot must have at least 2 sizes, got 1."),
        (["--plot=cost.png", "--size=vga", "--size=640x480"], "at least 2 sizes, got 1."),
        (["--plot=cost.jpg", "--size=vga", "--size=4k"], "must end in .png"),
        (["--json={root}/there.json"], "there.json must not exist"),
        (["--repeats=0"], "--repeats"),
        (["--threads=0"], "--threads"),
    ],
)
def test_mistakes_are_told_before_the_work(
    run: Run, tmp_path: Path, options: list[str], message: str
) -> None:
    (tmp_path / "there.json").write_text("precious")
    code, out, err = run("bench", *(option.format(root=tmp_path) for option in options))
    assert (code, out) == (2, "")
    assert message in err
    assert len(err.splitlines()) == 1
    assert (tmp_path / "there.json").read_text() == "precious"
