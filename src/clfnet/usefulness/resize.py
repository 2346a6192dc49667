"""Resizing as the detectors of the field are fed: OpenCV's area means, and bilinear when larger."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from clfnet.errors import MissingExtraError

Picture = NDArray[np.uint8]
"""uint8, shape (H, W) or (H, W, 3) RGB."""


def resize(picture: Picture, height: int, width: int) -> Picture:
    """Return an image at another size: means of areas if it shrinks, else bilinear.

    OpenCV's, since the detectors' authors use it and its last bit moves detections.

    Args:
        picture: uint8, (H, W) or (H, W, 3).
        height: of the result, in pixels.
        width: of the result, in pixels.

    Returns:
        uint8, (height, width) or (height, width, 3).

    Raises:
        MissingExtraError: OpenCV is not installed.

    Example:
        >>> resize(np.array([[0, 100], [50, 54]], np.uint8), 1, 1).tolist()
        [[51]]
    """
    if picture.shape[:2] == (height, width):
        return picture
    cv2 = opencv()
    shrinks = height <= picture.shape[0] and width <= picture.shape[1]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(
        cv2.resize(np.ascontiguousarray(picture), (width, height), interpolation=how), np.uint8
    )


def opencv() -> Any:
    """Import OpenCV.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        import cv2
    except ImportError as error:
        raise MissingExtraError("opencv-python-headless", "usefulness") from error
    return cv2
