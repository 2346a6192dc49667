"""Batches of tensors, on their own device; here that is the CPU."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import clfnet
from clfnet.errors import ImageError, SizeMismatchError, WeightsError
from clfnet.torch import TorchFuser


@pytest.fixture(scope="module", params=["clfnet", "fast"])
def fusers(request: Any) -> tuple[TorchFuser, clfnet.Fuser]:
    return TorchFuser(request.param), clfnet.Fuser(request.param, thermal_range="full")


def images(channels: int, count: int = 2) -> tuple[torch.Tensor, torch.Tensor]:
    """Dark and lit places, black and white ones, smooth and noisy ones."""
    rng = np.random.default_rng(0)
    light = rng.random((count, channels, 37, 51)) * np.linspace(0, 1.2, 51)
    light[:, :, :6, :6], light[:, :, -6:, -6:] = 0, 1
    heat = np.sin(np.arange(51) / 7) / 2 + 0.5 + 0.1 * rng.standard_normal((count, 1, 37, 51))
    return (
        torch.from_numpy(np.rint(255 * heat.clip(0, 1)).astype(np.uint8)),
        torch.from_numpy(np.rint(255 * light.clip(0, 1)).astype(np.uint8)),
    )


@pytest.mark.parametrize("channels", [1, 3])
def test_equal_to_the_fuser_of_arrays(fusers: Any, channels: int) -> None:
    on_tensors, on_arrays = fusers
    infrared, visible = (each / 255 for each in images(channels))
    infrared += 1e-4 * torch.rand(infrared.shape, generator=torch.Generator().manual_seed(0))
    infrared.clamp_(0, 1)  # no longer of 256 levels: no two details are equally strong
    fused = on_tensors(infrared, visible)
    assert (fused.shape, fused.dtype) == (visible.shape, torch.float32)
    for heat, light, found in zip(infrared, visible, fused, strict=True):
        wanted = on_arrays(heat[0].numpy(), light.permute(1, 2, 0).squeeze().numpy())
        assert np.abs(found.permute(1, 2, 0).squeeze().numpy() - wanted).max() <= 1e-3


def test_types_stay(fusers: Any) -> None:
    on_tensors, _ = fusers
    infrared, visible = images(3)
    wanted = on_tensors(infrared / 255, visible / 255)
    for dtype in (torch.float64, torch.float16, torch.bfloat16):
        found = on_tensors(infrared / 255, (visible / 255).to(dtype))
        assert found.dtype == dtype
        assert (found.float() - wanted).abs().mean() < 0.005
    levels = on_tensors(infrared, visible)
    assert levels.dtype == torch.uint8
    assert (levels.float() / 255 - wanted).abs().max() <= 0.5 / 255 + 1e-5


def test_a_batch_is_its_images(fusers: Any) -> None:
    on_tensors, _ = fusers
    infrared, visible = images(3, count=3)
    each = torch.cat([on_tensors(infrared[i : i + 1], visible[i : i + 1]) for i in range(3)])
    assert (on_tensors(infrared, visible).int() - each.int()).abs().max() <= 1


def test_nothing_is_kept_for_gradients() -> None:
    infrared, visible = (each / 255 for each in images(1))
    fused = TorchFuser("fast")(infrared.requires_grad_(), visible)
    assert not fused.requires_grad


@pytest.mark.parametrize(
    ("infrared", "visible", "message"),
    [
        ((1, 8, 9), (1, 1, 8, 9), r"`infrared` must be \(B, 1, H, W\), got \(1, 8, 9\)"),
        ((1, 3, 8, 9), (1, 1, 8, 9), "`infrared` must be"),
        ((1, 1, 8, 9), (1, 4, 8, 9), r"`visible` must be \(B, 1, H, W\) or \(B, 3, H, W\), got"),
        ((0, 1, 8, 9), (0, 1, 8, 9), "`infrared` must be"),
    ],
)
def test_other_shapes_are_refused(
    infrared: tuple[int, ...], visible: tuple[int, ...], message: str
) -> None:
    with pytest.raises(ImageError, match=message):
        TorchFuser("fast")(torch.zeros(infrared), torch.zeros(visible))


def test_other_types_and_devices_are_refused() -> None:
    fuser, image = TorchFuser("fast"), torch.zeros(1, 1, 8, 9)
    with pytest.raises(ImageError, match=r"`visible` must be uint8 or floats, got torch.int16"):
        fuser(image, image.to(torch.int16))
    with pytest.raises(ImageError, match="`infrared` must be on cpu, where the network is, got m"):
        fuser(image.to("meta"), image)


@pytest.mark.parametrize("other", [(2, 1, 8, 9), (1, 1, 7, 9), (1, 1, 8, 8)])
def test_sizes_must_agree(other: tuple[int, ...]) -> None:
    with pytest.raises(SizeMismatchError, match="must agree in number, height and width"):
        TorchFuser("fast")(torch.zeros(1, 1, 8, 9), torch.zeros(other))


def test_files(tmp_path: Path) -> None:
    shipped = Path(clfnet.__file__).parent / "weights" / "fast.safetensors"
    for name in (shipped, shipped.with_suffix(".onnx"), str(shipped)):
        assert type(TorchFuser(name).network).__name__ == "FastNet"
    with pytest.raises(WeightsError):
        TorchFuser(tmp_path / "gone.safetensors")
    with pytest.raises(WeightsError, match="must be one of"):
        TorchFuser("quick")
