"""The example pair: an infrared and a visible image of a night street, shipped as two PNG files.

Neither camera shows it whole. The visible image has the sign's lettering, the road markings and the
textures; two of its four people are lost in shadow. The infrared image has all people and the
car's warm engine, and almost no texture. Both were rendered by code (`tools/scene` of the
repository), so they are free of anyone else's rights.
"""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import PIL.Image
from numpy.typing import NDArray

INFRARED, VISIBLE = (Path(__file__).with_name(f"{kind}.png") for kind in ("infrared", "visible"))
"""The two files: 640×480, 8 bits, grey and RGB."""


class ExamplePair(NamedTuple):
    """An aligned infrared and visible image of one scene.

    Attributes:
        infrared: uint8, (H, W), brighter is warmer.
        visible: uint8, (H, W, 3), RGB.
    """

    infrared: NDArray[np.uint8]
    visible: NDArray[np.uint8]


def night_street(width: int = 640, height: int = 480) -> ExamplePair:
    """Return the example pair, resized from 640×480 to the size that is asked for.

    Args:
        width: of both images, pixels, at least 1.
        height: of both images, pixels, at least 1.

    Example:
        >>> pair = night_street(96, 72)
        >>> pair.infrared.shape, pair.visible.shape
        ((72, 96), (72, 96, 3))
    """
    resized = (image.resize((width, height)) for image in (_read(INFRARED), _read(VISIBLE)))
    return ExamplePair(*map(np.array, resized))


@cache
def _read(path: Path) -> PIL.Image.Image:
    with PIL.Image.open(path) as image:
        image.load()
        return image.copy()
