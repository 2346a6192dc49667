"""One image on another's grid, and the rectangle that both fill. Needs numpy and Pillow alone."""

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from clfnet.align.geometry import Matrix, Size, apply, scaling
from clfnet.errors import AlignmentError
from clfnet.io.box import Box

Values = NDArray[np.float32]
Mask = NDArray[np.bool_]

_EDGE = 3  # pixels of margin that carry the border's values, so that no filter meets the outside
_SLACK = 1e-6  # pixels, for rounding
_LEVEL = 1e-12  # of a line: less slope is none


def resample(image: Values, matrix: Matrix, size: Size) -> tuple[Values, Mask]:
    """Draw an image on another grid.

    Bicubic, kept within the range of each channel. Where the image shrinks it is first made
    smaller by area, so that nothing aliases.

    Args:
        image: float32, (H, W) or (H, W, C).
        matrix: maps a pixel of the new grid to a pixel of `image`.
        size: the new grid's width and height.

    Returns:
        The values, float32, (h, w) or (h, w, C), 0 where there is none; and where there are, bool,
        (h, w).

    Example:
        >>> ramp = np.arange(6, dtype=np.float32).reshape(2, 3)
        >>> shift = np.array([[1, 0, 1], [0, 1, 0], [0, 0, 1.0]])
        >>> values, covered = resample(ramp, shift, (3, 2))
        >>> values.tolist(), covered[0].tolist()
        ([[1.0, 2.0, 0.0], [4.0, 5.0, 0.0]], [True, True, False])
    """
    covered = coverage(matrix, image.shape[1::-1], size)
    planes = image[..., None] if image.ndim == 2 else image  # (H, W, C)
    drawn = [_draw(planes[..., c], matrix, size) for c in range(planes.shape[2])]
    values = np.stack(drawn, axis=2) * covered[..., None]  # (h, w, C)
    return (values[..., 0] if image.ndim == 2 else values), covered


def coverage(matrix: Matrix, source: Size, size: Size, margin: float = 0.0) -> Mask:
    """Tell which pixels of a grid lie inside an image.

    Args:
        matrix: maps a pixel of the grid to a pixel of the image.
        source: the image's width and height.
        size: the grid's width and height.
        margin: how far from the image's edge they must stay, in its pixels.

    Returns:
        bool, (height, width).
    """
    x, y, depth = matrix / matrix[2, 2]
    low, right, bottom = margin - 0.5, source[0] - 0.5 - margin, source[1] - 0.5 - margin
    # Multiplied by the depth, which is positive in front, each border is a line across the grid:
    # inside, line @ (column, row, 1) is at least 0.
    lines = (depth, x - low * depth, y - low * depth, right * depth - x, bottom * depth - y)
    first, last = np.full(size[1], -np.inf), np.full(size[1], np.inf)  # columns, row by row
    for line in lines:
        rest = line[1] * np.arange(size[1]) + line[2] + _SLACK
        if abs(line[0]) < _LEVEL:
            last[rest < 0] = -np.inf
        elif line[0] > 0:
            first = np.maximum(first, -rest / line[0])
        else:
            last = np.minimum(last, -rest / line[0])
    columns = np.arange(size[0])
    return np.asarray((columns >= first[:, None]) & (columns <= last[:, None]))


def largest_box(mask: Mask) -> Box:
    """Return the largest rectangle in a convex region, e.g. the overlap of two images.

    The left border of a convex region is a convex function of the row and the right one a concave
    function: over a span of rows, the narrowest place is one of its ends.

    Raises:
        AlignmentError: the region is empty.

    Example:
        >>> mask = np.array([[0, 1, 0, 0], [1, 1, 1, 0], [1, 1, 1, 0]], bool)
        >>> largest_box(mask)
        Box(x=0, y=1, width=3, height=2)
    """
    rows = np.flatnonzero(mask.any(axis=1))
    if not rows.size:
        raise AlignmentError(
            "The images must overlap after alignment, but do not. Align the pair again."
        )
    left = mask[rows].argmax(axis=1)
    right = mask.shape[1] - mask[rows, ::-1].argmax(axis=1)
    best, box = 0, Box(0, 0)
    for index, top in enumerate(rows):
        widths = np.minimum(right[index:], right[index]) - np.maximum(left[index:], left[index])
        areas = widths * np.arange(1, len(widths) + 1)
        last = int(areas.argmax())
        if areas[last] > best:
            best, end = int(areas[last]), index + last
            span = (max(left[index], left[end]), min(right[index], right[end]))
            box = Box.between(int(span[0]), int(top), int(span[1]), int(rows[end]) + 1)
    return box


def resize(image: Values, size: Size) -> Values:
    """Resize (H, W), anti-aliased; positions map as `geometry.scaling` says."""
    picture = PIL.Image.fromarray(np.ascontiguousarray(image))
    return np.asarray(picture.resize(size, PIL.Image.Resampling.BILINEAR))


def transform(image: Values, matrix: Matrix, size: Size) -> Values:
    """Draw (H, W) on another grid, bilinear, without care for aliasing.

    Border values go on a little outside; farther outside, values are 0.
    """
    return _transform(_padded(image), matrix, size, PIL.Image.Resampling.BILINEAR)


def _transform(
    picture: PIL.Image.Image, matrix: Matrix, size: Size, kind: PIL.Image.Resampling
) -> Values:
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    edge = np.array([[1, 0, _EDGE], [0, 1, _EDGE], [0, 0, 1]])
    # Pillow counts from the corner of the first pixel, we from its centre.
    inner = half @ edge @ matrix @ np.linalg.inv(half)
    values = (inner / inner[2, 2]).ravel()[:8].tolist()
    return np.asarray(picture.transform(size, PIL.Image.Transform.PERSPECTIVE, values, kind))


def _padded(image: Values) -> PIL.Image.Image:
    return PIL.Image.fromarray(np.pad(image, _EDGE, mode="edge"))


def _draw(plane: Values, matrix: Matrix, size: Size) -> Values:
    """Draw one channel, (H, W)."""
    source = (plane.shape[1], plane.shape[0])
    smaller = _without_aliasing(source, matrix, size)
    low, high = plane.min(), plane.max()
    if smaller != source:
        plane = resize(plane, smaller)
        matrix = scaling(source, smaller) @ matrix
    picture, kinds = _padded(plane), PIL.Image.Resampling
    # Pillow's cubic (a = -1) rings; its mean with the linear one is about that of Catmull and Rom.
    cubic, linear = (
        _transform(picture, matrix, size, kind) for kind in (kinds.BICUBIC, kinds.BILINEAR)
    )
    return np.asarray(np.clip((cubic + linear) / 2, low, high), np.float32)


def _without_aliasing(source: Size, matrix: Matrix, size: Size) -> Size:
    """Return the size from which an image can be sampled about one to one."""
    x, y = (size[0] - 1) / 2, (size[1] - 1) / 2
    cross = np.array([[x - 0.5, y], [x + 0.5, y], [x, y - 0.5], [x, y + 0.5]])
    mapped = apply(matrix, cross)
    steps = np.abs(mapped[1] - mapped[0]), np.abs(mapped[3] - mapped[2])
    shrink = np.maximum(np.maximum(*steps), 1.0)  # source pixels per new one, in x and y
    width, height = (max(1, round(side / by)) for side, by in zip(source, shrink, strict=True))
    return width, height
