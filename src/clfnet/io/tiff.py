"""TIFF, whole: grey, RGB or numbers of any depth, with their mask and georeference.

Pillow turns a 16-bit RGB TIFF into 8 bits in silence, so these go through tifffile, in and out.
Packings that tifffile itself does not undo are undone by libtiff, as Pillow has it, or by the
package imagecodecs (extra `formats`).
"""

import os
import struct
import zlib
from collections.abc import Iterator
from importlib.util import find_spec
from io import BytesIO
from itertools import islice
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from clfnet.errors import ImageError, MissingExtraError
from clfnet.io import orientation
from clfnet.io.checks import check_single, check_size, depth_error
from clfnet.io.exif import EXPOSURE, PLACE, Directory, Exif, Field, pack_directory, read_directory
from clfnet.io.geo import Geo

if TYPE_CHECKING:
    from tifffile import TiffFile, TiffPage

Samples = NDArray[np.uint8 | np.uint16]

SIGNATURES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_DEFLATE = (8, 32946)
_OF_LIBTIFF = (5, 32773, 34925, 50000)  # LZW, PackBits, LZMA, Zstandard
UNPACKED = (1, *_DEFLATE, *_OF_LIBTIFF)
"""The compressions that need no extra."""

_CODECS = {
    33003: "JPEG 2000", 33005: "JPEG 2000", 34712: "JPEG 2000", 34887: "LERC", 34933: "PNG",
    50001: "WebP", 50002: "JPEG XL", 34892: "JPEG with loss (DNG)",
}  # fmt: skip

_PLAIN = (0, 1, 2)  # photometric: white is zero, black is zero, RGB
_MOST_PAGES = 10_000  # that are looked at
_SMALL = 2**24  # bytes
_PROFILE = 34675
_NO_DATA = 42113  # GDAL's tag
_FLOATING_POINT = 3  # a predictor
_DESCRIPTION = 270


class Decoded(NamedTuple):
    """A TIFF as it is stored.

    Attributes:
        samples: (H, W, C); colours, and alpha where there is one.
        orientation: 1 to 8.
        icc: the colour profile.
        data: bool, (H, W), False where the file says that there is no data; None where it does not.
        geo: where it lies on the earth.
        description: the text that describes it.
    """

    samples: NDArray[Any]
    orientation: int
    icc: bytes | None
    data: NDArray[np.bool_] | None = None
    geo: Geo | None = None
    description: str = ""


def decode(file: BinaryIO, path: Path, max_pixels: int, page: int | None = None) -> Decoded | None:
    """Decode an image of 8 or 16 bits.

    Args:
        file: at its start.
        path: its name, for messages.
        max_pixels: larger images are refused before their pixels are allocated.
        page: which of several images, from 1 on.

    Returns:
        What it holds; None if it is not plain, yet Pillow keeps it whole.

    Raises:
        ImageError: it holds several images, is too large, or cannot be kept whole.
        MissingExtraError: it is packed in a way that needs the extra `formats`.
    """
    from tifffile import COMPRESSION, PHOTOMETRIC, TiffFile

    with TiffFile(file) as tiff:
        chosen = single_page(tiff, path, max_pixels, page)
        bits, photometric, compression = (
            chosen.bitspersample,
            chosen.photometric,
            chosen.compression,
        )
        if bits not in (1, 2, 4, 8, 16) or chosen.sampleformat != 1:
            raise depth_error(path, f"{bits}-bit samples of format {chosen.sampleformat}")
        if bits >= 8 and photometric in _PLAIN and (compression in (*UNPACKED, *_CODECS)):
            return _from_page(chosen, path, data_of(tiff, chosen))
    if bits == 16 and chosen.samplesperpixel > 1:
        raise ImageError(
            f"{path} must be plain RGB or grey to keep its 16 bits, but is "
            f"{PHOTOMETRIC(photometric).name}, {COMPRESSION(compression).name}. Convert it "
            f"to one of these."
        )
    return None


def decode_numbers(
    file: BinaryIO, path: Path, max_pixels: int, page: int | None = None
) -> Decoded | None:
    """Decode a TIFF of one number a pixel, of any type, perhaps with alpha; None if it is another.

    Args:
        file: at its start.
        path: its name, for messages.
        max_pixels: larger images are refused before their pixels are allocated.
        page: which of several images, from 1 on.

    Raises:
        ImageError: it holds several images, or is too large.
        MissingExtraError: it is packed in a way that needs the extra `formats`.
    """
    from tifffile import TiffFile

    with TiffFile(file) as tiff:
        chosen = single_page(tiff, path, max_pixels, page)
        if chosen.bitspersample < 8 or chosen.photometric not in (0, 1):
            return None
        if chosen.compression not in (*UNPACKED, *_CODECS):
            return None
        extras = chosen.samplesperpixel - 1
        if extras > 1 or (extras and not chosen.extrasamples):
            raise depth_error(
                path, f"{chosen.samplesperpixel} samples of {chosen.bitspersample} bits"
            )
        samples = _samples_of(chosen, path)
        if chosen.photometric == 0 and samples.dtype.kind == "u":
            samples[..., 0] = np.iinfo(samples.dtype).max - samples[..., 0]
        data = data_of(tiff, chosen, samples[..., 0])
        if extras and chosen.extrasamples[0] in (1, 2):
            opaque = samples[..., 1] > 0
            data = opaque if data is None else data & opaque
        return Decoded(
            samples[..., :1],
            chosen.tags.valueof(orientation.TAG, default=1),
            None,
            data,
            Geo.of(chosen),
            chosen.description,
        )


