"""Images in files: PNG, JPEG, BMP and TIFF of 8 or 16 bits, without losing depth in silence.

Pillow decodes what it keeps whole; 16-bit colour goes through `png16` and tifffile. What a file is
shows in its bytes, not in its name; what it becomes follows the suffix.

Kept: depth, alpha, the colour profile. Applied: the EXIF orientation. Not kept: other EXIF data,
which describes another picture. BMP and JPEG hold 8 bits and no alpha, so 16-bit images are
rounded to 8 bits there and alpha is dropped.
"""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from clfnet.errors import ImageError
from clfnet.io import png16
from clfnet.io.files import write_atomic

if TYPE_CHECKING:
    from tifffile import TiffPage

Pixels = NDArray[np.uint8 | np.uint16]

MAX_PIXELS = 200_000_000
"""The largest image that is read unless a caller says otherwise."""

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff")
"""What `write_image` can write."""

_TIFF_SIGNATURES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_TIFF_PLAIN = (0, 1, 2)  # photometric: white is zero, black is zero, RGB
_TIFF_UNPACKED = (1, 8, 32946)  # compression: none and the two codes of Deflate
_ORIENTATION = 274  # the EXIF and TIFF tag
_TRANSPOSED, _MIRRORED_ROWS, _MIRRORED_COLUMNS = {5, 6, 7, 8}, {3, 4, 7, 8}, {2, 3, 6, 7}


@dataclass(frozen=True, eq=False)
class Image:
    """A picture as it is stored.

    Attributes:
        pixels: uint8 or uint16, (H, W) grey or (H, W, 3) RGB; full scale is 255 or 65535.
        alpha: opacity, same type, (H, W); None where the picture has none.
        icc: the colour profile's bytes.
    """

    pixels: Pixels
    alpha: Pixels | None = None
    icc: bytes | None = None

    @property
    def width(self) -> int:
        """Columns."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """Rows."""
        return int(self.pixels.shape[0])


def read_image(path: Path, *, max_pixels: int = MAX_PIXELS) -> Image:
    """Read an image, upright.

    Args:
        path: a PNG, JPEG, BMP or TIFF file, whatever its suffix. One bit per pixel becomes 0 and
            255, palettes become colour, CMYK becomes RGB.
        max_pixels: larger pictures are refused before their pixels are allocated.

    Returns:
        The image, its orientation applied.

    Raises:
        ImageError: the file is not there, is no image of these kinds, is damaged, holds several
            pictures, is too large, or has other than 1 to 8 or 16 bits per sample.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "ramp.png"
        >>> write_image(path, Image(np.arange(6, dtype=np.uint16).reshape(2, 3) * 10000))
        >>> read_image(path).pixels.tolist()
        [[0, 10000, 20000], [30000, 40000, 50000]]
    """
    try:
        with path.open("rb") as file:
            return _decode(file, path, max_pixels)
    except ImageError:
        raise
    except FileNotFoundError:
        raise ImageError(f"{path} must be an image file, but is not there.") from None
    except IsADirectoryError:
        raise ImageError(f"{path} must be an image file, but is a folder.") from None
    except PermissionError:
        raise ImageError(f"{path} must be readable, but permission is denied.") from None
    except MemoryError:
        raise ImageError(f"{path} does not fit into memory. Use a smaller image.") from None
    except Exception as error:  # decoders raise whatever damaged bytes lead to
        raise ImageError(
            f"{path} must be a whole image, but is damaged ({_one_line(error)}). "
            f"Make or copy it again."
        ) from error


def write_image(path: Path, image: Image, *, overwrite: bool = False) -> None:
    """Write an image, atomically, in the format of its suffix.

    PNG and TIFF keep 16 bits and alpha; BMP and JPEG (quality 95, 4:4:4) get 8 bits and no alpha.

    Args:
        path: ends in .png, .jpg, .jpeg, .bmp, .tif or .tiff.
        image: what to write.
        overwrite: replace a file that is there already.

    Raises:
        ImageError: the suffix is another, or the format cannot hold so large an image.
        OutputExistsError: `path` is there and `overwrite` is not set.
        InputError: the system refuses to write.
    """
    write_atomic(path, encode_image(image, path), overwrite=overwrite)


def check_suffix(path: Path) -> None:
    """Raise an `ImageError` if `write_image` does not know the suffix of `path`."""
    if path.suffix.lower() not in SUFFIXES:
        raise ImageError(f"{path} must end in one of {', '.join(SUFFIXES)}. Rename the output.")


def encode_image(image: Image, path: Path) -> bytes:
    """Return the bytes of `image` in the format of `path`'s suffix; see `write_image`."""
    check_suffix(path)
    suffix = path.suffix.lower()
    try:
        if suffix in (".tif", ".tiff"):
            return _encode_tiff(image)
        if suffix == ".png" and image.pixels.dtype == np.uint16:
            return png16.encode(np.atleast_3d(_stacked(image)), image.icc)
        return _encode_with_pillow(image, suffix)
    except (OSError, ValueError) as error:
        raise ImageError(
            f"{path} cannot hold {image.width}x{image.height} pixels ({_one_line(error)}). "
            f"Use another format."
        ) from error


