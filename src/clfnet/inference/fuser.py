"""From two pictures to one: colour, depth, alpha and stretching around a `FusionMethod`."""

import os
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clfnet.colour import bt601
from clfnet.errors import ImageError, SizeMismatchError
from clfnet.inference.find import find_method
from clfnet.io.image import Image, read_image
from clfnet.method import FloatImage, FusionMethod

Array = NDArray[Any]
Source = str | os.PathLike[str] | Array
"""A picture: the path of a file, or an array as `Fuser` takes it."""


class Fuser:
    """Fuses pairs with one model.

    The luma of the visible image is fused with the infrared image; chroma and alpha are kept. A
    colour infrared image counts as its luma. Values are taken at full scale: uint8 over 255, uint16
    over 65535, so a 16-bit thermal image that uses a small part of its range stays that dark;
    spread it first.

    Args:
        model: the name of a shipped model or of a classical rule, the path of an .onnx file,
            "onnx:FILE" for somebody else's graph (see `clfnet.inference.find`), or any
            `FusionMethod`.
        stretch: stretch the fused luma of each image linearly, so that it spans 0 to full scale; an
            image of one value stays as it is.
        threads: how many CPU threads one image may use; all cores by default. Counts for models
            that this class loads.

    Raises:
        WeightsError: there is no such model, or its file is damaged.
        InputError: `model` is a folder of results, "published:DIR".
        MissingExtraError: a classical rule needs the extra `methods`.
        ConfigError: `threads` is below 1.

    Example:
        >>> class Maximum:
        ...     name = "maximum"
        ...     def __call__(self, infrared, visible):
        ...         return np.maximum(infrared, visible)
        >>> fuser = Fuser(Maximum())
        >>> infrared = np.array([[0, 200]], np.uint8)
        >>> fuser(infrared, np.array([[90, 50]], np.uint8))
        array([[ 90, 200]], dtype=uint8)
    """

    def __init__(
        self,
        model: str | os.PathLike[str] | FusionMethod = "clfnet",
        *,
        stretch: bool = False,
        threads: int | None = None,
    ) -> None:
        self.method = (
            find_method(model, threads=threads) if isinstance(model, str | os.PathLike) else model
        )
        self.stretch = stretch

    def __call__(self, infrared: Source, visible: Source) -> Array:
        """Fuse one pair.

        Args:
            infrared: a path, or an array of shape (H, W), (H, W, 3) RGB or (H, W, 4) RGB and alpha;
                uint8, uint16, or float in [0, 1].
            visible: the same, of the same size; depth and channels may differ.

        Returns:
            An array like the visible image: its shape, its depth (float32 for any float), its
            chroma and its alpha. A grey file with alpha comes as RGB and alpha.

        Raises:
            ImageError: a file cannot be read, or an array is no such image.
            SizeMismatchError: the two differ in size.
        """
        first, second = _as_array(infrared, "infrared"), _as_array(visible, "visible")
        check_sizes(first, second, _name(infrared, "infrared"), _name(visible, "visible"))
        fused = self._fuse(first, second[..., :3] if second.ndim == 3 else second)
        if second.ndim == 3 and second.shape[2] == 4:
            return np.dstack([fused, second[..., 3].astype(fused.dtype, copy=False)])
        return fused

    def fuse_images(self, infrared: Image, visible: Image) -> Image:
        """Fuse one pair as files hold it; alpha and colour profile are the visible image's.

        Raises:
            SizeMismatchError: the two differ in size.
        """
        check_sizes(infrared.pixels, visible.pixels, "`infrared`", "`visible`")
        return Image(self._fuse(infrared.pixels, visible.pixels), visible.alpha, visible.icc)

    def _fuse(self, infrared: Array, visible: Array) -> Array:
        """Fuse (H, W) or (H, W, 3 or 4) with (H, W) or (H, W, 3); returns the latter's kind."""
        heat = _to_unit(infrared)
        heat = bt601.luma(heat[..., :3]) if heat.ndim == 3 else heat
        light = _to_unit(visible)
        if light.ndim == 2:
            return _from_unit(self._fuse_luma(heat, light), visible.dtype)
        fused = self._fuse_luma(heat, bt601.luma(light))
        return _from_unit(bt601.with_luma(light, fused), visible.dtype)

    def _fuse_luma(self, infrared: FloatImage, visible: FloatImage) -> FloatImage:
        fused = self.method(infrared, visible)
        return _stretched(fused) if self.stretch else fused


