"""The images of a report: which ones, how they are embedded, and the region that is zoomed."""

from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import Any

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from clfnet.errors import ConfigError, ImageError
from clfnet.evaluation.sources import Files, Reading, Trio
from clfnet.io.box import Box
from clfnet.io.html import data_uri
from clfnet.io.image import to_uint8
from clfnet.metrics import to_grey

LONGEST_SIDE = 1280
"""Larger images are reduced to it, in pixels."""

_BOXES_A_SIDE = 5  # a region of its own choice is so small a part of the image's sides

Pixels = NDArray[np.uint8]


def pictures_of(
    files: Mapping[str, Mapping[str, Files]],
    names: list[str],
    region: Box | None,
    most: int,
    reading: Reading | None = None,
) -> list[dict[str, Any]]:
    """Return the images of some images, ready to embed.

    Args:
        files: by method and image, where they are; may be empty.
        names: of the images.
        region: what to zoom, if it is the same for all.
        most: how many images at most.
        reading: how they are read; as `clfnet fuse` reads them by default.

    Returns:
        For each chosen image its index in `names`, width and height in pixels of the file, region,
        and data URIs: `infrared`, `visible` and, in the order of the methods, `fused`.

    Raises:
        ConfigError: the region has no pixels.
        ImageError: the region is outside of all images, or an image cannot be read.
    """
    if region is not None:
        _check(region)
    chosen = spread(len(names), most) if files else []
    read = reading or Reading()
    pictures = [
        _picture([read(of[names[index]]) for of in files.values()], region) for index in chosen
    ]
    if region is not None and pictures:
        _check_inside(region, pictures)
    return [{"image": index, **one} for index, one in zip(chosen, pictures, strict=True)]


def _picture(found: list[Trio], region: Box | None) -> dict[str, Any]:
    infrared, visible = found[0].infrared, to_uint8(found[0].visible)
    height, width = infrared.shape[:2]
    box = region.within(width, height) if region else _warmest(infrared)
    return {
        "width": width,
        "height": height,
        "region": box,
        "infrared": _data_uri(infrared),
        "visible": _data_uri(visible),
        "fused": [_data_uri(to_uint8(each.fused)) for each in found],
    }


def spread(count: int, most: int) -> list[int]:
    """Return at most so many indices of `count` things, from the first to the last, evenly.

    Example:
        >>> spread(9, 3), spread(2, 3)
        ([0, 4, 8], [0, 1])
    """
    indices: list[int] = np.linspace(0, count - 1, min(most, count)).round().astype(int).tolist()
    return indices


def _check(region: Box) -> None:
    if not region.has_pixels:
        raise ConfigError(
            "`region` must be X,Y,WIDTH,HEIGHT in pixels, X and Y at least 0, WIDTH and HEIGHT at "
            f"least 1, got {region}. Leave it out to have one chosen."
        )


def _check_inside(region: Box, pictures: Iterable[Mapping[str, int]]) -> None:
    sizes = {(picture["width"], picture["height"]) for picture in pictures}
    if not any(region.x < width and region.y < height for width, height in sizes):
        largest = "x".join(map(str, max(sizes)))
        raise ImageError(
            f"`region` must begin inside of an image, the largest of which is {largest}, "
            f"got {region.x},{region.y}. Choose a smaller X or Y."
        )


def _warmest(infrared: Pixels) -> Box:
    """The box that is brightest in the infrared image: a person or a vehicle, often."""
    grey = to_grey(infrared).astype(np.float64)
    excess = np.maximum(grey - grey.mean(), 0) ** 2  # squared: small and hot before large and warm
    height, width = grey.shape
    rows, columns = max(1, height // _BOXES_A_SIDE), max(1, width // _BOXES_A_SIDE)
    total = np.pad(excess.cumsum(0).cumsum(1), ((1, 0), (1, 0)))  # (H + 1, W + 1)
    down = total[rows:] - total[:-rows]
    sums = down[:, columns:] - down[:, :-columns]
    y, x = np.unravel_index(sums.argmax(), sums.shape)
    return Box(int(x), int(y), columns, rows)


def _data_uri(pixels: Pixels) -> str:
    """Lossless WebP, but for the size."""
    picture = PIL.Image.fromarray(pixels)
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), PIL.Image.Resampling.LANCZOS)
    buffer = BytesIO()
    picture.save(buffer, "WEBP", lossless=True)
    return data_uri("image/webp", buffer.getvalue())
