"""Training crops: where they lie in an image (Sec. IV-A.3)."""

from clfnet.errors import InputError


def crop_places(height: int, width: int, *, size: int, stride: int) -> list[tuple[int, int]]:
    """Top-left corners (y, x) of all crops of one image, in pixels.

    Crops slide by `stride`; the last of each row and column is shifted inwards, so that the border
    is covered and no crop leaves the image.

    Raises:
        InputError: if the image is smaller than a crop.

    Example:
        >>> crop_places(128, 200, size=128, stride=32)
        [(0, 0), (0, 32), (0, 64), (0, 72)]
    """
    if min(height, width) < size:
        raise InputError(
            f"Images must be at least {size}x{size}, one crop, got {height}x{width}. "
            "Take smaller crops or leave this image out."
        )
    ys, xs = ([*range(0, side - size, stride), side - size] for side in (height, width))
    return [(y, x) for y in ys for x in xs]
