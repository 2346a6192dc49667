"""The shipped weights, in both formats and on real pairs."""

from pathlib import Path

import numpy as np
import pytest
import torch

import clfnet
from clfnet import Fuser, weights
from clfnet.bench import multiply_adds
from clfnet.example import night_street
from clfnet.inference.backend import OnnxMethod
from clfnet.inference.find import find_method
from clfnet.inference.tiling import InTiles, in_tiles
from clfnet.io.image import read_image
from clfnet.io.pairing import pair_folders
from clfnet.metrics import qabf, scd, score, to_grey
from clfnet.options import Space
from clfnet.training.network_file import load_network
from clfnet.usefulness.filters import detail, grey
from clfnet.usefulness.structure import own_details, structure
from clfnet.weights import Model
from scene import night_street as render


def test_onnx_and_torch_agree(shipped: Model) -> None:
    assert shipped.safetensors is not None
    shipped.safetensors.read()  # raises unless the checksum holds
    network = load_network(shipped.safetensors.path)
    method = OnnxMethod(shipped.onnx.read())
    scene = night_street(160, 120)
    street = (scene.infrared / 255, to_grey(scene.visible) / 255)
    noise = np.random.default_rng(0).random((2, 37, 51))
    for infrared, visible in (street, tuple(noise), tuple(noise[:, :1, :1])):
        pair = [np.asarray(image, np.float32) for image in (infrared, visible)]
        with torch.inference_mode():
            expected = network(*(torch.from_numpy(2 * image - 1)[None, None] for image in pair))
        fused = method(*pair)
        assert np.abs(fused - (expected[0, 0].numpy() + 1) / 2).max() < 1e-5


def test_tiled_equals_whole(shipped: Model) -> None:
    method = OnnxMethod(shipped.onnx.read())
    infrared, visible = np.random.default_rng(0).random((2, 40, 700), np.float32)
    tiled = in_tiles(method, threads=2)
    assert isinstance(tiled, InTiles)
    assert len(tiled.tiles.of(40, 700)) > 1
    whole = method(infrared, visible)
    assert np.abs(tiled(infrared, visible) - whole).max() < 1e-5


@pytest.mark.parametrize(("model", "little"), [("clfnet", 14), ("fast", 2)])
@pytest.mark.parametrize("space", ["bt601", "linear"])
def test_no_bit_depends_on_threads_or_memory(model: str, little: int, space: Space) -> None:
    draw = np.random.default_rng(0)
    for height, width in ((97, 130), (98, 129), (101, 133)):  # odd widths take another algorithm
        infrared = draw.random((height, width), np.float32)
        visible = draw.random((height, width, 3), np.float32)
        one = Fuser(model, threads=1, memory="1GiB", space=space)(infrared, visible)
        for threads, memory in ((1, little), (2, 1024), (3, 4 * little), (4, 768)):
            fuser = Fuser(model, threads=threads, memory=f"{memory}MiB", space=space)
            assert fuser.tiles is not None
            assert len(fuser.tiles.of(height, width)) > 1
            assert (fuser(infrared, visible) == one).all()


def test_people_stay_hot_and_the_sign_stays_legible() -> None:
    scene = render(320, 240)  # with masks of what is where
    fused = to_grey(Fuser()(scene.infrared, scene.visible)).astype(float)
    light = to_grey(scene.visible).astype(float)
    assert fused[scene.people].mean() > light[scene.people].mean() + 60
    assert fused[scene.sign].std() > 0.7 * light[scene.sign].std()


def test_both_sources_live_in_real_pairs(shared: Path) -> None:
    """What a model that copies one source fails: each one's own detail, SCD and Qabf, per image."""
    fuser = Fuser()
    folder = shared / "data" / "tno" / "test"
    values = []
    for files in pair_folders(folder / "ir", folder / "vi"):
        a, b = (to_grey(read_image(file).pixels) for file in files)
        fused = fuser(a, b)
        kept = structure(detail(grey(fused)), own_details(grey(a), grey(b)))
        values.append([kept, scd(fused, a, b), qabf(fused, a, b)])
    lowest, means = np.min(values, axis=0), np.mean(values, axis=0)
    assert (lowest > [0.65, 1.25, 0.52]).all(), lowest
    assert (means > [0.85, 1.65, 0.58]).all(), means


@pytest.fixture
def student() -> weights.Model:
    return weights.load_manifest()["fast"]


def test_the_student_is_small(student: weights.Model) -> None:
    assert student.card["parameters"] <= 100_000
    assert multiply_adds(student.onnx.path, 480, 640) <= 0.8e9


def test_the_student_looks_no_further_than_its_reach(student: weights.Model) -> None:
    """Nor does it take statistics of the image: far away, nothing changes to the bit."""
    method = find_method("fast", threads=1)
    pair = np.random.default_rng(0).random((2, 96, 128), np.float32)
    changed = pair.copy()
    changed[:, :, 100:] = 1 - changed[:, :, 100:]
    before, after = method(*pair), method(*changed)
    farther = 100 - 4 * (12 + 2)  # of the shrunk pair, its 12 pixels and two for interpolation
    np.testing.assert_array_equal(before[:, :farther], after[:, :farther])
    assert np.abs(before - after)[:, 101:].max() > 0.1


def test_the_student_does_as_its_teacher() -> None:
    street = night_street(320, 240)
    pair = street.infrared, street.visible
    full, fast = (clfnet.fuse(*pair, model=model) for model in ("clfnet", "fast"))
    error = np.sqrt(np.mean((full.astype(float) - fast) ** 2))
    assert error < 255 * 10 ** (-34 / 20)  # 34 dB


@pytest.mark.slow
@pytest.mark.parametrize("stretch", [False, True])
@pytest.mark.parametrize("name", ["tno", "roadscene"])
def test_the_student_scores_as_its_teacher(shared: Path, name: str, *, stretch: bool) -> None:
    """To a tenth, Qabf and AG worst: a network of 8,224 weights keeps less fine detail."""
    folder = shared / "data" / name / "test"
    scores: dict[str, list[list[float]]] = {"clfnet": [], "fast": []}
    for files in pair_folders(folder / "ir", folder / "vi"):
        infrared, visible = (to_grey(read_image(file).pixels) for file in files)
        for model, rows in scores.items():
            images = (
                clfnet.fuse(infrared, visible, model=model, stretch=stretch),
                infrared,
                visible,
            )
            paper = score(*images, dialect="paper", metrics=("EN", "MI", "VIF", "SD", "AG", "SF"))
            plain = score(*images, dialect="plain", metrics=("SCD", "Qabf"))
            rows.append([*paper.values(), *plain.values()])
    full, fast = (np.mean(rows, axis=0) for rows in scores.values())
    np.testing.assert_allclose(fast, full, rtol=0.1)
