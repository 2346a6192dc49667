"""What is made for the page without a service; the page itself is in tests/browser/test_site.py."""

import json
from collections.abc import Callable
from types import ModuleType

import numpy as np
import onnxruntime
import pytest

from clfnet import weights
from clfnet.options import OPTIONS


@pytest.fixture(scope="module")
def web(load_script: Callable[[str], ModuleType]) -> ModuleType:
    pytest.importorskip("onnx")
    return load_script("packaging/web.py")


@pytest.mark.parametrize("name", ["fast", "clfnet"])
def test_a_graph_fuses_as_the_shipped_one(web: ModuleType, name: str) -> None:
    rng = np.random.default_rng(0)
    feeds = {kind: rng.random((1, 1, 22, 30), np.float32) for kind in ("infrared", "visible")}
    graph = web.graph(name).SerializeToString()
    (found,) = onnxruntime.InferenceSession(graph).run(None, feeds)
    shipped = onnxruntime.InferenceSession(weights.find(name).onnx.read())
    (wanted,) = shipped.run(["alone"], feeds)  # the second scale is the page's own
    np.testing.assert_allclose(found, wanted, atol=1e-5)
    assert b"If" not in {node.op_type.encode() for node in web.graph(name).graph.node}
    assert len(graph) < 800_000


def test_a_model_says_how_it_may_be_cut(web: ModuleType) -> None:
    fast, full = (web._card(name) for name in web.MODELS)
    assert (fast["is_default"], full["is_default"]) == (True, False)
    assert fast.items() >= {"margin": 12, "multiple": 2, "factor": 4}.items()


def test_options_are_the_librarys(web: ModuleType) -> None:
    told = web._options()
    flags = {option.flag or name for name, option in OPTIONS.items()}
    assert set(told["options"]) <= flags
    assert told["options"]["strength"]["maximum"] == 1
    assert set(told["range"]) < set(OPTIONS["thermal_range"].choices)


def test_the_service_worker_knows_its_files(web: ModuleType) -> None:
    files = {"main.js": b"", "example-visible.png": b""}
    text = web._service_worker(b"page", "assets/0", files)
    assert json.dumps(["./", "manifest.webmanifest", "assets/0/main.js"]) in text
    assert not [name for name in ("$version", "$folder", "$files", "$headers") if name in text]
    assert text != web._service_worker(b"another", "assets/0", files)


def test_the_policy_allows_the_site_alone(web: ModuleType) -> None:
    assert web.POLICY.startswith("default-src 'none'")
    assert "http" not in web.POLICY
    assert "connect-src 'self';" in web.POLICY
