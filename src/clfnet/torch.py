"""Fusing where tensors are: batches on a GPU, in and out without a copy to the CPU.

`clfnet.Fuser` takes tensors too, but fuses them on the CPU or through ONNX Runtime. Needs the extra
`train`, which brings torch.
"""

from pathlib import Path

import torch
from torch import Tensor

from clfnet.colour.luma import BT601_WEIGHTS, DARK, LIT
from clfnet.errors import ImageError, SizeMismatchError
from clfnet.training.distributed import without_tf32
from clfnet.training.network_file import find_network
from clfnet.training.networks import load_any_network


class TorchFuser:
    """Fuses batches of tensors on their own device.

    What comes out is what `clfnet.Fuser(model)` makes of the same pairs on the CPU, to 1e-3 of the
    range: luma by BT.601 is fused, chroma is kept. There is no thermal range and no alignment: both
    images are on one grid, and infrared is in [0, 1], white where it is hot.

    Args:
        model: the name of a shipped network, or the path of NAME.onnx or NAME.safetensors as
            `clfnet export` writes them side by side.
        device: where it runs, e.g. "cuda"; tensors have to be there.

    Raises:
        WeightsError: there is no such network, or its file is damaged.

    Example:
        >>> fuser = TorchFuser("fast")
        >>> infrared = torch.rand(4, 1, 48, 64)
        >>> fuser(infrared, torch.rand(4, 3, 48, 64)).shape
        torch.Size([4, 3, 48, 64])
    """

    def __init__(self, model: str | Path = "clfnet", *, device: str | torch.device = "cpu") -> None:
        self.network = load_any_network(find_network(model)).requires_grad_(False).to(device)
        self.device = next(self.network.parameters()).device

    def __call__(self, infrared: Tensor, visible: Tensor) -> Tensor:
        """Fuse a batch.

        Args:
            infrared: (B, 1, H, W), uint8 or floats in [0, 1].
            visible: (B, 1, H, W), or (B, 3, H, W) RGB, of these types.

        Returns:
            The fused images: shape, type and device of `visible`.

        Raises:
            ImageError: shape, type or device is another.
            SizeMismatchError: the two differ in number or size.
        """
        for name, tensor, channels in (("infrared", infrared, {1}), ("visible", visible, {1, 3})):
            self._check(name, tensor, channels)
        if infrared.shape[::2] != visible.shape[::2] or infrared.shape[3] != visible.shape[3]:
            raise SizeMismatchError(
                f"`infrared` and `visible` must agree in number, height and width, got "
                f"{tuple(infrared.shape)} and {tuple(visible.shape)}. Align them first."
            )
        with torch.inference_mode(), without_tf32():
            picture = _unit(visible)
            old = picture if picture.shape[1] == 1 else _luma(picture)
            new = (self.network(2 * _unit(infrared) - 1, 2 * old - 1) + 1) / 2
            new = new.clamp(0, 1)  # (B, 1, H, W)
            return _like(new if picture.shape[1] == 1 else _recoloured(picture, old, new), visible)

    def _check(self, name: str, tensor: Tensor, channels: set[int]) -> None:
        if tensor.ndim != 4 or tensor.shape[1] not in channels or 0 in tensor.shape:
            wanted = " or ".join(f"(B, {each}, H, W)" for each in sorted(channels))
            raise ImageError(f"`{name}` must be {wanted}, got {tuple(tensor.shape)}. Reshape it.")
        if not (tensor.is_floating_point() or tensor.dtype == torch.uint8):
            raise ImageError(f"`{name}` must be uint8 or floats, got {tensor.dtype}. Convert it.")
        if tensor.device != self.device:
            raise ImageError(
                f"`{name}` must be on {self.device}, where the network is, got {tensor.device}. "
                f"Move it there, or make a TorchFuser of that device."
            )


def _unit(tensor: Tensor) -> Tensor:
    """As float32 in [0, 1]."""
    return tensor.float() / 255 if tensor.dtype == torch.uint8 else tensor.float()


def _like(fused: Tensor, visible: Tensor) -> Tensor:
    if visible.dtype == torch.uint8:
        return (fused * 255).round_().to(torch.uint8)
    return fused.to(visible.dtype)


def _luma(rgb: Tensor) -> Tensor:
    shares = torch.from_numpy(BT601_WEIGHTS).to(rgb.device).view(1, 3, 1, 1)
    return (rgb * shares).sum(1, keepdim=True).clamp(0, 1)


def _recoloured(rgb: Tensor, old: Tensor, new: Tensor) -> Tensor:
    """Put a luma into RGB, (B, 3, H, W); see `clfnet.colour.luma.BT601.with_luma`."""
    in_the_dark = torch.minimum(_ratio(new, old), _ratio(old, new).sqrt())
    brightest = rgb.amax(1, keepdim=True)
    rise = ((brightest - DARK) / (LIT - DARK)).clamp(0, 1)
    chroma = (rgb - old) * in_the_dark ** (1 - rise * rise * (3 - 2 * rise))
    above = _quotient(1 - new, torch.maximum(chroma.amax(1, keepdim=True), 1 - new))
    below = _quotient(new, torch.maximum(-chroma.amin(1, keepdim=True), new))
    return (new + chroma * torch.minimum(above, below)).clamp(0, 1)


def _ratio(numerator: Tensor, denominator: Tensor) -> Tensor:
    return _quotient(numerator, torch.maximum(numerator, denominator))


def _quotient(part: Tensor, whole: Tensor) -> Tensor:
    """Part of a whole, at most 1; 1 where both are 0."""
    return torch.where(whole > 0, part / whole, 1.0).clamp(max=1)
