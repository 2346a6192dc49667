"""Plain TIFF, whole: grey or RGB of 8 or 16 bits, uncompressed or Deflate.

Pillow turns a 16-bit RGB TIFF into 8 bits in silence, so these go through tifffile, in and out.
"""

import os
import struct
import zlib
from itertools import islice
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from clfnet.errors import ImageError
from clfnet.io import orientation
from clfnet.io.checks import check_single, check_size, depth_error
from clfnet.io.exif import EXPOSURE, PLACE, Directory, Exif, Field, pack_directory, read_directory

if TYPE_CHECKING:
    from tifffile import TiffFile, TiffPage

Samples = NDArray[np.uint8 | np.uint16]

SIGNATURES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
UNPACKED = (1, 8, 32946)
"""The compressions that are undone here: none and the two codes of Deflate."""

_PLAIN = (0, 1, 2)  # photometric: white is zero, black is zero, RGB
_MOST_PAGES = 100  # that are looked at
_SMALL = 2**24  # bytes
_PROFILE = 34675
_DESCRIPTION = 270


class Decoded(NamedTuple):
    """A plain TIFF as it is stored: (H, W, C), its orientation (1 to 8), its colour profile."""

    samples: Samples
    orientation: int
    icc: bytes | None


def decode(file: BinaryIO, path: Path, max_pixels: int) -> Decoded | None:
    """Decode a plain TIFF.

    Args:
        file: at its start.
        path: its name, for messages.
        max_pixels: larger pictures are refused before their pixels are allocated.

    Returns:
        What it holds; None if it is not plain, yet Pillow keeps it whole.

    Raises:
        ImageError: it holds several pictures, is too large, or cannot be kept whole.
    """
    from tifffile import COMPRESSION, PHOTOMETRIC, TiffFile

    with TiffFile(file) as tiff:
        page = single_page(tiff, path, max_pixels)
        bits, photometric, compression = page.bitspersample, page.photometric, page.compression
        if bits not in (1, 2, 4, 8, 16) or page.sampleformat != 1:
            raise depth_error(path, f"{bits}-bit samples of format {page.sampleformat}")
        if bits >= 8 and photometric in _PLAIN and compression in UNPACKED:
            return _from_page(page, path)
    if bits == 16 and page.samplesperpixel > 1:
        raise ImageError(
            f"{path} must be plain RGB or grey, uncompressed or Deflate, to keep its 16 bits, but "
            f"is {PHOTOMETRIC(photometric).name}, {COMPRESSION(compression).name}. Save it so."
        )
    return None


def single_page(tiff: "TiffFile", path: Path, max_pixels: int) -> "TiffPage":
    """Return the one picture of a file, its size checked.

    Raises:
        ImageError: there are several, or it is too large.
    """
    from tifffile import TiffPage

    page = tiff.pages.first
    check_size((page.imagewidth, page.imagelength), path, max_pixels)
    pages = islice(tiff.pages, _MOST_PAGES)  # each names the next, and may name an earlier one
    check_single(sum(isinstance(p, TiffPage) and not p.is_reduced for p in pages), path)
    return page


def pixels_of(page: "TiffPage") -> NDArray[Any]:
    """Return the samples of a page that is uncompressed or Deflate.

    tifffile inflates whatever comes, and a file of kilobytes may become gigabytes: here a strip or
    a tile is inflated to the size that it must have, and no further.

    Raises:
        zlib.error: a strip or a tile is damaged.
    """
    if page.compression == 1:
        return page.asarray()
    _ = page.is_contiguous, page.maxworkers  # both are kept as they are for a compressed page
    page.compression = 1
    decode, most = page.decode, prod(page.chunks) * page.bitspersample // 8
    most = min(most, 4 * page.nbytes + _SMALL)  # a tile may claim to be larger than the picture

    def inflate(data: bytes | None, index: int, **options: Any) -> Any:
        return decode(data and _inflated(data, most), index, **options)

    page.decode = inflate
    return page.asarray()


