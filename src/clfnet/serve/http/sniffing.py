"""What an uploaded file is, by its first bytes, and how large an image is, by its header."""

import struct
from math import prod
from pathlib import Path

from clfnet.io import tiff
from clfnet.io.formats import FORMATS, VISIBLE
from clfnet.io.kinds import kind_of
from clfnet.serve.http.errors import RefusedError
from clfnet.thermal import fff, jpeg, npy

PICTURES = tuple(each.suffixes[0] for each in VISIBLE)
"""What `clfnet.io.image.read_image` reads."""

THERMAL = tuple(each.suffixes[0] for each in FORMATS)
"""What `clfnet.thermal.read_thermal` reads."""

VIDEO = ".video"
"""What a video is called; its bytes say the rest."""

_HEAD = 132  # bytes
_VIDEOS = (
    (4, b"ftyp"), (4, b"moov"), (4, b"mdat"), (4, b"wide"), (0, b"\x1aE\xdf\xa3"),
    (0, b"RIFF"), (0, b"\0\0\1\xba"), (0, b"\0\0\1\xb3"), (0, b"\0\0\0\1"), (0, b"G@"),
    (0, b"FLV"), (0, b"OggS"), (0, b"GIF8"), (0, b"0&\xb2u"), (0, b"YUV4MPEG2"), (0, b"nut/"),
    (0, b"\x06\x0e\x2b\x34"),
)  # fmt: skip


def sniff(path: Path, accepted: tuple[str, ...], name: str) -> str:
    """Return the suffix that the bytes of a file ask for.

    Args:
        path: the file.
        accepted: suffixes to choose from.
        name: what messages call it.

    Raises:
        RefusedError: 415, it is none of these; 422, it is empty.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head:
        raise RefusedError(422, "ImageError", f"{name} must be an image file, but is empty.")
    kind, named = kind_of(head), Path(name).suffix.lower()
    for each in FORMATS:
        told = each.name == kind and (not each.by_name or named in each.suffixes)
        if told and each.suffixes[0] in accepted:
            return each.suffixes[0]
    names = [each.name for each in FORMATS if each.suffixes[0] in accepted and not each.by_name]
    raise RefusedError(
        415,
        "ImageError",
        f"{name} must be {', '.join(names[:-1])} or {names[-1]}, but is {kind}. Convert it first.",
    )


def sniff_video(path: Path, name: str) -> str:
    """Return the suffix for a video; a playlist, which may name other files, is none.

    Raises:
        RefusedError: 415, it is of no known container.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if fff.is_block(head[:64]):
        return ".seq"
    if any(head.startswith(mark, place) for place, mark in _VIDEOS):
        return VIDEO
    if head.startswith(tiff.SIGNATURES):
        return ".tif"
    if head.startswith(npy.MAGIC):
        return ".npy"
    raise RefusedError(
        415,
        "VideoError",
        f"{name} must be a video (MP4, MOV, MKV, WebM, AVI, TS, ...), a FLIR sequence or a "
        f"stack of images (TIFF, NPY), but its "
        f"bytes are of another kind. Convert it first.",
    )


def check_pixels(path: Path, name: str, max_pixels: int) -> None:
    """Refuse an image of more pixels than are allowed, before they are decoded.

    A header that cannot be read is left to the decoder, which says what is wrong.

    Raises:
        RefusedError: 413.
    """
    try:
        width, height = _size(path)
    except Exception:  # noqa: BLE001 -- decoders raise whatever damaged bytes lead to
        return
    if width * height > max_pixels:
        raise RefusedError(
            413,
            "ImageError",
            f"{name} must have at most {max_pixels / 1e6:g} megapixels, but is {width}x{height} "
            f"({width * height / 1e6:.0f} megapixels). Use a smaller image.",
        )


def _size(path: Path) -> tuple[int, int]:
    """Return width and height as the header states them."""
    from PIL.BmpImagePlugin import BmpImageFile

    with path.open("rb") as file:
        match path.suffix:
            case ".png":
                width, height = struct.unpack(">II", file.read(24)[16:])
                return width, height
            case ".jpg":
                return jpeg.frame_size(file)
            case ".bmp":
                return BmpImageFile(file).size
            case ".tif":
                from tifffile import TiffFile

                with TiffFile(file) as opened:
                    return opened.pages.first.imagewidth, opened.pages.first.imagelength
            case ".npy":
                from numpy.lib import format as numpy_format

                version = numpy_format.read_magic(file)
                read = {
                    (1, 0): numpy_format.read_array_header_1_0,
                    (2, 0): numpy_format.read_array_header_2_0,
                }[version]
                shape, _, _ = read(file)
                return shape[-1], prod(shape[:-1])
    return 0, 0