def decode_stack(file: BinaryIO, path: Path, max_pixels: int) -> Iterator[Decoded]:
    """Decode one image after the other of a file that holds several.

    Args:
        file: at its start.
        path: its name, for messages.
        max_pixels: larger images are refused before their pixels are allocated.

    Yields:
        Images of one number a pixel, of any type, or RGB of 8 or 16 bits.

    Raises:
        ImageError: an image is too large, or of another kind.
        MissingExtraError: it is packed in a way that needs the extra `formats`.
    """
    from tifffile import TiffFile

    with TiffFile(file) as tiff:
        for page in pictures_of(tiff):
            check_size((page.imagewidth, page.imagelength), path, max_pixels)
            kinds = (*UNPACKED, *_CODECS)
            is_colour = page.photometric == 2
            if (
                page.bitspersample < 8
                or page.photometric not in _PLAIN
                or (page.compression not in kinds)
            ):
                raise depth_error(path, f"an image of {page.bitspersample} bits")
            if is_colour and (page.bitspersample > 16 or page.sampleformat != 1):
                raise depth_error(path, f"colours of {page.bitspersample} bits")
            samples = _samples_of(page, path)[..., : 3 if is_colour else 1]
            if page.photometric == 0 and samples.dtype.kind == "u":
                samples = np.iinfo(samples.dtype).max - samples
            data = None if is_colour else data_of(tiff, page, samples[..., 0])
            turned = page.tags.valueof(orientation.TAG, default=1)
            yield Decoded(samples, turned, None, data)


def count_of(file: BinaryIO) -> int:
    """Return how many images a file holds; masks and smaller versions are none."""
    from tifffile import TiffFile

    with TiffFile(file) as tiff:
        return len(pictures_of(tiff))


def single_page(
    tiff: "TiffFile", path: Path, max_pixels: int, page: int | None = None
) -> "TiffPage":
    """Return the one image of a file, its size checked; or the one that is asked for.

    Smaller versions of an image and masks are no images of their own.

    Raises:
        ImageError: there are several and none is asked for, there is no such one, or it is too
            large.
    """
    pictures = pictures_of(tiff)
    if page is None:
        check_single(len(pictures), path)
        page = 1
    if page > len(pictures):
        raise ImageError(
            f"{path} must hold image {page}, but holds {len(pictures)}. Correct `page` (--page)."
        )
    chosen = pictures[page - 1]
    check_size((chosen.imagewidth, chosen.imagelength), path, max_pixels)
    return chosen


def pictures_of(tiff: "TiffFile") -> list["TiffPage"]:
    """Return the images of a file, at most 10,000: no masks, no smaller versions."""
    from tifffile import TiffPage

    first = tiff.pages.first
    pages = islice(tiff.pages, _MOST_PAGES)  # each names the next, and may name an earlier one
    found = [p for p in pages if isinstance(p, TiffPage) and not p.is_reduced and not _is_mask(p)]
    return found or [first]


def data_of(
    tiff: "TiffFile", page: "TiffPage", values: NDArray[Any] | None = None
) -> NDArray[np.bool_] | None:
    """Return where a page has data, by its mask and by GDAL's tag; None if neither says.

    Args:
        tiff: the file.
        page: one of its pages.
        values: (H, W), what GDAL's value is compared with; it is not looked at if left out.
    """
    from tifffile import TiffPage

    data: NDArray[np.bool_] | None = None
    for mask in islice(tiff.pages, _MOST_PAGES):
        if isinstance(mask, TiffPage) and _is_mask(mask) and mask.shape[:2] == page.shape[:2]:
            data = mask.asarray() > 0
            break
    stated = page.tags.valueof(_NO_DATA)
    if values is not None and stated is not None:
        there = values != _stated(stated, values.dtype)
        data = there if data is None else data & there
    return data


def _stated(text: object, dtype: np.dtype[Any]) -> Any:
    """Return GDAL's value as one of the type; NaN, which nothing equals, where it is no number."""
    try:
        number = float(str(text).strip("\0 "))
    except ValueError:
        return np.nan
    return dtype.type(number) if dtype.kind == "f" else number


