"""Releases as their authors store them, with names and layouts of their kind."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import nn

from clfnet.errors import ConfigError, WeightsError
from clfnet.nn.rivals import PMGI, RIVALS, DenseFuse, FusionGAN, RFNNest, Rival, STDFusionNet
from clfnet.training.network_file import network_bytes
from clfnet.training.release import load_release

WriteBundle = Callable[..., Path]


def _network(kind: str, shake_norms: Callable[[nn.Module], None]) -> Rival:
    torch.manual_seed(3)
    network = RIVALS[kind]()
    shake_norms(network)
    return network.eval()


def _same(found: nn.Module, expected: nn.Module) -> None:
    state = found.state_dict()
    for name, tensor in expected.state_dict().items():
        if "num_batches" not in name:
            torch.testing.assert_close(state[name], tensor, rtol=0, atol=0, msg=name)


def _tensorflow(network: nn.Module, names: Mapping[str, str]) -> dict[str, NDArray[Any]]:
    """Kernels (H, W, in, out), each with its bias, and what an optimiser keeps of them."""
    tensors: dict[str, NDArray[Any]] = {"beta1_power": np.array(0.9, np.float32)}
    for layer, module in network.named_modules():
        if not isinstance(module, nn.Conv2d):
            continue
        kernel, bias = names[layer].split(" ") if " " in names[layer] else (names[layer], "")
        values = module.weight.detach().numpy().transpose(2, 3, 1, 0).copy()
        for slot in ("", "/Adam", "/Adam_1"):
            tensors[kernel + slot] = values + len(slot)
            if module.bias is not None:
                tensors[bias + slot] = module.bias.detach().numpy() + len(slot)
    return tensors


@pytest.mark.parametrize("kind", RIVALS)
def test_a_state_dict_of_other_names(
    kind: str, tmp_path: Path, shake_norms: Callable[[nn.Module], None]
) -> None:
    network = _network(kind, shake_norms)
    state = {
        f"module.net_{name}": tensor
        for name, tensor in network.state_dict().items()
        if (".norm.norm." not in name and ".features." not in name) or "norm" not in name
    }
    torch.save({"epoch": 3, "state_dict": state}, tmp_path / "theirs.pth")
    found, unused = load_release(kind, [tmp_path / "theirs.pth"])
    images = torch.rand(2, 1, 1, 30, 32) * 2 - 1
    with torch.inference_mode():
        torch.testing.assert_close(found(*images), network(*images), rtol=0, atol=0)
    assert not any("conv" in name for name in unused)


def test_pmgi_by_the_names_of_its_checkpoint(tmp_path: Path, write_bundle: WriteBundle) -> None:
    """They sort as layer1, layer1_vi, layer2, layer2_3, layer2_3_vi, layer2_vi, ..."""
    torch.manual_seed(0)
    network = PMGI()
    scopes = {"last": "layer5"}
    for paths, suffix in (("intensity", ""), ("gradient", "_vi")):
        scopes |= {f"{paths}{n}.conv": f"layer{n}{suffix}" for n in (1, 2, 3, 4)}
        scopes |= {f"to_{paths}{n}.conv": f"layer{n}_{n + 1}{suffix}" for n in (2, 3)}
    names = {
        layer: f"fusion_model/{scope}/w{scope[5:]} fusion_model/{scope}/b{scope[5:]}"
        for layer, scope in scopes.items()
    }
    tensors = _tensorflow(network, names)
    for scope in scopes.values():
        for own in ("beta", "gamma", "moving_mean", "moving_variance"):
            tensors[f"fusion_model/{scope}/BatchNorm/{own}"] = np.full(16, 7, np.float32)
    found, unused = load_release("pmgi", [write_bundle(tmp_path / "CGAN.model-1", tensors)])
    _same(found, network)
    assert len(unused) == 4 * len(scopes)


def test_stdfusionnet_by_the_names_of_its_checkpoint(
    tmp_path: Path, write_bundle: WriteBundle
) -> None:
    """By the alphabet the infrared encoder comes first, but the visible one is built first."""
    torch.manual_seed(0)
    network = STDFusionNet()
    names = {}
    for ours, theirs in (("visible", "vi"), ("infrared", "ir"), ("decoder", "reconstruction")):
        network_scope = (
            f"{theirs}_extraction_network" if ours != "decoder" else "reconstruction_network"
        )
        for layer, module in network.named_modules():
            part, _, rest = layer.partition(".")
            if part == ours and isinstance(module, nn.Conv2d):
                number, _, own = rest.partition(".")
                if ours != "decoder" and number == "0":
                    scope = "conv1"
                else:
                    block = int(number) + 1 if ours == "decoder" else int(number) - 1
                    scope = f"block{block}/{'identity_conv' if own == 'identity' else own}"
                at = f"STMFusion_model/{network_scope}/{scope}"
                names[layer] = f"{at}/w {at}/b"
    path = write_bundle(tmp_path / "Fusion.model-29", _tensorflow(network, names))
    found, unused = load_release("stdfusionnet", [path.with_name("Fusion.model-29.index")])
    _same(found, network)
    assert unused == []


def test_densefuse_of_tensorflow_has_no_last_relu(
    tmp_path: Path, write_bundle: WriteBundle
) -> None:
    """Its decoder comes first by the alphabet, and has a kernel of the shape of an encoder's."""
    torch.manual_seed(0)
    network = DenseFuse("tensorflow")
    scopes = {"encoder.first": "encoder/conv1_1"}
    scopes |= {f"encoder.dense.{n}": f"encoder/dense_block_conv{n + 1}" for n in range(3)}
    scopes |= {f"decoder.layers.{2 * n}": f"decoder/conv2_{n + 1}" for n in range(4)}
    names = {layer: f"{scope}/kernel {scope}/bias" for layer, scope in scopes.items()}
    path = write_bundle(tmp_path / "densefuse.ckpt", _tensorflow(network, names))
    found, unused = load_release("densefuse", [path])
    assert found.sizes == {"release": "tensorflow", "rule": "addition"}
    _same(found, network)
    assert unused == []


