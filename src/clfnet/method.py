"""The interface of all that fuses: a `FusionMethod` makes one image of two."""

from typing import NamedTuple, Protocol, runtime_checkable

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


class Reach(NamedTuple):
    """What must be known of a method to cut images into tiles for it.

    Attributes:
        margin: how far a pixel of the result depends on the sources, in pixels.
        multiple: tiles must begin, margin included, at multiples of this many pixels.
        bytes_per_pixel: what working on a tile takes, for each pixel, margin included.
    """

    margin: int
    multiple: int = 1
    bytes_per_pixel: int = 1


@runtime_checkable
class LocalMethod(FusionMethod, Protocol):
    """A method that knows how far a pixel of its result depends on the sources.

    It fuses what it is given at once. `clfnet.inference.tiling.in_tiles`, and so `Fuser`, cuts
    large images for it.
    """

    @property
    def reach(self) -> Reach | None:
        """How far that is; None where it must see the whole image."""
        ...


@runtime_checkable
class TwoScaleMethod(LocalMethod, Protocol):
    """A local method that sees the pair at a second, coarser scale too.

    Its `reach` is that of a call which is told what it made of the shrunk pair.
    """

    @property
    def factor(self) -> int:
        """By which the pair is shrunk; 1 where there is no second scale."""
        ...

    def alone(self, infrared: FloatImage, visible: FloatImage) -> FloatImage:
        """Return the image fused at one scale; of a shrunk pair, it is what `coarse` wants."""
        ...

    def __call__(
        self, infrared: FloatImage, visible: FloatImage, coarse: FloatImage | None = None
    ) -> FloatImage:
        """Return the fused image; see `FusionMethod`.

        Args:
            infrared: float32, (H, W), in [0, 1].
            visible: the same.
            coarse: what is made `alone` of the pair shrunk by `factor`; made here without it.
        """
        ...
