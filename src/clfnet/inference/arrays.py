"""Images as callers give them, and the float32 in [0, 1] that everything computes with."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from clfnet.colour.luma import bt601
from clfnet.errors import ConfigError, ImageError, InputError, SizeMismatchError
from clfnet.io.checks import MAX_PIXELS
from clfnet.io.damage import damage_allowed
from clfnet.io.geo import KEYS
from clfnet.io.image import Image, from_pillow, read_image
from clfnet.method import FloatImage
from clfnet.thermal import Pair, Thermal, ThermalOptions, read_pair, read_thermal
from clfnet.thermal.options import AS_IS
from clfnet.thermal.read import from_picture, numbers, stated

_INFRARED = "`infrared`"
_HALF = 0.5  # pixels: nearer to each other, two grids are one

Array = NDArray[Any]

CHANNELS = (1, 3, 4)
"""That an image may have; the fourth is alpha."""

Picture = str | os.PathLike[str] | Array | PIL.Image.Image
"""An image: the path of a file, an array as `clfnet.Fuser` takes it, or one of Pillow."""


def visible_array(source: Picture) -> Array:
    """Return (H, W), (H, W, 1), (H, W, 3) or (H, W, 4): uint8, uint16 or float in [0, 1], checked.

    Raises:
        ImageError: a file cannot be read, or an array is no such image.
    """
    if isinstance(source, str | os.PathLike):
        return stacked(read_image(Path(source)))
    if isinstance(source, PIL.Image.Image):
        return stacked(from_pillow(source, "`visible`"))
    array = np.asarray(source)
    _check_shape(array, "visible")
    if array.dtype in (np.uint8, np.uint16):
        return array
    if not np.issubdtype(array.dtype, np.floating):
        raise ImageError(
            f"`visible` must be uint8, uint16 or float in [0, 1], got {array.dtype}. Convert it."
        )
    if not np.isfinite(array).all():
        raise ImageError("`visible` must be finite, got NaN or infinity. Replace those pixels.")
    if array.min() < 0 or array.max() > 1:
        raise ImageError(
            f"`visible` must be in [0, 1] if it is float, got [{array.min():g}, {array.max():g}]. "
            f"Divide by its full scale."
        )
    return array


def thermal_picture(source: Picture, options: ThermalOptions = AS_IS) -> Thermal:
    """Return the infrared image as numbers with a meaning; of colours the luma.

    Raises:
        ImageError: a file cannot be read, or an array is no image.
        ConfigError: the options do not fit; see `clfnet.thermal.read.stated`.
    """
    if isinstance(source, str | os.PathLike):
        return read_thermal(Path(source), options)
    if isinstance(source, PIL.Image.Image) and source.mode not in ("F", "I"):
        return stated(
            from_picture(from_pillow(source, _INFRARED), _INFRARED, options), options, "it"
        )
    array = np.asarray(source)
    _check_shape(array, "infrared")
    if array.ndim == 3 and array.shape[2] > 1:
        return stated(_of_colours(array, options), options, "it")
    return stated(numbers(array, _INFRARED), options, "it")


def _of_colours(array: Array, options: ThermalOptions) -> Thermal:
    """Return the infrared image of (H, W, 3 or 4), as it is read from a file if it is of levels."""
    if array.dtype in (np.uint8, np.uint16):
        alpha = array[..., 3] if array.shape[2] == 4 else None
        return from_picture(Image(array[..., :3], alpha), _INFRARED, options)
    return numbers(grey(array[..., :3]), _INFRARED)


def read_sources(
    infrared: Path,
    visible: Path | None = None,
    options: ThermalOptions = AS_IS,
    *,
    max_pixels: int = MAX_PIXELS,
    allow_damaged: bool = False,
) -> Pair:
    """Read a pair of files; without a visible one, a radiometric file that holds both.

    Args:
        infrared: the infrared or the radiometric file.
        visible: the visible file.
        options: how the infrared file is read.
        max_pixels: larger images are refused before their pixels are allocated.
        allow_damaged: read what is left of damaged files, and tell what is wrong with them.

    Raises:
        ImageError: a file cannot be read.
        InputError: both are one file.
        ConfigError: the options do not fit.
    """
    if visible is None:
        if options.kelvin_per_count is not None:
            raise ConfigError(
                "`kelvin_per_count` must not be given for a radiometric file, which holds the "
                "camera's own constants. Drop it."
            )
        with damage_allowed(allow_damaged) as noted:
            pair = read_pair(infrared, options, max_pixels=max_pixels)
        return pair._replace(damage=tuple(noted))
    refuse_same(infrared, visible)
    with damage_allowed(allow_damaged) as of_infrared:
        thermal = read_thermal(infrared, options, max_pixels=max_pixels)
    with damage_allowed(allow_damaged) as of_visible:
        light = read_image(visible, max_pixels=max_pixels)
    noted = [f"infrared: {what}" for what in of_infrared]
    noted += [f"visible: {what}" for what in of_visible]
    matrix = georeferenced(thermal, light)
    return Pair(thermal, light, matrix, tuple(noted), "georeference")


def georeferenced(thermal: Thermal, visible: Image) -> NDArray[np.float64] | None:
    """Return what maps infrared to visible pixels by their places on the earth, (3, 3).

    None where one of them has none, or both are of one grid already.
    """
    if thermal.geo is None or visible.geo is None:
        return None
    heat, light = thermal.geo.matrix(), visible.geo.matrix()
    keys = [geo.tags[KEYS].value for geo in (thermal.geo, visible.geo)]
    if heat is None or light is None or keys[0] != keys[1]:
        return None
    matrix = np.linalg.inv(light) @ heat
    same_size = (thermal.width, thermal.height) == (visible.width, visible.height)
    ends = np.array([[0, 0, 1], [thermal.width, thermal.height, 1]]).T  # (3, 2)
    moved = np.abs(matrix @ ends - ends)
    return None if same_size and moved.max() < _HALF else matrix


def stacked(image: Image) -> Array:
    """Return pixels and alpha as one array; grey with alpha as RGB and alpha."""
    if image.alpha is None:
        return image.pixels
    colours = np.broadcast_to(np.atleast_3d(image.pixels), (*image.alpha.shape, 3))
    return np.dstack([colours, image.alpha])


def check_sizes(infrared: Array, visible: Array, infrared_name: str, visible_name: str) -> None:
    """Raise a `SizeMismatchError` that names both unless they have as many rows and columns."""
    if infrared.shape[:2] != visible.shape[:2]:
        raise SizeMismatchError(
            f"infrared and visible must be of equal size unless they are aligned, got "
            f"{size_text(infrared)} ({infrared_name}) and {size_text(visible)} ({visible_name}). "
            f"Align the pair: --align auto, or --align RIG.json with a file of `clfnet align`."
        )


def refuse_same(infrared: Picture, visible: Picture) -> None:
    """Raise an `InputError` if both images of a pair are one file."""
    paths = [Path(s) for s in (infrared, visible) if isinstance(s, str | os.PathLike)]
    if len(paths) == 2 and all(path.exists() for path in paths) and paths[0].samefile(paths[1]):
        raise InputError(
            f"infrared and visible must be two images, but both are {paths[0]}. Give the other "
            f"one, or leave out the visible one if this file holds both."
        )


def size_text(array: Array) -> str:
    """Return "WIDTHxHEIGHT"."""
    return f"{array.shape[1]}x{array.shape[0]}"


def source_name(source: Picture | None, name: str) -> str:
    """Return what messages call an image: its path, or the argument's name."""
    return os.fspath(source) if isinstance(source, str | os.PathLike) else f"`{name}`"


