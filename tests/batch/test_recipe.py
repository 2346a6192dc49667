"""Recipes: options are checked at once, and what results depend on is told."""

import json
import pickle
from pathlib import Path

import numpy as np
import pytest

from clfnet.align import Rig
from clfnet.batch.recipe import Recipe, make_recipe
from clfnet.errors import ConfigError, InputError, WeightsError
from clfnet.weights import Model


def made(suffix: str = ".png", **options: object) -> Recipe:
    return make_recipe(options, suffix=suffix, overwrite=False)


def test_defaults_are_told_as_if_given() -> None:
    plain = made(model="maximum").described()
    assert plain == made(model="maximum", stretch=False, align="needed").described()
    assert plain != made(model="maximum", stretch=True).described()
    assert json.loads(json.dumps(plain)) == plain


def test_speed_is_no_part_of_it() -> None:
    described = made(model="maximum", threads=1, memory="64MiB").described()
    assert described == made(model="maximum").described()


def test_models_are_told_by_their_bytes(
    maximum_onnx: Path, shipped: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert made().described()["sha256"] == shipped.onnx.sha256
    model = tmp_path / "own.onnx"
    model.write_bytes(maximum_onnx.read_bytes())
    monkeypatch.chdir(tmp_path)
    recipe = made(model="own.onnx")
    assert recipe.options["model"] == str(model)  # workers have folders of their own
    assert made(model="onnx:own.onnx").options["model"] == f"onnx:{model}"
    model.write_bytes(b"another")
    with pytest.raises(ConfigError, match="must be one model on all machines"):
        recipe.fuser()


def test_a_rig_goes_with_the_recipe(tmp_path: Path) -> None:
    for name, scale in (("a", 1.0), ("b", 1.01)):
        rig = Rig(np.diag([scale, scale, 1.0]), (12, 8), (12, 8), None, "by hand")
        rig.write(tmp_path / f"{name}.json")
    first, second = (made(model="maximum", align=tmp_path / f"{n}.json") for n in "ab")
    (tmp_path / "a.json").unlink()
    assert pickle.loads(pickle.dumps(first)).fuser().alignment.rig is not None
    assert first.described()["align"] != second.described()["align"]


def test_what_is_wrong_shows_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"`format` must be one of .png, .jpg, .tif, got .bmp"):
        made(".bmp")
    with pytest.raises(ConfigError, match="to hold 16 bits"):
        made(".jpg", depth=16)
    with pytest.raises(WeightsError, match="Did you mean `clfnet`"):
        made(model="clfnot")
    with pytest.raises(ConfigError, match="`palette`"):
        made(model="maximum", palette="pink")
    with pytest.raises(InputError):
        made(model="maximum", align=tmp_path / "no.json")
