"""DJI's radiometric JPEG: what the sensor counts, beside a painted image.

The segments APP3, joined, are width × height little-endian 16-bit numbers. So in the public files
of H20T, H20N, H30T, M2EA, M30T, M3T, M3TD and M4T; not of the XT S, whose segments hold something
else. What a count is in °C only DJI's own software knows.
"""

import numpy as np
from numpy.typing import NDArray

_FACTORS = (1.0, 0.5, 2.0, 0.25)  # of the sensor's sides to those of the painted image
_SIZES = ((640, 512), (1280, 1024), (640, 480), (320, 256), (336, 256), (160, 120))
_ROUGH = 2000.0  # counts from pixel to pixel in the mean; packed data has some 20,000


def counts(stored: bytes, screen: tuple[int, int]) -> NDArray[np.uint16] | None:
    """Return the counts of joined segments.

    Args:
        stored: the payloads of the segments APP3, joined.
        screen: width and height of the JPEG's own image, which tells the sensor's proportions.

    Returns:
        uint16, (H, W); None if the bytes are no image: of another length, or as rough as packed
        data is.

    Example:
        >>> ramp = np.arange(20, dtype="<u2").reshape(4, 5)
        >>> counts(ramp.tobytes(), (10, 8)).shape
        (4, 5)
        >>> counts(ramp.tobytes()[1:], (10, 8)) is None
        True
    """
    sizes = [(round(screen[0] * factor), round(screen[1] * factor)) for factor in _FACTORS]
    for width, height in (*sizes, *_SIZES):
        if 2 * width * height == len(stored):
            picture = np.frombuffer(stored, "<u2").reshape(height, width).astype(np.uint16)
            return picture if _is_smooth(picture) else None
    return None


def _is_smooth(picture: NDArray[np.uint16]) -> bool:
    """Tell an image from packed data, and its byte order from the other one."""
    swapped = picture.byteswap()
    rough = _roughness(picture)
    return rough <= _ROUGH and rough <= _roughness(swapped)


def _roughness(picture: NDArray[np.uint16]) -> float:
    steps = [np.diff(picture.astype(np.int32), axis=axis) for axis in (0, 1)]
    return float(np.mean([np.abs(step).mean() if step.size else 0.0 for step in steps]))
