"""The seam: whatever turns a pair of images into one is a `FusionMethod`."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

FloatImage = NDArray[np.float32]
"""A grey image: float32, shape (H, W), in [0, 1]."""


class FusionMethod(Protocol):
    """Fuses one aligned grey pair.

    A backend, a shipped model and a compared method all are this. Colour, depth, tiling, folders
    and video are each written once, against it.

    Example:
        >>> import numpy as np
        >>> class Maximum:
        ...     name = "maximum"
        ...     def __call__(self, infrared: FloatImage, visible: FloatImage) -> FloatImage:
        ...         return np.maximum(infrared, visible)
        >>> method: FusionMethod = Maximum()
        >>> method(np.zeros((2, 3), np.float32), np.ones((2, 3), np.float32)).mean()
        np.float32(1.0)
    """

    @property
    def name(self) -> str:
        """What tables and file names call it."""
        ...

    def __call__(self, infrared: FloatImage, visible: FloatImage) -> FloatImage:
        """Return the fused image.

        Args:
            infrared: float32, (H, W), in [0, 1].
            visible: float32, (H, W), in [0, 1], of the same size.

        Returns:
            float32, (H, W), in [0, 1].
        """
        ...
