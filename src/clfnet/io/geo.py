"""Where an image lies on the earth: GeoTIFF's tags, kept as they are but for a crop.

The tags are those of OGC 19-008r4. Coordinates, projection and units are never interpreted: only
the map from pixels to coordinates moves with the pixels.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from tifffile import TiffPage

SCALE, TIEPOINTS, TRANSFORMATION = 33550, 33922, 34264
KEYS, DOUBLES, TEXTS = 34735, 34736, 34737
TAGS = (SCALE, TIEPOINTS, TRANSFORMATION, KEYS, DOUBLES, TEXTS)


class Tag(NamedTuple):
    """One tag, as tifffile takes it: code, type, count, value."""

    code: int
    kind: int
    number: int
    value: Any


@dataclass(frozen=True)
class Geo:
    """The georeference of an image.

    Attributes:
        tags: by code.
    """

    tags: dict[int, Tag]

    @classmethod
    def of(cls, page: "TiffPage") -> "Geo | None":
        """Return a page's georeference; None if it has none."""
        tags = {
            tag.code: Tag(tag.code, int(tag.dtype), tag.count, tag.value)
            for tag in page.tags
            if tag.code in TAGS
        }
        return cls(tags) if KEYS in tags and len(tags) > 1 else None

    def matrix(self) -> NDArray[np.float64] | None:
        """Return what maps pixels (x, y, 1), centres at whole numbers, to map coordinates.

        None where the tags tell no affine map (several tie points).
        """
        if TRANSFORMATION in self.tags:
            whole = np.array(self.tags[TRANSFORMATION].value, np.float64).reshape(4, 4)
            corner = whole[np.ix_([0, 1, 3], [0, 1, 3])]
        elif SCALE in self.tags and len(self.tags[TIEPOINTS].value) == 6:
            (x, y, _, east, north, _), scale = self.tags[TIEPOINTS].value, self.tags[SCALE].value
            corner = np.array(
                [
                    [scale[0], 0, east - x * scale[0]],
                    [0, -scale[1], north + y * scale[1]],
                    [0, 0, 1],
                ]
            )
        else:
            return None
        middle = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])  # tags count from the corner
        product: NDArray[np.float64] = corner @ middle
        return product

    def cropped(self, left: int, top: int) -> "Geo":
        """Return the georeference of an image that begins so many pixels further in."""
        tags = dict(self.tags)
        if TIEPOINTS in tags:
            values = np.array(tags[TIEPOINTS].value, np.float64).reshape(-1, 6)
            values[:, :2] -= left, top
            tags[TIEPOINTS] = tags[TIEPOINTS]._replace(value=tuple(values.ravel().tolist()))
        if TRANSFORMATION in tags:
            whole = np.array(tags[TRANSFORMATION].value, np.float64).reshape(4, 4)
            shift = np.eye(4)
            shift[:2, 3] = left, top
            moved = tuple((whole @ shift).ravel().tolist())
            tags[TRANSFORMATION] = tags[TRANSFORMATION]._replace(value=moved)
        return replace(self, tags=tags)