def to_unit(array: Array) -> FloatImage:
    """Return float32 in [0, 1] for uint8, uint16 or float; of integers, a plane per channel."""
    if np.issubdtype(array.dtype, np.floating):
        return array.astype(np.float32, copy=False)
    planes = np.moveaxis(array, -1, 0) if array.ndim == 3 else array
    unit = np.empty(planes.shape, np.float32)
    unit[...] = planes
    unit /= np.float32(np.iinfo(array.dtype).max)
    return np.moveaxis(unit, 0, -1) if array.ndim == 3 else unit


def grey(pixels: Array) -> FloatImage:
    """Return the luma of (H, W) or (H, W, 3), float32, (H, W), in [0, 1].

    Example:
        >>> grey(np.array([[0, 255]], np.uint8)).tolist()
        [[0.0, 1.0]]
    """
    if pixels.ndim == 3 and pixels.strides[2] == 0:  # one plane, shown three times
        pixels = pixels[..., 0]
    values = to_unit(pixels)
    return values if values.ndim == 2 else bt601.luma(values)


def from_unit(values: FloatImage, dtype: np.dtype[Any]) -> Array:
    """Return levels of `dtype` for [0, 1]; any float gives float32."""
    if np.issubdtype(dtype, np.floating):
        return values
    scaled = values * np.float32(np.iinfo(dtype).max)
    levels: Array = np.rint(scaled, out=scaled).astype(dtype)
    return levels


def _check_shape(array: Array, name: str) -> None:
    if not (array.ndim == 2 or (array.ndim == 3 and array.shape[2] in CHANNELS)) or not array.size:
        raise ImageError(
            f"`{name}` must have the shape (H, W), (H, W, 3) or (H, W, 4), got {array.shape}. "
            f"Pass images channels last, (N, H, W, 3) for several."
        )
