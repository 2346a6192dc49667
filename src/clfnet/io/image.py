"""Images in files, of 8 or 16 bits, without losing depth in silence.

Read are PNG, JPEG, BMP, TIFF, WebP, AVIF, JPEG 2000 and, with the extra `formats`, HEIC; written
are the first four.

Pillow decodes what it keeps whole; 16-bit colour goes through `png` and `tiff`. What a file is
shows in its bytes, not in its name; what it becomes follows the suffix.

Kept: depth, alpha, the colour profile, and what EXIF tells of camera, exposure and place. Applied:
the EXIF orientation. Not kept: thumbnails. BMP and JPEG hold 8 bits and no alpha, so 16-bit images
are rounded to 8 bits there and alpha is dropped; BMP holds neither profile nor EXIF.
"""

from dataclasses import dataclass, replace
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from clfnet.errors import ConfigError, ImageError, MissingExtraError, one_line
from clfnet.io import exif, jpeg, orientation, png, tiff
from clfnet.io.checks import (
    MAX_PIXELS,
    check_single,
    check_size,
    depth_error,
    reading,
)
from clfnet.io.damage import report_damage
from clfnet.io.files import open_atomic, open_input
from clfnet.io.formats import VISIBLE
from clfnet.io.geo import Geo
from clfnet.io.kinds import kind_of
from clfnet.options import Compression

Pixels = NDArray[np.uint8 | np.uint16]
"""An image as it is stored: (H, W) grey or (H, W, 3) RGB."""

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff")
"""What `write_image` can write."""

DEEP_SUFFIXES = (".png", ".tif", ".tiff")
"""Those of them that hold 16 bits."""

_PLUGINS = {"PNG": "Png", "BMP": "Bmp", "WebP": "WebP", "AVIF": "Avif", "JPEG 2000": "Jpeg2K"}
_ROWS = 256  # that are taken out of Pillow at once
_MOST_JPEG_EXIF = 65533  # bytes in one segment
_PROFILE_CHANNELS = {b"GRAY": 1, b"RGB ": 3, b"CMYK": 4}  # by the profile's header, ISO 15076-1


def check_depth(depth: int | None, suffix: str, name: str) -> None:
    """Refuse 16 bits in a format of 8.

    Args:
        depth: bits that are asked for.
        suffix: of the file.
        name: what messages call it.

    Raises:
        ConfigError: the format does not hold them.
    """
    if depth == 16 and suffix.lower() not in DEEP_SUFFIXES:
        raise ConfigError(
            f"{name} must be PNG or TIFF to hold 16 bits, got {suffix}. Change it, or drop `depth`."
        )


