"""The shipped models: found by name, verified by checksum."""

import json
from pathlib import Path

import pytest

from clfnet.errors import WeightsError
from clfnet.weights import MANIFEST, Model, ModelFile, find, load_manifest


def test_finds_by_name(manifest: Path) -> None:
    model = find("clfnet")
    assert model.name == "clfnet"
    assert model.onnx.path == manifest.parent / "clfnet.onnx"
    assert model.onnx.read().startswith(b"\x08")
    assert model.safetensors is not None
    assert model.safetensors.read() == b"{}"
    assert model.card == {"parameters": 0, "data": "none", "seed": 0, "scores": {"EN": 7.5}}


def test_finds_by_path(maximum_onnx: Path) -> None:
    for path in (maximum_onnx, str(maximum_onnx)):
        model = find(path)
        assert (model.name, model.onnx) == ("maximum", ModelFile(maximum_onnx))


def test_another_manifest_can_be_given(manifest: Path) -> None:
    assert list(load_manifest(manifest)) == ["clfnet"]
    assert find("clfnet", manifest) == find("clfnet")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("clfnett", "Did you mean `clfnet`"),
        ("zzz", "one of 'clfnet' or the path .* got 'zzz'. List the models"),
        ("a.safetensors", "clfnet export"),
    ],
)
def test_unknown_names(manifest: Path, name: str, message: str) -> None:
    with pytest.raises(WeightsError, match=message):
        find(name)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"no\.onnx must be a model file, but no such file"):
        find(tmp_path / "no.onnx").onnx.read()


def test_a_changed_file_is_refused(manifest: Path) -> None:
    path = manifest.parent / "clfnet.onnx"
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(WeightsError, match="must have the sha256"):
        find("clfnet").onnx.read()


@pytest.mark.parametrize("text", ["", "[]", '{"clfnet": {}}', '{"clfnet": {"onnx": "clfnet"}}'])
def test_a_damaged_manifest_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(text)
    with pytest.raises(WeightsError, match=r"manifest\.json must list the models"):
        load_manifest(path)


def test_model_files_lie_beside_the_manifest(manifest: Path) -> None:
    entries = json.loads(manifest.read_text())
    entries["clfnet"]["onnx"]["file"] = "../../../etc/clfnet.onnx"
    manifest.write_text(json.dumps(entries))
    assert find("clfnet").onnx.path == manifest.parent / "clfnet.onnx"


def test_the_shipped_manifest_is_true() -> None:
    for model in load_manifest(MANIFEST).values():
        assert model.onnx.read()
        assert model.safetensors is not None
        assert model.safetensors.read()


def test_the_shipped_model_has_a_card(shipped: Model) -> None:
    assert {"parameters", "config", "data", "seed", "scores"} <= set(shipped.card)
    assert shipped.onnx.path.stat().st_size < 5_000_000
