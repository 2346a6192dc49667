"""Grey levels, their blur, and what is left beside it: the detail."""

import numpy as np
from numpy.typing import NDArray

from clfnet.colour.luma import bt601
from clfnet.usefulness.resize import Picture, opencv

Grey = NDArray[np.float32]
"""float32 in [0, 1], shape (H, W)."""

SIGMA = 4.0
"""Of the Gaussian that parts detail from what is broad, in pixels of an image 640 wide."""


def grey(picture: Picture) -> Grey:
    """Return the luma (BT.601) of uint8 levels, (H, W) or (H, W, 3) RGB.

    Example:
        >>> grey(np.array([[0, 255]], np.uint8)).tolist()
        [[0.0, 1.0]]
    """
    levels = picture.astype(np.float32) / np.float32(255)
    return levels if picture.ndim == 2 else bt601.luma(levels)


def blur(image: Grey) -> Grey:
    """Return an image blurred by a Gaussian of `SIGMA`, the borders mirrored.

    Raises:
        MissingExtraError: OpenCV is not installed.
    """
    cv2 = opencv()
    return np.asarray(
        cv2.GaussianBlur(image, (0, 0), SIGMA, borderType=cv2.BORDER_REFLECT), np.float32
    )


def detail(image: Grey) -> Grey:
    """Return what the blur takes away."""
    return image - blur(image)


def spread(image: Grey) -> Grey:
    """Return the standard deviation in the Gaussian window around each pixel."""
    mean = blur(image)
    return np.sqrt(np.maximum(blur(image * image) - mean * mean, 0))
