"""The shipped weights, in both formats and on real pairs."""

from pathlib import Path

import numpy as np
import pytest
import torch

from clfnet import Fuser
from clfnet.data.pairing import pair_folders
from clfnet.inference.backend import OnnxMethod
from clfnet.io.image import read_image
from clfnet.metrics import qabf, scd, to_grey, vif
from clfnet.scene import night_street
from clfnet.training.checkpoint import load_network
from clfnet.weights import Model


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
    whole = method.fuse_tile(infrared, visible)
    assert np.abs(method(infrared, visible) - whole).max() < 1e-5


def test_people_stay_hot_and_the_sign_stays_legible() -> None:
    scene = night_street(320, 240)
    fused = to_grey(Fuser()(scene.infrared, scene.visible)).astype(float)
    light = to_grey(scene.visible).astype(float)
    assert fused[scene.people].mean() > light[scene.people].mean() + 60
    assert fused[scene.sign].std() > 0.7 * light[scene.sign].std()


def test_both_sources_live_in_real_pairs(shared: Path) -> None:
    """What a model that copies one source fails: each half of VIF, SCD and Qabf, per image."""
    fuser = Fuser(stretch=True)
    folder = shared / "data" / "tno" / "test"
    values = []
    for files in pair_folders(folder / "ir", folder / "vi"):
        a, b = (to_grey(read_image(file).pixels) for file in files)
        fused = fuser(a, b)
        halves = [vif(fused, s, s, saturate=False) / 2 for s in (a, b)]
        values.append([*halves, scd(fused, a, b), qabf(fused, a, b)])
    lowest, means = np.min(values, axis=0), np.mean(values, axis=0)
    assert lowest[:2] == pytest.approx(lowest[:2])  # all finite
    assert (lowest > [0.15, 0.1, 1.2, 0.3]).all(), lowest
    assert (means > [0.3, 0.3, 1.65, 0.43]).all(), means