def _inflated(data: bytes, most: int) -> bytes:
    """Return at most so many bytes; more, fewer or a wrong checksum are an error."""
    stream = zlib.decompressobj()
    found = stream.decompress(data, most)
    if not stream.eof:  # the checksum may be still to come
        further = stream.decompress(stream.unconsumed_tail, 1)
        if not stream.eof:
            raise zlib.error(f"a strip or a tile {'is too long' if further else 'ends early'}")
    return found


def encode(
    file: BinaryIO,
    samples: Samples,
    *,
    has_alpha: bool = False,
    icc: bytes | None = None,
    exif: Exif | None = None,
    description: str | None = None,
) -> None:
    """Write a TIFF, Deflate, strip by strip.

    Args:
        file: empty; for writing, reading and seeking.
        samples: uint8, uint16 or float32, (H, W) or (H, W, C).
        has_alpha: the last of C is alpha.
        icc: a colour profile to embed.
        exif: what is told of scene and camera.
        description: a text to record.
    """
    import tifffile

    colours = (samples.shape[2] if samples.ndim == 3 else 1) - has_alpha
    tifffile.imwrite(
        file,
        samples,
        byteorder=exif.order if exif else "<",
        photometric="rgb" if colours == 3 else "minisblack",
        planarconfig="contig",
        extrasamples=["unassalpha"] if has_alpha else None,
        compression="zlib",
        iccprofile=icc,
        description=description and description.encode(),
        metadata=None,
        software=False,
    )
    if exif:
        _add_exif(file, exif)


def _from_page(page: "TiffPage", path: Path) -> Decoded:
    planes = pixels_of(page).reshape(page.shaped).squeeze(1)  # (C or 1, H, W, 1 or C)
    samples = np.concatenate(list(planes), axis=2) if len(planes) > 1 else planes[0]  # (H, W, C)
    colours = 3 if page.photometric == 2 else 1
    extras = page.extrasamples
    if samples.shape[2] != colours + len(extras) or len(extras) > 1:
        raise ImageError(
            f"{path} must have {colours} samples per pixel and at most alpha besides, "
            f"got {samples.shape[2]}. Save it as plain grey or RGB."
        )
    if page.photometric == 0:
        samples[..., :1] = np.iinfo(samples.dtype).max - samples[..., :1]
    if extras == (1,):
        samples = _unmultiplied(samples)
    if extras == (0,):  # a sample of no stated meaning is not alpha
        samples = samples[..., :colours]
    turned = page.tags.valueof(orientation.TAG, default=1)
    return Decoded(samples, turned, page.tags.valueof(_PROFILE))


def _unmultiplied(samples: Samples) -> Samples:
    """Divide colours that were stored multiplied by alpha."""
    full = np.iinfo(samples.dtype).max
    alpha = samples[..., -1:].astype(np.float64)
    colours = samples[..., :-1] * (full / np.maximum(alpha, 1))
    return np.concatenate(
        [np.minimum(np.rint(colours), full).astype(samples.dtype), samples[..., -1:]], axis=2
    )


def _add_exif(file: BinaryIO, exif: Exif) -> None:
    """Add a new main directory, with EXIF's fields in it, behind the pixels, and point at it."""

    def read(offset: int, count: int) -> bytes:
        file.seek(offset)
        return file.read(count)

    (old,) = struct.unpack(exif.order + "I", read(4, 4))
    main = read_directory(read, exif.order, old)
    described = {
        tag: field for tag, field in exif.main.items() if tag != _DESCRIPTION or tag not in main
    }
    end = file.seek(0, os.SEEK_END)
    added = bytes(end % 2)
    pointers: Directory = {}
    for tag, fields in ((EXPOSURE, exif.exposure), (PLACE, exif.place)):
        if fields:
            pointers[tag] = Field(4, struct.pack(exif.order + "I", end + len(added)))
            added += pack_directory(fields, exif.order, end + len(added))
    place = struct.pack(exif.order + "I", end + len(added))
    file.write(added + pack_directory(main | described | pointers, exif.order, end + len(added)))
    file.seek(4)
    file.write(place)
