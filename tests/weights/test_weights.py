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


def test_networks_of_the_literature_have_a_manifest_of_their_own(manifest: Path) -> None:
    further = manifest.parent / "rivals" / "manifest.json"
    further.parent.mkdir()
    entry = json.loads(manifest.read_text())["clfnet"]
    further.write_text(json.dumps({"other": entry}))
    assert list(load_manifest()) == ["clfnet", "other"]
    assert find("other").onnx.path == further.parent / "clfnet.onnx"
    further.write_text("[]")
    with pytest.raises(WeightsError, match=r"rivals/manifest\.json must list the models"):
        load_manifest()


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


def test_an_exported_file_is_held_to_the_manifest_beside_it(manifest: Path) -> None:
    path = manifest.parent / "clfnet.onnx"
    model = find(path)
    assert model.onnx.read() == path.read_bytes()
    assert (model.name, model.card["seed"]) == ("clfnet", 0)
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(WeightsError, match=r"must have the sha256 .* export the model, again"):
        find(path).onnx.read()
    other = path.with_name("other.onnx")
    other.write_bytes(b"a user's own")
    assert find(other) == Model("other", ModelFile(other), None, {})


@pytest.mark.parametrize("text", ["", "{", '{"a": {"onnx": {"file": "a.onnx"}}}'])
def test_a_damaged_manifest_beside_a_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.onnx").write_bytes(b"graph")
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(WeightsError, match=r"manifest\.json must list models as JSON"):
        find(tmp_path / "a.onnx")


@pytest.mark.parametrize("text", ["[1]", "{}", '{"name": "app", "icons": {"onnx": 3}}'])
def test_another_programs_manifest_is_left_alone(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.onnx").write_bytes(b"graph")
    (tmp_path / "manifest.json").write_text(text)
    assert find(tmp_path / "a.onnx").onnx.read() == b"graph"
