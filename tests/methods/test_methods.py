"""The list of methods, and what all that look for detail have in common."""

import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest

from clfnet.errors import MissingExtraError
from clfnet.method import FloatImage
from clfnet.methods import METHODS
from clfnet.methods.classical import Classical, Plane, load
from clfnet.weights import load_manifest

COPIES = {"infrared", "visible"}
OURS = {"tone", "detail"}
"""Reference rules of this project: they alter an image that comes twice, or prefer a source."""
FUSING = [name for name in METHODS if name not in COPIES | OURS]
DETAILED = [name for name in FUSING if name not in {"average", "maximum"}]


def random(*shape: int, seed: int = 0) -> FloatImage:
    return np.random.default_rng(seed).random(shape, np.float32)


def few_levels(seed: int) -> FloatImage:
    """An image in which equal pixels are common."""
    rng = np.random.default_rng(seed)
    return (rng.integers(0, 9, (37, 50)) / 8).astype(np.float32)


def test_names() -> None:
    assert list(METHODS) == [
        *("infrared", "visible", "average", "maximum", "tone", "detail", "laplacian", "ratio"),
        *("dwt", "dtcwt", "guided_filter", "two_scale_saliency"),
    ]
    assert all(make().name == name for name, make in METHODS.items())
    assert not set(METHODS) & set(load_manifest())


def test_listing_them_imports_no_extra() -> None:
    script = (
        "import sys\nfrom clfnet.methods import METHODS\nMETHODS['average']()\n"
        "assert not {'scipy', 'pywt', 'torch', 'onnxruntime'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


@pytest.mark.parametrize(
    ("name", "module", "package"),
    [("dwt", "pywt", "PyWavelets"), ("guided_filter", "scipy.ndimage", "scipy")],
)
def test_a_missing_extra_is_named(
    name: str, module: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, f"clfnet.methods.{name}", raising=False)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError, match=rf"^{package} is not .*clfnet\[methods\]"):
        METHODS[name]()


def test_a_rule_is_clipped_and_single_precision() -> None:
    infrared, visible = np.array([[[0, 0.25, 1]], [[1, 0.25, 0]]], np.float32)
    fused = Classical("contrast", lambda infrared, visible: 4 * infrared - 2 * visible)(
        infrared, visible
    )
    assert fused.dtype == np.float32
    assert fused.tolist() == [[0, 0.5, 1]]


@pytest.mark.parametrize("name", [name for name in METHODS if name not in OURS])
@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (2, 2), (17, 40), (64, 64)], ids=str)
def test_one_image_twice_comes_back(name: str, shape: tuple[int, int]) -> None:
    image = random(*shape)
    np.testing.assert_allclose(METHODS[name]()(image, image), image, atol=1e-6)


@pytest.mark.parametrize("name", FUSING)
def test_sources_can_be_swapped(name: str) -> None:
    method = METHODS[name]()
    infrared, visible = few_levels(0), few_levels(1)
    swapped = method(visible, infrared)
    np.testing.assert_allclose(method(infrared, visible), swapped, atol=1e-6)


@pytest.mark.parametrize("name", DETAILED)
def test_flat_images_give_their_mean(name: str) -> None:
    dark, light = np.full((20, 31), 0.25, np.float32), np.full((20, 31), 0.75, np.float32)
    np.testing.assert_allclose(METHODS[name]()(dark, light), 0.5, atol=1e-6)


@pytest.mark.parametrize("name", DETAILED)
def test_a_blob_and_a_texture_survive(name: str, scene: tuple[Plane, Plane]) -> None:
    fused = load(name).rule(*scene)
    inside, around = fused[12:20, 12:20].mean(), fused[:32, :32][:, 24:].mean()
    assert inside - around > 0.25  # 0.7 in infrared
    texture, expected = fused[8:56, 44:58], scene[1][8:56, 44:58]
    assert np.corrcoef(texture.ravel(), expected.ravel())[0, 1] > 0.95
    assert texture.std() > 0.65 * expected.std()  # a ratio shrinks with the light around it


@pytest.mark.parametrize("name", DETAILED)
def test_the_border_is_no_edge(name: str) -> None:
    """A detail of one source that runs out of the image goes on to the last pixel."""
    x = np.arange(60)
    stripes = np.tile(0.5 + 0.2 * np.sin(x * 2.0), (48, 1))
    fused = load(name).rule(np.full_like(stripes, 0.5), stripes)
    np.testing.assert_allclose(fused, stripes, atol=0.08)


TURNS: list[Callable[[Plane], Plane]] = [np.flipud, np.fliplr, np.transpose]


@pytest.mark.parametrize("name", ["laplacian", "ratio", "guided_filter", "two_scale_saliency"])
@pytest.mark.parametrize("turn", TURNS)
def test_turned_images_give_turned_results(
    name: str, turn: Callable[[Plane], Plane], scene: tuple[Plane, Plane]
) -> None:
    infrared, visible = (image[:33, :33] for image in scene)  # pyramids keep odd grids centred
    rule = load(name).rule
    np.testing.assert_allclose(
        rule(turn(infrared), turn(visible)), turn(rule(infrared, visible)), atol=1e-9
    )
