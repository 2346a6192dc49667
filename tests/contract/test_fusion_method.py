"""What every `FusionMethod` must do. A new method is one line in `METHODS`."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from clfnet.inference.backend import OnnxMethod
from clfnet.inference.fuser import Fuser
from clfnet.method import FloatImage, FusionMethod
from clfnet.methods import METHODS as CLASSICAL
from clfnet.weights import load_manifest

SHAPES = [(1, 1), (1, 7), (7, 1), (2, 3), (15, 17), (64, 48), (33, 130)]

LEAST = {"densefuse": 2}
"""The smallest side of those that refuse some of the shapes, in pixels; docs/methods.md says so."""

METHODS: dict[str, Callable[[Path], FusionMethod]] = {"maximum.onnx": OnnxMethod}
"""Name: how to make it, given the path of a small ONNX graph."""


def _shipped(name: str) -> Callable[[Path], FusionMethod]:
    return lambda _: Fuser(name, threads=1).method


def _classical(name: str) -> Callable[[Path], FusionMethod]:
    return lambda _: CLASSICAL[name]()


METHODS |= {name: _shipped(name) for name in load_manifest()}
METHODS |= {name: _classical(name) for name in CLASSICAL}


@pytest.fixture(params=METHODS)
def method(request: pytest.FixtureRequest, maximum_onnx: Path) -> FusionMethod:
    return METHODS[request.param](maximum_onnx)


@pytest.fixture(params=SHAPES, ids=str)
def pair(request: pytest.FixtureRequest, method: FusionMethod) -> tuple[FloatImage, FloatImage]:
    least = LEAST.get(method.name, 1)
    if min(request.param) < least:
        pytest.skip(f"{method.name} takes {least} pixels a side")
    rng = np.random.default_rng(0)
    return rng.random(request.param, np.float32), rng.random(request.param, np.float32)


def test_has_a_name(method: FusionMethod) -> None:
    assert method.name
    assert method.name.strip("/\\ ") == method.name


def test_shape_type_and_range(method: FusionMethod, pair: tuple[FloatImage, FloatImage]) -> None:
    fused = method(*pair)
    assert fused.shape == pair[0].shape
    assert fused.dtype == np.float32
    assert np.isfinite(fused).all()
    assert fused.min() >= 0
    assert fused.max() <= 1


def test_inputs_are_not_modified(method: FusionMethod, pair: tuple[FloatImage, FloatImage]) -> None:
    copies = [image.copy() for image in pair]
    method(*pair)
    for image, copy in zip(pair, copies, strict=True):
        np.testing.assert_array_equal(image, copy)


def test_read_only_and_strided_inputs(method: FusionMethod) -> None:
    rng = np.random.default_rng(0)
    infrared, visible = rng.random((20, 30), np.float32)[::2], rng.random((30, 10), np.float32).T
    expected = method(infrared.copy(), visible.copy())
    infrared.setflags(write=False)
    np.testing.assert_array_equal(method(infrared, visible), expected)


def test_deterministic(method: FusionMethod, pair: tuple[FloatImage, FloatImage]) -> None:
    first = method(*pair)
    another_size = np.random.default_rng(1).random((2, 5, 6), np.float32)
    method(*another_size)  # in between changes nothing
    np.testing.assert_array_equal(method(*pair), first)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_the_ends_of_the_range(method: FusionMethod, value: float) -> None:
    flat = np.full((16, 16), value, np.float32)
    fused = method(flat, flat)
    assert np.isfinite(fused).all()
    assert fused.min() >= 0
    assert fused.max() <= 1
