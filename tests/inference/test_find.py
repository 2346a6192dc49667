"""From what a user writes to a method."""

from pathlib import Path

import numpy as np
import pytest

from clfnet.errors import ConfigError, InputError, PairingError, WeightsError
from clfnet.inference.any_onnx import AnyOnnx
from clfnet.inference.backend import OnnxMethod
from clfnet.inference.find import LITERATURE, find_compared, find_method
from clfnet.inference.fuser import Fuser
from clfnet.inference.tiling import InTiles
from clfnet.methods import METHODS, Published
from clfnet.weights import load_manifest


def test_shipped_models(manifest: Path) -> None:
    method = find_method("clfnet", threads=1)
    assert isinstance(method, OnnxMethod)
    assert method.name == "clfnet"


def test_a_model_of_known_reach_is_run_in_tiles() -> None:
    method = find_method("fast", threads=3)
    assert isinstance(method, InTiles)
    assert isinstance(method.method, OnnxMethod)
    assert method.method.reach is not None
    assert (method.name, method.tiles.threads) == ("fast", 3)
    assert method.tiles.margin >= method.method.reach.margin > 0


@pytest.mark.parametrize("name", METHODS)
def test_classical_rules(name: str) -> None:
    assert find_method(name).name == name


def test_exported_models(maximum_onnx: Path) -> None:
    for spec in (maximum_onnx, str(maximum_onnx)):
        method = find_method(spec)
        assert isinstance(method, OnnxMethod)
        assert method.name == "maximum"


def test_foreign_graphs(maximum_onnx: Path) -> None:
    method = find_method(f"onnx:{maximum_onnx}")
    assert isinstance(method, AnyOnnx)
    assert method.name == "maximum"


def test_a_path_is_no_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WeightsError):
        find_method(Path("maximum"))


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("clfnett", r"got 'clfnett'\. Did you mean `clfnet`\?"),
        ("laplace", "Did you mean `laplacian`"),
        ("dwtt", "Did you mean `dwt`"),
        ("zzz", "one of 'clfnet', 'infrared', .* got 'zzz'. See: clfnet models"),
        ("a.safetensors", "clfnet export"),
        ("no.onnx", "no such file"),
        ("onnx:no.onnx", r"no\.onnx must be an ONNX file, but is no file"),
    ],
)
def test_unknown_ones(manifest: Path, spec: str, message: str) -> None:
    with pytest.raises(WeightsError, match=message) as caught:
        find_method(spec)
    assert "\n" not in str(caught.value)


def test_threads_are_checked(maximum_onnx: Path) -> None:
    for spec in (str(maximum_onnx), f"onnx:{maximum_onnx}"):
        with pytest.raises(ConfigError, match="`threads` must be at least 1, got 0"):
            find_method(spec, threads=0)


def test_results_do_not_fuse(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"must be able to fuse, got published:.*clfnet eval"):
        find_method(f"published:{tmp_path}")


def test_results_can_be_compared(tmp_path: Path) -> None:
    assert find_compared(f"published:{tmp_path}") == Published(tmp_path.name, tmp_path)
    method = find_compared("average")
    assert not isinstance(method, Published)
    assert method.name == "average"
    with pytest.raises(PairingError, match="not there"):
        find_compared("published:nowhere")


def test_fuser_takes_them_all(maximum_onnx: Path) -> None:
    infrared, visible = np.random.default_rng(0).integers(0, 256, (2, 9, 8), np.uint8)
    expected = np.maximum(infrared, visible)
    for spec in ("maximum", f"onnx:{maximum_onnx}"):
        np.testing.assert_array_equal(Fuser(spec)(infrared, visible), expected)


def test_networks_without_weights_say_how_to_get_them() -> None:
    rivals = pytest.importorskip("clfnet.nn.rivals")
    assert rivals.RIVALS.keys() == LITERATURE
    without = LITERATURE - load_manifest().keys()
    assert {"rfn_nest", "fusiongan", "ganmcc"} <= without
    for name in without:
        with pytest.raises(WeightsError, match=f"none of {name} are shipped. Make a model"):
            find_method(name)