def fuse(
    infrared: Source,
    visible: Source,
    *,
    model: str | os.PathLike[str] | FusionMethod = "clfnet",
    stretch: bool = False,
) -> Array:
    """Fuse one pair; see `Fuser` for the arguments, the result and what it raises.

    A shipped model stays loaded for the next call. For many pairs and a model of your own, make one
    `Fuser`.
    """
    if isinstance(model, str) and Path(model).suffix != ".onnx":
        return _kept_fuser(model, stretch)(infrared, visible)
    return Fuser(model, stretch=stretch)(infrared, visible)


@lru_cache(maxsize=4)
def _kept_fuser(model: str, stretch: bool) -> Fuser:
    return Fuser(model, stretch=stretch)


def _as_array(source: Source, name: str) -> Array:
    """Return (H, W), (H, W, 3) or (H, W, 4), checked."""
    if isinstance(source, str | os.PathLike):
        image = read_image(Path(source))
        if image.alpha is None:
            return image.pixels
        colours = np.broadcast_to(np.atleast_3d(image.pixels), (*image.alpha.shape, 3))
        return np.dstack([colours, image.alpha])
    array = np.asarray(source)
    _check_array(array, name)
    return array


def _check_array(array: Array, name: str) -> None:
    if not (array.ndim == 2 or (array.ndim == 3 and array.shape[2] in (3, 4))) or not array.size:
        raise ImageError(
            f"`{name}` must have the shape (H, W), (H, W, 3) or (H, W, 4), got {array.shape}. "
            f"Pass one picture, channels last."
        )
    if array.dtype in (np.uint8, np.uint16):
        return
    if not np.issubdtype(array.dtype, np.floating):
        raise ImageError(
            f"`{name}` must be uint8, uint16 or float in [0, 1], got {array.dtype}. Convert it."
        )
    if not np.isfinite(array).all():
        raise ImageError(f"`{name}` must be finite, got NaN or infinity. Replace those pixels.")
    if array.min() < 0 or array.max() > 1:
        raise ImageError(
            f"`{name}` must be in [0, 1] if it is float, got [{array.min():g}, {array.max():g}]. "
            f"Divide by its full scale."
        )


def check_sizes(infrared: Array, visible: Array, infrared_name: str, visible_name: str) -> None:
    """Raise a `SizeMismatchError` that names both unless they have as many rows and columns."""
    if infrared.shape[:2] != visible.shape[:2]:
        raise SizeMismatchError(
            f"infrared and visible must be of equal size, got {_size(infrared)} ({infrared_name}) "
            f"and {_size(visible)} ({visible_name}). Register the pair first; alignment is not "
            f"supported yet."
        )


def _size(array: Array) -> str:
    return f"{array.shape[1]}x{array.shape[0]}"


def _name(source: Source, name: str) -> str:
    return os.fspath(source) if isinstance(source, str | os.PathLike) else f"`{name}`"


def _to_unit(array: Array) -> FloatImage:
    if np.issubdtype(array.dtype, np.floating):
        return array.astype(np.float32, copy=False)
    return array.astype(np.float32) / np.float32(np.iinfo(array.dtype).max)


def _from_unit(values: FloatImage, dtype: np.dtype[Any]) -> Array:
    if np.issubdtype(dtype, np.floating):
        return values
    levels: Array = np.rint(values * np.float32(np.iinfo(dtype).max)).astype(dtype)
    return levels


def _stretched(luma: FloatImage) -> FloatImage:
    low, high = luma.min(), luma.max()
    return luma if low == high else (luma - low) / (high - low)
