"""The file formats that are read, in one table: names and suffixes.

From it come what counts as an image in a folder, what the service takes, what GET /v1/options tells
the page, and what messages call a kind. What a file really is, its bytes say: `clfnet.io.kinds`.
"""

from typing import NamedTuple


class Format(NamedTuple):
    """A format.

    Attributes:
        name: as `clfnet.io.kinds.kind_of` tells it.
        suffixes: lower case, the usual one first.
        thermal: it holds a thermal image only, never a visible one.
        in_folders: files of its usual suffix count as images of a folder.
        by_name: the bytes tell too little, so that the suffix decides.
    """

    name: str
    suffixes: tuple[str, ...]
    thermal: bool = False
    in_folders: bool = True
    by_name: bool = False


FORMATS = (
    Format("PNG", (".png",)),
    Format("JPEG", (".jpg", ".jpeg")),
    Format("BMP", (".bmp",)),
    Format("TIFF", (".tif", ".tiff")),
    Format("WebP", (".webp",)),
    Format("AVIF", (".avif",)),
    Format("JPEG 2000", (".jp2", ".j2k")),
    Format("HEIC", (".heic", ".heif")),
    Format("NPY", (".npy",), thermal=True),
    Format("ZIP or NPZ", (".npz",), thermal=True),
    Format("PGM", (".pgm",), thermal=True),
    Format("FLIR FFF", (".fff",), thermal=True),
    Format("text", (".csv", ".txt", ".tsv", ".asc", ".dat"), thermal=True, by_name=True),
    Format("unknown bytes", (".raw", ".bin", ".dat"), True, in_folders=False, by_name=True),
)
"""All of them, those that cannot be told by their bytes last."""

VISIBLE = tuple(each for each in FORMATS if not each.thermal)
"""What `clfnet.io.image.read_image` reads."""

IMAGE_SUFFIXES = frozenset(suffix for each in VISIBLE for suffix in each.suffixes)
"""What counts as an image in a folder; anything else there is left alone."""

THERMAL_SUFFIXES = IMAGE_SUFFIXES | {
    each.suffixes[0] for each in FORMATS if each.thermal and each.in_folders
}
"""What counts as one in a folder of thermal images."""

SEQUENCE_SUFFIXES = (".seq", ".csq")
"""Sequences of FLIR cameras."""

# fmt: off
VIDEO_SUFFIXES = frozenset({
    ".3gp", ".asf", ".avi", ".flv", ".gif", ".h264", ".h265", ".hevc", ".m2ts", ".m4v", ".mj2",
    ".mjpeg", ".mjpg", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts", ".mxf", ".nut", ".ogv",
    ".ts", ".vob", ".webm", ".wmv", ".y4m",
})
# fmt: on
"""What counts as a video by its name."""
