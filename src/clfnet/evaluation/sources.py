"""Infrared files as fusing shows them, so that scores compare a result with what it was made of."""

from pathlib import Path

import numpy as np

from clfnet.io.checks import MAX_PIXELS
from clfnet.metrics import GreyImage, to_grey
from clfnet.thermal import read_thermal
from clfnet.thermal.range import Auto


def read_infrared(path: Path, *, max_pixels: int = MAX_PIXELS) -> GreyImage:
    """Read an infrared file as grey levels, by the rules with which `clfnet fuse` reads it.

    Eight bits are levels already. Counts and temperatures are mapped by the default range (see
    `clfnet.thermal.range.Auto`), and the palette of a painted image is undone.

    Args:
        path: whatever `clfnet.thermal.read_thermal` reads.
        max_pixels: larger images are refused before their pixels are allocated.

    Returns:
        uint8, (H, W), levels 0..255.

    Raises:
        ImageError: it cannot be read.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "counts.npy"
        >>> np.save(path, np.linspace(7000, 7500, 200, dtype=np.uint16).reshape(1, -1))
        >>> levels = read_infrared(path)
        >>> int(levels.min()), int(levels.max())
        (0, 255)
    """
    thermal = read_thermal(path, max_pixels=max_pixels)
    if thermal.values.dtype == np.uint8:
        return to_grey(thermal.values)
    return to_grey(Auto()(thermal).image)
