"""The pair that is fused: the built-in scene at any size, made by code."""

from functools import lru_cache

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from clfnet.bench.size import Size
from clfnet.scene import night_street

Pixels = NDArray[np.uint8]


def scene_pair(size: Size) -> tuple[Pixels, Pixels]:
    """Return the night street: infrared (H, W) and visible (H, W, 3), 8 bits.

    It is rendered at 640×480 and resized from there, since rendering 4K takes a minute.

    Example:
        >>> [picture.shape for picture in scene_pair(Size(32, 24))]
        [(24, 32), (24, 32, 3)]
    """
    infrared, visible = (np.asarray(picture.resize(size)) for picture in _rendered())
    return infrared, visible


@lru_cache(maxsize=1)
def _rendered() -> tuple[PIL.Image.Image, PIL.Image.Image]:
    scene = night_street()
    return PIL.Image.fromarray(scene.infrared), PIL.Image.fromarray(scene.visible)