def _is_mask(page: "TiffPage") -> bool:
    return bool(page.subfiletype & 4) or page.photometric == 4


def pixels_of(page: "TiffPage", path: Path) -> NDArray[Any]:
    """Return the samples of a page.

    tifffile inflates whatever comes, and a file of kilobytes may become gigabytes: here a strip or
    a tile is unpacked to the size that it must have, and no further.

    Raises:
        MissingExtraError: the packing needs the extra `formats`, which is not installed.
        zlib.error: a strip or a tile is damaged.
    """
    kind = int(page.compression)
    if kind not in UNPACKED or page.predictor == _FLOATING_POINT:
        _check_codecs(page, path)
    if kind == 1 or kind not in UNPACKED:
        return page.asarray()
    _ = page.is_contiguous, page.maxworkers  # both are kept as they are for a compressed page
    page.compression = 1
    decode, most = page.decode, prod(page.chunks) * page.bitspersample // 8
    most = min(most, 4 * page.nbytes + _SMALL)  # a tile may claim to be larger than the image

    def unpack(data: bytes | None, index: int, **options: Any) -> Any:
        if data and kind in _DEFLATE:
            data = _inflated(data, most)
        elif data:
            data = _by_libtiff(data, kind, _rows(page, index, most), most)
        return decode(data, index, **options)

    page.decode = unpack
    return page.asarray()


def _check_codecs(page: "TiffPage", path: Path) -> None:
    if find_spec("imagecodecs") is None:
        name = _CODECS.get(int(page.compression), "the floating point predictor")
        raise MissingExtraError(f"{path} is packed by {name}; imagecodecs", "formats")


def _rows(page: "TiffPage", index: int, most: int) -> tuple[int, int]:
    """Return the bytes of a row and how many rows a strip or a tile has."""
    rows = page.tilelength if page.is_tiled else min(page.rowsperstrip, page.imagelength)
    width = most // max(1, rows)
    if not page.is_tiled:
        strips = -(-page.imagelength // rows)
        if index % strips == strips - 1:
            rows = page.imagelength - (strips - 1) * rows
    return width, rows


def _by_libtiff(data: bytes, kind: int, shape: tuple[int, int], most: int) -> bytes:
    """Unpack a strip as if it were a grey image of 8 bits, which libtiff leaves as it is."""
    from PIL.TiffImagePlugin import TiffImageFile

    width, rows = shape
    tags = [(256, width), (257, rows), (258, 8), (259, kind), (262, 1)]
    tags += [(273, 8 + 2 + 9 * 12 + 4), (277, 1), (278, rows), (279, len(data))]
    directory = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    head = b"II*\0" + struct.pack("<IH", 8, len(tags)) + directory + bytes(4)
    return TiffImageFile(BytesIO(head + data)).tobytes()[:most]


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
    geo: Geo | None = None,
) -> None:
    """Write a TIFF, Deflate, strip by strip.

    Args:
        file: empty; for writing, reading and seeking.
        samples: uint8, uint16 or float32, (H, W) or (H, W, C).
        has_alpha: the last of C is alpha.
        icc: a colour profile to embed.
        exif: what is told of scene and camera.
        description: a text to record.
        geo: where it lies on the earth.
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
        extratags=[(*tag, True) for tag in geo.tags.values()] if geo else (),
    )
    if exif:
        _add_exif(file, exif)


def _samples_of(page: "TiffPage", path: Path) -> NDArray[Any]:
    """Return (H, W, C), whatever the planes are."""
    planes = pixels_of(page, path).reshape(page.shaped).squeeze(1)  # (C or 1, H, W, 1 or C)
    return np.concatenate(list(planes), axis=2) if len(planes) > 1 else planes[0]  # (H, W, C)


def _from_page(page: "TiffPage", path: Path, data: NDArray[np.bool_] | None) -> Decoded:
    samples = _samples_of(page, path)
    colours = 3 if page.photometric == 2 else 1
    extras = page.extrasamples
    if samples.shape[2] != colours + len(extras) or len(extras) > 1:
        raise ImageError(
            f"{path} must have {colours} samples per pixel and at most alpha besides, "
            f"got {samples.shape[2]}. Save it as plain grey or RGB."
        )
    stated = page.tags.valueof(_NO_DATA)
    if stated is not None:
        there = (samples[..., :colours] != _stated(stated, samples.dtype)).any(axis=2)
        data = there if data is None else data & there
    if page.photometric == 0:
        samples[..., :1] = np.iinfo(samples.dtype).max - samples[..., :1]
    if extras == (1,):
        samples = _unmultiplied(samples)
    if extras == (0,):  # a sample of no stated meaning is not alpha
        samples = samples[..., :colours]
    turned = page.tags.valueof(orientation.TAG, default=1)
    return Decoded(samples, turned, page.tags.valueof(_PROFILE), data, Geo.of(page))


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
