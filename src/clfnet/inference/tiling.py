"""Large images in tiles that overlap by the network's reach, so that no seam can be."""

from collections.abc import Callable

import numpy as np

from clfnet.method import FloatImage


def fuse_in_tiles(
    fuse: Callable[[FloatImage, FloatImage], FloatImage],
    infrared: FloatImage,
    visible: FloatImage,
    *,
    size: int,
    margin: int,
) -> FloatImage:
    """Fuse tile by tile; equal to fusing the whole where a pixel depends on no more than `margin`.

    Each tile is fused with `margin` pixels of its surroundings, which are then cut off. At the
    image's own border there are none, and it is met as it would be met in the whole.

    Args:
        fuse: what fuses a tile.
        infrared: (H, W) in [0, 1].
        visible: the same shape and range.
        size: side of a tile without its margin, in pixels, ≥ 1.
        margin: how far a pixel of the result depends on the sources, in pixels.

    Returns:
        The fused image, (H, W) in [0, 1].

    Example:
        >>> a, b = np.random.default_rng(0).random((2, 5, 7), np.float32)
        >>> bool((fuse_in_tiles(np.maximum, a, b, size=2, margin=0) == np.maximum(a, b)).all())
        True
    """
    height, width = visible.shape
    fused = np.empty_like(visible)
    for top in range(0, height, size):
        for left in range(0, width, size):
            y, x = max(0, top - margin), max(0, left - margin)
            around = np.s_[y : top + size + margin, x : left + size + margin]
            tile = fuse(infrared[around], visible[around])
            inner = fused[top : top + size, left : left + size]
            inner[:] = tile[top - y :, left - x :][: inner.shape[0], : inner.shape[1]]
    return fused