@dataclass(frozen=True, eq=False)
class Image:
    """An image as it is stored.

    Attributes:
        pixels: uint8 or uint16, (H, W) grey or (H, W, 3) RGB; full scale is 255 or 65535.
        alpha: opacity, same type, (H, W); None where the image has none.
        icc: the colour profile's bytes. Written where it fits: a profile for grey is not written
            beside colour, nor the reverse.
        exif: what is told of camera, exposure and place, as `clfnet.io.exif` packs it.
        description: a text to write beside the pixels: PNG iTXt "Description", a JPEG comment, TIFF
            ImageDescription. Not read back.
        geo: where the image lies on the earth; TIFF alone keeps it.
        notes: what a user should be told about the file, a sentence each.
    """

    pixels: Pixels
    alpha: Pixels | None = None
    icc: bytes | None = None
    exif: bytes | None = None
    description: str | None = None
    geo: Geo | None = None
    notes: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """Columns."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """Rows."""
        return int(self.pixels.shape[0])


def read_image(path: Path, *, max_pixels: int = MAX_PIXELS, page: int | None = None) -> Image:
    """Read an image, upright.

    Args:
        path: a PNG, JPEG, BMP, TIFF, WebP, AVIF, JPEG 2000 or HEIC file, whatever its suffix. One
            bit per pixel becomes 0 and 255, palettes become colour, CMYK becomes RGB.
        max_pixels: larger images are refused before their pixels are allocated.
        page: which image of a TIFF that holds several, from 1 on.

    Returns:
        The image, its orientation applied. Where a TIFF says that there is no data, alpha is 0.

    Raises:
        ImageError: the file is not there, is no image of these kinds, is damaged, holds several
            images, is too large, or has other than 1 to 8 or 16 bits per sample.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "ramp.png"
        >>> write_image(path, Image(np.arange(6, dtype=np.uint16).reshape(2, 3) * 10000))
        >>> read_image(path).pixels.tolist()
        [[0, 10000, 20000], [30000, 40000, 50000]]
    """
    with reading(path), open_input(path) as file:
        return _decode(file, path, max_pixels, page)


def decode_image(data: bytes, path: Path, *, max_pixels: int = MAX_PIXELS) -> Image:
    """Decode an image that lies within another file, `path`; see `read_image`."""
    with reading(path):
        return _decode(BytesIO(data), path, max_pixels)


def from_pillow(picture: PIL.Image.Image, name: str) -> Image:
    """Return an image that Pillow holds, upright, as if it had been read from its file.

    Raises:
        ImageError: it is of a mode that holds no image of 1 to 8 or 16 bits; called by `name`.
    """
    return _upright(_from_pillow(picture, name), *_notes(picture))


def write_image(
    path: Path, image: Image, *, overwrite: bool = False, compression: Compression = "fast"
) -> None:
    """Write an image, atomically, in the format of its suffix.

    PNG and TIFF keep 16 bits and alpha; BMP and JPEG (quality 95, 4:4:4) get 8 bits and no alpha.
    JPEG holds no more than 64 kB of EXIF; longer EXIF, which only comes from other formats, is left
    out there.

    Args:
        path: ends in .png, .jpg, .jpeg, .bmp, .tif or .tiff.
        image: what to write.
        overwrite: replace a file that is there already.
        compression: of PNG: "fast", or "small", which takes many times as long for a smaller file.

    Raises:
        ImageError: the suffix is another, or the format cannot hold so large an image.
        OutputExistsError: `path` is there and `overwrite` is not set.
        InputError: the system refuses to write.
    """
    check_suffix(path)
    with open_atomic(path, overwrite=overwrite) as file:
        _encode(image, path, file, compression)


def check_suffix(path: Path) -> None:
    """Raise an `ImageError` if `write_image` does not know the suffix of `path`."""
    if path.suffix.lower() not in SUFFIXES:
        raise ImageError(f"{path} must end in one of {', '.join(SUFFIXES)}. Rename the output.")


def encode_image(image: Image, path: Path, *, compression: Compression = "fast") -> bytes:
    """Return the bytes of `image` in the format of `path`'s suffix; see `write_image`."""
    check_suffix(path)
    buffer = BytesIO()
    _encode(image, path, buffer, compression)
    return buffer.getvalue()


def _encode(image: Image, path: Path, file: BinaryIO, compression: Compression) -> None:
    """Write in the format of `path`'s suffix; the file is empty, and may be read and sought."""
    suffix, small = path.suffix.lower(), compression == "small"
    image = replace(image, icc=_fitting_profile(image))
    try:
        if suffix in (".tif", ".tiff"):
            tiff.encode(
                file,
                _stacked(image),
                has_alpha=image.alpha is not None,
                icc=image.icc,
                exif=exif.parse(image.exif) if image.exif else None,
                description=image.description,
                geo=image.geo,
            )
        elif suffix == ".png" and not (small and image.pixels.dtype == np.uint8):
            png.encode(
                file,
                np.atleast_3d(_stacked(image)),
                icc=image.icc,
                exif=image.exif,
                description=image.description,
                small=small,
            )
        else:
            _encode_with_pillow(image, suffix, file)
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # of the system, not of the format
        raise ImageError(
            f"{path} cannot hold {image.width}x{image.height} pixels ({one_line(error)}). "
            f"Use another format."
        ) from error


