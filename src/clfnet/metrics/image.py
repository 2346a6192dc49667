"""What every metric takes: grey uint8 images of one size. Conversion to it, and the check of it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from clfnet.errors import ImageError, SizeMismatchError

GreyImage = NDArray[np.uint8]
"""A grey image: uint8, shape (H, W), levels 0..255."""

FloatArray = NDArray[np.float64]
"""Intermediate values of a metric: float64."""

LUMA = (0.298936021293775, 0.587043074451121, 0.114020904255103)
"""Weights of red, green and blue in a grey level: those of the reference implementation, MATLAB's
`rgb2gray`, so that scores agree with it. Fusing takes those of BT.601: `clfnet.colour.luma`."""


def saturate(values: NDArray[Any]) -> GreyImage:
    """Return real levels as uint8: rounded half away from zero, clipped to 0..255.

    numpy wraps around where this clips, and rounds halves to even.

    Args:
        values: real numbers, any shape.

    Returns:
        uint8, of the same shape.

    Example:
        >>> saturate(np.array([-3.0, 0.5, 1.5, 300.0])).tolist()
        [0, 1, 2, 255]
    """
    levels = np.clip(values, 0, 255)
    floor = np.floor(levels)
    rounded: GreyImage = (floor + (levels - floor >= 0.5)).astype(np.uint8)
    return rounded


def to_grey(image: NDArray[Any]) -> GreyImage:
    """Return any image as the grey uint8 image that the metrics take.

    Colour becomes `sat(0.298936021293775 R + 0.587043074451121 G + 0.114020904255103 B)`; a
    level of 16 bits is divided by 257 (65535 becomes 255), a float in [0, 1] multiplied by 255. The
    only rounding is at the end (`saturate`). Alpha is dropped.

    Args:
        image: uint8, uint16 or float in [0, 1]; shape (H, W) or (H, W, C), where C is 1 (grey),
            2 (grey, alpha), 3 (RGB) or 4 (RGBA).

    Returns:
        uint8, shape (H, W), levels 0..255.

    Raises:
        ImageError: another shape or type, or a float that is not a number or outside [0, 1].

    Example:
        >>> to_grey(np.array([[[255, 0, 0], [0, 255, 0]]], np.uint8)).tolist()
        [[76, 150]]
        >>> to_grey(np.array([[0.0, 1.0]])).tolist()
        [[0, 255]]
    """
    channels = 1 if image.ndim == 2 else image.shape[-1] if image.ndim == 3 else 0
    if image.size == 0 or channels not in (1, 2, 3, 4):
        raise ImageError(
            f"`image` must have shape (H, W) or (H, W, 1 to 4), got {image.shape}. "
            "Give one image, with the colours last."
        )
    if image.dtype == np.uint8 and image.ndim == 2:
        return image
    levels = image * _levels_per_unit(image)
    if channels >= 3:
        red, green, blue = (weight * levels[..., i] for i, weight in enumerate(LUMA))
        levels = red + green + blue
    elif image.ndim == 3:
        levels = levels[..., 0]
    return saturate(levels)


def _levels_per_unit(image: NDArray[Any]) -> np.float64:
    """What one unit of this image is in levels of 0..255."""
    if image.dtype == np.uint8:
        return np.float64(1)
    if image.dtype == np.uint16:
        return np.float64(1 / 257)
    if not np.issubdtype(image.dtype, np.floating):
        raise ImageError(
            f"`image` must be uint8, uint16 or float in [0, 1], got {image.dtype}. "
            "Convert it first."
        )
    low, high = image.min(), image.max()
    if not (low >= 0 and high <= 1):  # also true of NaN
        raise ImageError(
            f"`image` must lie in [0, 1] where it is float, got {low} to {high}. Scale it first."
        )
    return np.float64(255)


def check(smallest: int = 1, /, **images: GreyImage) -> None:
    """Refuse images that no metric can be computed from.

    Args:
        smallest: how many pixels each side must have at least.
        images: by the argument's name, which the message shows; uint8, shape (H, W), of one size.

    Raises:
        ImageError: an image is no uint8 array of shape (H, W), or too small.
        SizeMismatchError: the images differ in size.

    Example:
        >>> black = np.zeros((2, 3), np.uint8)
        >>> check(fused=black, infrared=black)
        >>> check(fused=black, infrared=black.T)
        Traceback (most recent call last):
        ...
        clfnet.errors.SizeMismatchError: `infrared` must have the size of `fused`, 3x2, got 2x3. \
Resize or align it first.
    """
    (first, reference), *_ = images.items()
    for name, image in images.items():
        if not isinstance(image, np.ndarray) or image.dtype != np.uint8 or image.ndim != 2:
            raise ImageError(
                f"`{name}` must be a uint8 array of shape (H, W), got {_kind(image)}. "
                "Convert it with clfnet.metrics.to_grey."
            )
        if image.shape != reference.shape:
            raise SizeMismatchError(
                f"`{name}` must have the size of `{first}`, {size_of(reference)}, "
                f"got {size_of(image)}. Resize or align it first."
            )
        if min(image.shape) < smallest:
            raise ImageError(
                f"`{name}` must have at least {smallest} pixels a side for this metric, "
                f"got {size_of(image)}. Leave the metric out, or give a larger image."
            )


def size_of(image: NDArray[Any]) -> str:
    """Return the size of an image as messages say it: width x height."""
    return f"{image.shape[1]}x{image.shape[0]}"


def _kind(thing: object) -> str:
    if isinstance(thing, np.ndarray):
        return f"{thing.dtype} of shape {thing.shape}"
    return type(thing).__name__
