"""`clfnet models`: what is shipped."""

import json
from collections.abc import Callable
from pathlib import Path

Run = Callable[..., tuple[int, str, str]]


def test_lists_models(run: Run, manifest: Path) -> None:
    code, out, err = run("models")
    sha256 = json.loads(manifest.read_text())["clfnet"]["onnx"]["sha256"]
    assert (code, err) == (0, "")
    assert out.startswith("clfnet\n")
    assert sha256 in out
    assert "EN 7.5" in out


def test_json(run: Run, manifest: Path) -> None:
    found = json.loads(run("models", "--json")[1])
    assert set(found["clfnet"]) >= {"file", "bytes", "sha256", "parameters", "seed", "scores"}


def test_says_if_there_are_none(run: Run, manifest: Path) -> None:
    manifest.write_text("{}")
    assert run("models") == (0, "", "clfnet: no model is shipped with this version.\n")