def to_uint8(pixels: Pixels) -> NDArray[np.uint8]:
    """Round 16-bit pixels to 8 bits (65535 becomes 255); leave 8-bit pixels as they are."""
    if pixels.dtype == np.uint8:
        return pixels.astype(np.uint8, copy=False)
    return ((pixels.astype(np.uint32) + 128) // 257).astype(np.uint8)


def to_uint16(pixels: Pixels) -> NDArray[np.uint16]:
    """Widen 8-bit pixels to 16 bits (255 becomes 65535); leave 16-bit pixels as they are."""
    if pixels.dtype == np.uint16:
        return pixels.astype(np.uint16, copy=False)
    return pixels.astype(np.uint16) * np.uint16(257)


def as_grey(image: Image) -> Image:
    """Return grey that is stored as R, G and B as grey; any other image, and profiles, as it is.

    Example:
        >>> stored = Image(np.array([[[7, 7, 7], [9, 9, 9]]], np.uint8))
        >>> as_grey(stored).pixels.tolist()
        [[7, 9]]
    """
    pixels = image.pixels
    if pixels.ndim == 2 or image.icc is not None:  # a profile of RGB would mean nothing to grey
        return image
    first = pixels[..., 0]
    if not all(np.array_equal(first, pixels[..., other]) for other in (1, 2)):
        return image
    return replace(image, pixels=np.ascontiguousarray(first))


def _decode(file: BinaryIO, path: Path, max_pixels: int, page: int | None = None) -> Image:
    head = file.read(132)
    file.seek(0)
    if not head:
        raise ImageError(f"{path} must be an image file, but is empty.")
    if head.startswith(tiff.SIGNATURES):
        return _decode_tiff(file, path, max_pixels, page)
    if head.startswith(jpeg.MAGIC):
        return _decode_jpeg(file.read(), path, max_pixels)
    picture = _open_with_pillow(file, kind_of(head), path)
    check_size(picture.size, path, max_pixels)
    check_single(getattr(picture, "n_frames", 1), path)
    if head.startswith(png.SIGNATURE):
        _check_checksums(file, path)
    if png.is_16_bit(head) and (_is_keyed(picture) or not picture.mode.startswith("I")):
        picture.info.setdefault("exif", png.exif(file))  # else Pillow decodes it to find that
        image = _split(png.decode_16_bit(file), picture.info.get("icc_profile"))
    else:
        image = _from_pillow(picture, path)
    upright = _upright(image, *_notes(picture))
    return replace(upright, notes=(*image.notes, *_depth_note(picture, head)))


def _decode_jpeg(data: bytes, path: Path, max_pixels: int) -> Image:
    from PIL.JpegImagePlugin import JpegImageFile

    has_end = jpeg.check_structure(data)
    check_size(JpegImageFile(BytesIO(data)).size, path, max_pixels)
    picture = JpegImageFile(BytesIO(jpeg.check_pixels(data, path, has_end=has_end)))
    return _upright(_from_pillow(picture, path), *_notes(picture))


def _check_checksums(file: BinaryIO, path: Path) -> None:
    """Check those of a PNG, of which Pillow leaves out those of the pixels."""
    place = file.tell()
    try:
        png.check(file)
    except ValueError as error:
        report_damage(path, one_line(error))
    file.seek(place)


def _open_with_pillow(file: BinaryIO, kind: str, path: Path) -> PIL.Image.Image:
    """Open lazily, without `PIL.Image.open`, whose bound on the size is one for the process."""
    if name := _PLUGINS.get(kind):
        plugin = import_module(f"PIL.{name}ImagePlugin")
        picture: PIL.Image.Image = getattr(plugin, f"{name}ImageFile")(file)
        return picture
    if kind == "HEIC":
        return _open_heic(file)
    *names, last = (each.name for each in VISIBLE)
    raise ImageError(
        f"{path} must be a {', '.join(names)} or {last} image, but is {kind}. Convert it first."
    )


def _open_heic(file: BinaryIO) -> PIL.Image.Image:
    try:
        from pillow_heif import HeifImageFile
    except ImportError as error:
        raise MissingExtraError("pillow-heif", "formats") from error
    picture: PIL.Image.Image = HeifImageFile(file)  # type: ignore[no-untyped-call]
    return picture


def _depth_note(picture: PIL.Image.Image, head: bytes) -> tuple[str, ...]:
    """Tell of depth that Pillow drops: JPEG 2000 in colour of more than 8 bits."""
    place = head.find(b"ihdr")
    if picture.format != "JPEG2000" or place < 0 or picture.mode.startswith("I"):
        return ()
    bits = (head[place + 14] & 127) + 1
    return (f"of its {bits} bits per sample 8 are taken",) if bits > 8 else ()


def _from_pillow(picture: PIL.Image.Image, path: Path | str) -> Image:
    """Decode what Pillow keeps whole, as it is stored."""
    mode, icc, keyed = picture.mode, picture.info.get("icc_profile"), _is_keyed(picture)
    picture.load()
    if mode.startswith("I;16") or (mode == "I" and picture.format == "PNG"):  # "I": older Pillow
        samples = np.asarray(picture).astype(np.uint16)
        return _split(65535 - samples if _is_white_first(picture) else samples, icc)
    if mode in ("1", "L", "LA"):
        return _split(_samples(picture, "LA" if keyed or mode == "LA" else "L"), icc)
    if mode in ("P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr"):
        target = "RGBA" if keyed or mode in ("PA", "RGBA") else "RGB"
        return _split(_samples(picture, target), None if mode == "CMYK" else icc)
    raise depth_error(path, f"mode {mode}")


def _samples(picture: PIL.Image.Image, mode: str) -> NDArray[np.uint8]:
    """Return 8-bit samples, (H, W, C), without holding more than one copy beside Pillow's own."""
    picture = picture if picture.mode == mode else picture.convert(mode)
    width, height = picture.size
    samples = np.empty((height, width, len(mode)), np.uint8)  # modes: a letter per channel
    for top in range(0, height, _ROWS):
        rows = samples[top : top + _ROWS]
        part = np.asarray(picture.crop((0, top, width, top + len(rows))))
        rows[:] = part.reshape(rows.shape)
    return samples


def _decode_tiff(file: BinaryIO, path: Path, max_pixels: int, page: int | None) -> Image:
    from PIL.TiffImagePlugin import TiffImageFile

    plain = tiff.decode(file, path, max_pixels, page)
    notes = exif.clean(lambda offset, count: _read_at(file, offset, count), is_tiff=True)
    if plain:
        image = replace(_split(plain.samples, plain.icc), geo=plain.geo)
        if plain.data is not None and not plain.data.all():
            full = np.iinfo(image.pixels.dtype).max
            alpha = np.full(plain.data.shape, full, image.pixels.dtype)
            alpha = alpha if image.alpha is None else image.alpha
            image = replace(image, alpha=np.where(plain.data, alpha, 0).astype(alpha.dtype))
        return _upright(image, plain.orientation, notes)
    file.seek(0)
    picture = TiffImageFile(file)
    picture.seek((page or 1) - 1)
    return _upright(_from_pillow(picture, path), _orientation(picture), notes)


def _read_at(file: BinaryIO, offset: int, count: int) -> bytes:
    file.seek(offset)
    return file.read(count)


def _encode_with_pillow(image: Image, suffix: str, file: BinaryIO) -> None:
    options: dict[str, Any] = {"icc_profile": image.icc} if image.icc else {}
    if image.exif:
        options["exif"] = image.exif
    if suffix == ".png":
        samples, kind = _stacked(image), "PNG"
        options["pnginfo"] = _png_text(image.description)
    elif suffix == ".bmp":
        samples, kind = to_uint8(image.pixels), "BMP"
    else:
        samples, kind = to_uint8(image.pixels), "JPEG"
        options |= {"quality": 95, "subsampling": 0}
        if image.description:
            options["comment"] = image.description.encode()
        if len(image.exif or b"") > _MOST_JPEG_EXIF:
            del options["exif"]
    PIL.Image.fromarray(samples).save(file, kind, **options)


def _png_text(description: str | None) -> Any:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    if description:
        info.add_itxt(png.DESCRIPTION, description)
    return info


def _stacked(image: Image) -> Pixels:
    """Return pixels and alpha as one array: (H, W) or (H, W, C)."""
    return image.pixels if image.alpha is None else np.dstack([image.pixels, image.alpha])


def _split(samples: Pixels, icc: bytes | None = None) -> Image:
    """Take (H, W) or (H, W, C) apart; an even C means that the last is alpha."""
    samples = np.atleast_3d(samples)
    alpha = samples[..., -1] if samples.shape[2] % 2 == 0 else None
    colours = samples[..., :3] if samples.shape[2] > 2 else samples[..., 0]
    return Image(colours, alpha, icc)


def _fitting_profile(image: Image) -> bytes | None:
    """Return the colour profile unless its header says that it is for other channels."""
    channels = 3 if image.pixels.ndim == 3 else 1
    stated = _PROFILE_CHANNELS.get((image.icc or b"")[16:20], channels)
    return image.icc if stated == channels else None


def _is_keyed(picture: PIL.Image.Image) -> bool:
    """Tell whether a colour or palette entry stands for transparent."""
    return "transparency" in picture.info


def _is_white_first(picture: PIL.Image.Image) -> bool:
    """Tell whether 0 stands for white, which Pillow undoes only for 8 bits."""
    tags: dict[int, Any] = getattr(picture, "tag_v2", {})
    return tags.get(262) == 0


def _notes(picture: PIL.Image.Image) -> tuple[int, bytes | None]:
    """Return the orientation that is still to be applied, and the EXIF to keep."""
    turned = _orientation(picture)  # looks for EXIF behind the pixels of a PNG, too
    stored = picture.info.get("exif")
    return turned, exif.clean(stored) if isinstance(stored, bytes) else None


def _orientation(picture: PIL.Image.Image) -> int:
    """Return the EXIF orientation that is still to be applied; damaged EXIF counts as upright."""
    try:
        return int(picture.getexif().get(orientation.TAG, 1))
    except Exception:  # noqa: BLE001 -- pixels are worth having even if notes about them are not
        return 1


def _upright(image: Image, turned: int, notes: bytes | None) -> Image:
    alpha = None if image.alpha is None else orientation.upright(image.alpha, turned)
    geo = image.geo if turned == 1 else None
    return Image(orientation.upright(image.pixels, turned), alpha, image.icc, notes, geo=geo)