def test_names_that_say_nothing_count_by_their_numbers(
    tmp_path: Path, write_bundle: WriteBundle
) -> None:
    torch.manual_seed(0)
    network = RIVALS["u2fusion"]()
    layers = [name for name, module in network.named_modules() if isinstance(module, nn.Conv2d)]
    first = "Variable Variable_1"
    names = {
        layer: f"Variable_{2 * n} Variable_{2 * n + 1}" if n else first
        for n, layer in enumerate(layers)
    }
    found, unused = load_release(
        "u2fusion", [write_bundle(tmp_path / "model.ckpt", _tensorflow(network, names))]
    )
    _same(found, network)
    assert unused == []


def test_a_generator_beside_its_discriminator(tmp_path: Path, write_bundle: WriteBundle) -> None:
    torch.manual_seed(0)
    network = FusionGAN()
    layers = [name for name, module in network.named_modules() if isinstance(module, nn.Conv2d)]
    at = [f"fusion_model/layer{n}" for n in range(1, 6)]
    names = {
        layer: f"{a}/w{n} {a}/b{n}" for n, (layer, a) in enumerate(zip(layers, at, strict=True), 1)
    }
    tensors = _tensorflow(network, names)
    for n, (a, b) in enumerate(((1, 32), (32, 64), (64, 128), (128, 256)), 1):
        tensors[f"discriminator/layer_{n}/w_{n}"] = np.zeros((3, 3, a, b), np.float32)
        tensors[f"discriminator/layer_{n}/b_{n}"] = np.zeros(b, np.float32)
    found, unused = load_release("fusiongan", [write_bundle(tmp_path / "CGAN.model-3", tensors)])
    _same(found, network)
    assert all(name.startswith("discriminator") for name in unused)


def test_rfn_nest_is_in_two_files(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = RFNNest()
    fusion = network.fusion.state_dict()
    nest = {k: v for k, v in network.state_dict().items() if not k.startswith("fusion")}
    torch.save(nest, tmp_path / "nest.model")
    torch.save(fusion, tmp_path / "rfn.model")
    found, unused = load_release("rfn_nest", [tmp_path / "nest.model", tmp_path / "rfn.model"])
    _same(found, network)
    assert unused == []
    with pytest.raises(WeightsError, match=r"shape \(64, 128, 3, 3\) for rfn_nest's layer fusion"):
        load_release("rfn_nest", [tmp_path / "nest.model"])


def test_ifsepr_by_the_order_of_keras(tmp_path: Path) -> None:
    """Keras lists layers by depth: those of the three encoders are mixed."""
    torch.manual_seed(0)
    network = RIVALS["ifsepr"]()
    order = [
        *(
            f"{part}.{n}"
            for n in (0, 2)
            for part in ("private_infrared", "private_visible", "common")
        ),
        *(
            "private_infrared.4",
            "private_visible.4",
            "joint.0",
            "trunk.0",
            "trunk.2",
            "trunk.4",
            "last",
        ),
    ]
    modules = dict(network.named_modules())
    with h5py.File(tmp_path / "model.h5", "w") as file:
        labels = [f"z{len(order) - n}_conv" for n in range(len(order))]  # not by the alphabet
        file.attrs["layer_names"] = [label.encode() for label in labels]
        for label, layer in zip(labels, order, strict=True):
            group = file.create_group(label)
            names = [f"{label}/kernel:0", f"{label}/bias:0"]
            group.attrs["weight_names"] = [name.encode() for name in names]
            module = modules[layer]
            assert isinstance(module, nn.Conv2d)
            assert module.bias is not None
            group[names[0]] = module.weight.detach().numpy().transpose(2, 3, 1, 0)
            group[names[1]] = module.bias.detach().numpy()
    found, unused = load_release("ifsepr", [tmp_path / "model.h5"])
    _same(found, network)
    assert unused == []


def test_a_file_made_here_is_read_as_it_is(tmp_path: Path) -> None:
    network = DenseFuse("tensorflow", "l1")
    path = tmp_path / "mine.safetensors"
    path.write_bytes(network_bytes(network))
    found, unused = load_release("densefuse", [path])
    assert found.sizes == network.sizes
    _same(found, network)
    assert unused == []


def test_code_in_a_file_is_not_run(tmp_path: Path) -> None:
    torch.save(DenseFuse(), tmp_path / "whole.pth")
    with pytest.raises(WeightsError, match=r"Code in a file is not run: save its state_dict\(\)"):
        load_release("densefuse", [tmp_path / "whole.pth"])


@pytest.mark.parametrize("name", ["w.h5", "w.safetensors", "w.pth", "w.index"])
def test_a_damaged_file_is_one_line(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"nothing of the kind")
    with pytest.raises(WeightsError, match="cannot be read") as caught:
        load_release("ifsepr", [tmp_path / name])
    assert "\n" not in str(caught.value)


def test_unknown_methods_and_options_are_named(tmp_path: Path) -> None:
    torch.save(DenseFuse().state_dict(), tmp_path / "w.pth")
    with pytest.raises(ConfigError, match="`method` must be one of densefuse, rfn_nest"):
        load_release("densfuse", [tmp_path / "w.pth"])
    with pytest.raises(ConfigError, match=r"one of densefuse's \(release, rule\), got 'wrap'"):
        load_release("densefuse", [tmp_path / "w.pth"], {"wrap": "yes"})