def to_uint8(pixels: Pixels) -> NDArray[np.uint8]:
    """Round 16-bit pixels to 8 bits (65535 becomes 255); leave 8-bit pixels as they are."""
    if pixels.dtype == np.uint8:
        return pixels.astype(np.uint8, copy=False)
    return ((pixels.astype(np.uint32) + 128) // 257).astype(np.uint8)


def _decode(file: BinaryIO, path: Path, max_pixels: int) -> Image:
    head = file.read(32)
    file.seek(0)
    if not head:
        raise ImageError(f"{path} must be an image file, but is empty.")
    if head.startswith(_TIFF_SIGNATURES):
        return _decode_tiff(file, path, max_pixels)
    picture = _open_with_pillow(file, head, path)
    _check_size(picture.size, path, max_pixels)
    _check_single(getattr(picture, "n_frames", 1), path)
    if png16.is_16_bit(head) and (_is_keyed(picture) or not picture.mode.startswith("I")):
        file.seek(0)
        samples = png16.decode(file)
        return _upright(_split(samples, picture.info.get("icc_profile")), _orientation(picture))
    return _from_pillow(picture, path)


def _open_with_pillow(file: BinaryIO, head: bytes, path: Path) -> PIL.Image.Image:
    """Open lazily, without `PIL.Image.open`, whose bound on the size is one for the process."""
    from PIL.BmpImagePlugin import BmpImageFile
    from PIL.JpegImagePlugin import JpegImageFile
    from PIL.PngImagePlugin import PngImageFile

    if head.startswith(png16.SIGNATURE):
        return PngImageFile(file)
    if head.startswith(b"\xff\xd8\xff"):
        return JpegImageFile(file)
    if head.startswith(b"BM"):
        return BmpImageFile(file)
    raise ImageError(
        f"{path} must be a PNG, JPEG, BMP or TIFF image, but its bytes are of another kind. "
        f"Convert it first."
    )


def _from_pillow(picture: PIL.Image.Image, path: Path, *, inverted: bool = False) -> Image:
    """Decode what Pillow keeps whole; `inverted` tells that 16-bit grey is stored white first."""
    mode, icc, keyed = picture.mode, picture.info.get("icc_profile"), _is_keyed(picture)
    picture.load()
    if mode.startswith("I;16") or (mode == "I" and picture.format == "PNG"):  # "I": older Pillow
        samples = np.asarray(picture).astype(np.uint16)
        image = _split(65535 - samples if inverted else samples, icc)
    elif mode in ("1", "L", "LA"):
        image = _split(np.asarray(picture.convert("LA" if keyed or mode == "LA" else "L")), icc)
    elif mode in ("P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr"):
        target = "RGBA" if keyed or mode in ("PA", "RGBA") else "RGB"
        image = _split(np.asarray(picture.convert(target)), None if mode == "CMYK" else icc)
    else:
        raise _depth_error(path, f"mode {mode}")
    return _upright(image, _orientation(picture))


def _decode_tiff(file: BinaryIO, path: Path, max_pixels: int) -> Image:
    from PIL.TiffImagePlugin import TiffImageFile
    from tifffile import COMPRESSION, PHOTOMETRIC, TiffFile, TiffPage

    with TiffFile(file) as tiff:
        page = tiff.pages.first
        _check_size((page.imagewidth, page.imagelength), path, max_pixels)
        _check_single(sum(isinstance(p, TiffPage) and not p.is_reduced for p in tiff.pages), path)
        bits, photometric, compression = page.bitspersample, page.photometric, page.compression
        if bits not in (1, 2, 4, 8, 16) or page.sampleformat != 1:
            raise _depth_error(path, f"{bits}-bit samples of format {page.sampleformat}")
        if bits >= 8 and photometric in _TIFF_PLAIN and compression in _TIFF_UNPACKED:
            return _from_tiff_page(page, path)
    if bits == 16 and page.samplesperpixel > 1:
        raise ImageError(
            f"{path} must be plain RGB or grey, uncompressed or Deflate, to keep its 16 bits, but "
            f"is {PHOTOMETRIC(photometric).name}, {COMPRESSION(compression).name}. Save it so."
        )
    file.seek(0)
    return _from_pillow(TiffImageFile(file), path, inverted=photometric == 0)


def _from_tiff_page(page: "TiffPage", path: Path) -> Image:
    """Decode grey or RGB of 8 or 16 bits."""
    planes = page.asarray().reshape(page.shaped).squeeze(1)  # (C or 1, H, W, 1 or C)
    samples = np.concatenate(list(planes), axis=2)  # (H, W, C)
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
    orientation = page.tags.valueof(_ORIENTATION, default=1)
    return _upright(_split(samples, page.tags.valueof(34675)), orientation)


def _unmultiplied(samples: Pixels) -> Pixels:
    """Divide colours that were stored multiplied by alpha."""
    full = np.iinfo(samples.dtype).max
    alpha = samples[..., -1:].astype(np.float64)
    colours = samples[..., :-1] * (full / np.maximum(alpha, 1))
    return np.concatenate(
        [np.minimum(np.rint(colours), full).astype(samples.dtype), samples[..., -1:]], axis=2
    )


def _encode_tiff(image: Image) -> bytes:
    import tifffile

    buffer = BytesIO()
    tifffile.imwrite(
        buffer,
        _stacked(image),
        photometric="rgb" if image.pixels.ndim == 3 else "minisblack",
        planarconfig="contig",
        extrasamples=None if image.alpha is None else ["unassalpha"],
        compression="zlib",
        iccprofile=image.icc,
        metadata=None,
        software=False,
    )
    return buffer.getvalue()


def _encode_with_pillow(image: Image, suffix: str) -> bytes:
    options: dict[str, Any] = {"icc_profile": image.icc} if image.icc else {}
    if suffix == ".png":
        samples, kind = _stacked(image), "PNG"
    elif suffix == ".bmp":
        samples, kind = to_uint8(image.pixels), "BMP"
    else:
        samples, kind = to_uint8(image.pixels), "JPEG"
        options |= {"quality": 95, "subsampling": 0}
    buffer = BytesIO()
    PIL.Image.fromarray(samples).save(buffer, kind, **options)
    return buffer.getvalue()


def _stacked(image: Image) -> Pixels:
    """Return pixels and alpha as one array: (H, W) or (H, W, C)."""
    return image.pixels if image.alpha is None else np.dstack([image.pixels, image.alpha])


def _split(samples: Pixels, icc: bytes | None = None) -> Image:
    """Take (H, W) or (H, W, C) apart; an even C means that the last is alpha."""
    samples = np.atleast_3d(samples)
    alpha = samples[..., -1] if samples.shape[2] % 2 == 0 else None
    colours = samples[..., :3] if samples.shape[2] > 2 else samples[..., 0]
    return Image(colours, alpha, icc)


def _is_keyed(picture: PIL.Image.Image) -> bool:
    """Tell whether a colour or palette entry stands for transparent."""
    return "transparency" in picture.info


def _orientation(picture: PIL.Image.Image) -> int:
    """Return the EXIF orientation that is still to be applied; damaged EXIF counts as upright."""
    try:
        return int(picture.getexif().get(_ORIENTATION, 1))
    except Exception:  # noqa: BLE001 -- pixels are worth having even if notes about them are not
        return 1


def _upright(image: Image, orientation: int) -> Image:
    def turn(pixels: Pixels) -> Pixels:
        if orientation in _TRANSPOSED:
            pixels = pixels.swapaxes(0, 1)
        if orientation in _MIRRORED_ROWS:
            pixels = pixels[::-1]
        if orientation in _MIRRORED_COLUMNS:
            pixels = pixels[:, ::-1]
        return np.ascontiguousarray(pixels)

    alpha = None if image.alpha is None else turn(image.alpha)
    return Image(turn(image.pixels), alpha, image.icc)


def _check_size(size: tuple[int, int], path: Path, max_pixels: int) -> None:
    width, height = size
    if width < 1 or height < 1:
        raise ImageError(f"{path} must have pixels, but is {width}x{height}. Make it again.")
    if width * height > max_pixels:
        raise ImageError(
            f"{path} must have at most {max_pixels / 1e6:g} megapixels, but is {width}x{height} "
            f"({width * height / 1e6:.0f} megapixels). Use a smaller image."
        )


def _check_single(pictures: int, path: Path) -> None:
    if pictures > 1:
        raise ImageError(
            f"{path} must hold one picture, but holds {pictures}. Save each one as a file."
        )


def _depth_error(path: Path, found: str) -> ImageError:
    return ImageError(
        f"{path} must have 8 or 16 bits per sample, unsigned, but has {found}. Convert it first."
    )


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:160] or type(error).__name__
