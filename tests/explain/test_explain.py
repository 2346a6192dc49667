"""Eq. (7) on finished images: against torch, against known origins, and what must always hold."""

import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from clfnet.errors import ConfigError, InputError, SizeMismatchError, WeightsError
from clfnet.explain import explain
from clfnet.explain.explain import find_graph, smoothed
from clfnet.inference.backend import OnnxMethod
from clfnet.method import FloatImage
from clfnet.nn import CLFNet, ProjectionHead
from clfnet.weights import Model

Pair = tuple[FloatImage, FloatImage]


def noise(seed: int, height: int, width: int) -> list[FloatImage]:
    random = np.random.default_rng(seed)
    return list(random.random((3, height, width), np.float32))


def _reference_margin(
    network: CLFNet, head: ProjectionHead, images: list[FloatImage]
) -> FloatImage:
    """Eqs. (6) and (7), place by place, with the training code's modules."""
    infrared, visible, fused = (torch.from_numpy(image)[None, None] * 2 - 1 for image in images)
    cosines = []
    with torch.inference_mode():
        for encoder, source in (
            (network.infrared_encoder, infrared),
            (network.visible_encoder, visible),
        ):
            query, positive = (
                head(encoder(image).flatten(2).transpose(1, 2)) for image in (fused, source)
            )
            cosines.append(F.cosine_similarity(query, positive, dim=-1))
    margin: FloatImage = (cosines[0] - cosines[1]).reshape(images[0].shape).numpy()
    return margin


@pytest.mark.parametrize(("height", "width"), [(1, 1), (3, 9), (24, 33), (40, 21)])
def test_equals_torch(
    tiny: tuple[CLFNet, ProjectionHead], model: Path, height: int, width: int
) -> None:
    infrared, visible, other = noise(0, height, width)
    left = np.arange(width) < width // 2
    images = [infrared, visible, 0.8 * np.where(left, infrared, visible) + 0.2 * other]
    found = explain(*images, model=str(model))
    expected = _reference_margin(*tiny, images)[::4, ::4]
    assert found.stride == 4
    assert found.margin.shape == expected.shape
    np.testing.assert_allclose(found.margin, expected, rtol=0, atol=1e-5)
    np.testing.assert_array_equal(found.winner, found.margin > 0)
    assert found.share.shape == (height, width)
    assert found.share.dtype == np.float32
    if height * width > 500:
        assert found.margin.std() > 0.01  # else the comparison could not fail


def test_tiles_have_no_seams(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    images = noise(1, 45, 70)
    whole = explain(*images, model=str(model))
    module = sys.modules["clfnet.explain.explain"]  # the name in the package is the function's
    monkeypatch.setattr(module, "_TILE", 16)
    tiled = explain(*images, model=str(model))
    np.testing.assert_allclose(tiled.margin, whole.margin, rtol=0, atol=1e-5)


def test_the_smoothing_is_its_formula() -> None:
    winner = np.random.default_rng(0).random((4, 5)) > 0.5
    share = smoothed(winner, (14, 17), 4, 5.0)
    for y in range(14):
        for x in range(17):
            weights = {
                (i, j): np.exp(-((y - 4 * i) ** 2 + (x - 4 * j) ** 2) / 50)
                for i in range(4)
                for j in range(5)
            }
            expected = sum(w for p, w in weights.items() if winner[p]) / sum(weights.values())
            assert share[y, x] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("won", [False, True])
def test_one_winner_everywhere_is_the_share_everywhere(won: bool) -> None:
    share = smoothed(np.full((5, 7), won), (19, 26), 4, 3.0)
    np.testing.assert_allclose(share, won, atol=1e-6)


def test_a_copy_comes_from_what_it_copies(street: Pair) -> None:
    infrared, visible = street
    assert explain(infrared, visible, infrared).overall > 0.99
    assert explain(infrared, visible, visible).overall < 0.01


def test_halves_of_two_origins_are_told_apart(street: Pair) -> None:
    infrared, visible = street
    fused = infrared.copy()
    fused[:, 64:] = visible[:, 64:]
    found = explain(infrared, visible, fused)
    inner = found.share[:, :50], found.share[:, 78:]
    assert inner[0].mean() > 0.97
    assert inner[1].mean() < 0.03


def test_a_blank_source_gives_nothing(street: Pair) -> None:
    infrared, visible = (0.3 + 0.6 * image for image in street)
    infrared[:, :64] = 0
    visible[:, 64:] = 0
    share = explain(infrared, visible).share  # of what the model makes of them
    assert share[:, :50].mean() < 0.1
    assert share[:, 78:].mean() > 0.9


def test_mixing_more_of_a_source_in_gives_it_more(street: Pair) -> None:
    infrared, visible = street
    shares = [
        explain(infrared, visible, part * infrared + (1 - part) * visible).overall
        for part in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]
    assert shares == sorted(shares)
    assert shares[1] < 0.4 < 0.6 < shares[3]


def test_the_models_own_fusion_is_the_default(street: Pair, shipped: Model) -> None:
    infrared, visible = street
    fused = OnnxMethod(shipped.onnx.read())(infrared, visible)
    np.testing.assert_array_equal(
        explain(infrared, visible).share, explain(infrared, visible, fused).share
    )


def test_shapes_are_checked(street: Pair) -> None:
    infrared, visible = street
    with pytest.raises(SizeMismatchError, match=r"128x96.*120x96"):
        explain(infrared, visible[:, :120])
    with pytest.raises(SizeMismatchError, match="size of its sources, 128x96, got 128x90"):
        explain(infrared, visible, visible[:90])


@pytest.mark.parametrize("smoothing", [0, 1.9, -3, float("nan")])
def test_too_little_smoothing_is_told(street: Pair, smoothing: float) -> None:
    with pytest.raises(InputError, match="`smoothing` must be at least 2 pixels"):
        explain(*street, smoothing=smoothing)


def test_threads_are_checked(street: Pair) -> None:
    with pytest.raises(ConfigError, match="threads"):
        explain(*street, threads=0)


@pytest.mark.parametrize("model", ["laplacian", "onnx:a.onnx", "published:folder"])
def test_what_is_no_clfnet_says_what_to_do(model: str) -> None:
    with pytest.raises(WeightsError, match=f"got {model}. .*--fused FILE --model clfnet"):
        find_graph(model)


def test_a_model_without_a_head_says_what_to_do(maximum_onnx: Path) -> None:
    with pytest.raises(WeightsError, match=r"must have a projection head .*--fused FILE"):
        find_graph(str(maximum_onnx))


def test_unknown_models_are_told() -> None:
    with pytest.raises(WeightsError, match="Did you mean `clfnet`"):
        find_graph("clfnett")


def test_a_graph_of_another_kind_is_told(street: Pair, tmp_path: Path, maximum_onnx: Path) -> None:
    for name in ("a", "a-explain"):
        (tmp_path / f"{name}.onnx").write_bytes(maximum_onnx.read_bytes())
    with pytest.raises(WeightsError, match=r"a-explain\.onnx must map infrared, visible, fused"):
        explain(*street, model=str(tmp_path / "a.onnx"))
