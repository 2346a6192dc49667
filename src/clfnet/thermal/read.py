"""Files of thermal cameras → numbers, without losing depth or meaning."""

from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from clfnet.colour.luma import bt601
from clfnet.errors import ImageError
from clfnet.io import orientation, tiff
from clfnet.io.checks import MAX_PIXELS, depth_error, reading
from clfnet.io.files import open_input
from clfnet.io.image import Image, read_image
from clfnet.thermal import fff, jpeg, npy
from clfnet.thermal.flir import Radiometric, read_radiometric
from clfnet.thermal.temperatures import UNIT_NOTE
from clfnet.thermal.values import (
    Thermal,
    Unit,
    check_kelvin_per_count,
    from_array,
    in_celsius,
)

_PLAIN_PREDICTOR = 1


class Pair(NamedTuple):
    """What one radiometric file holds: a whole pair.

    Attributes:
        thermal: counts, and their temperature.
        visible: the picture that the camera took with it.
        alignment: what maps infrared pixels to visible pixels, float64, (3, 3), homogeneous, the
            centre of the first pixel (0, 0); None where the camera does not say.
        damage: what is wrong with the files, if that was allowed.
    """

    thermal: Thermal
    visible: Image
    alignment: NDArray[np.float64] | None
    damage: tuple[str, ...] = ()


def read_thermal(
    path: Path, *, kelvin_per_count: float | None = None, max_pixels: int = MAX_PIXELS
) -> Thermal:
    """Read a thermal picture.

    Args:
        path: PNG, JPEG, BMP or TIFF of 8 or 16 bits; TIFF of signed, 32-bit or float samples; NPY;
            a FLIR radiometric JPEG or FFF. Colour counts as its luma, alpha is dropped.
        kelvin_per_count: for counts that are linear in temperature, how much warmer one more is.
        max_pixels: larger pictures are refused before their pixels are allocated.

    Returns:
        The picture, upright.

    Raises:
        ImageError: the file is not there, of another kind, damaged, too large, holds several
            pictures, or numbers that are not finite; or is a DJI radiometric JPEG.
        ConfigError: `kelvin_per_count` is out of range, or the file holds no counts.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "counts.npy"
        >>> np.save(path, np.array([[29315, 30315]], np.uint16))
        >>> read_thermal(path, kelvin_per_count=0.01).celsius.round(2).tolist()
        [[20.0, 30.0]]
    """
    check_kelvin_per_count(kelvin_per_count)
    with reading(path), open_input(path) as file:
        thermal = _read(file, path, max_pixels)
    if kelvin_per_count is None:
        return thermal
    return in_celsius(thermal, kelvin_per_count, path)


def read_pair(path: Path, *, max_pixels: int = MAX_PIXELS) -> Pair:
    """Read a FLIR radiometric file as a pair.

    Raises:
        ImageError: it is none, is damaged or too large, or has no visible picture in it.
    """
    radiometric = read_radiometric(path, max_pixels=max_pixels)
    if radiometric.visible is None:
        raise ImageError(
            f"{path} must hold a visible picture beside the thermal one, but holds none. Give a "
            f"visible picture too."
        )
    return Pair(_of(radiometric), radiometric.visible, radiometric.alignment)


def _of(radiometric: Radiometric) -> Thermal:
    return Thermal(radiometric.counts, "count", radiometric.celsius)


def _read(file: BinaryIO, path: Path, max_pixels: int) -> Thermal:
    head = file.read(64)
    file.seek(0)
    if head.startswith(npy.MAGIC):
        return from_array(npy.read(file, path, max_pixels), path)
    if head.startswith(tiff.SIGNATURES):
        deep = _decode_deep_tiff(file, path, max_pixels)
        if deep:
            return deep
    if head.startswith(b"AFF\0"):
        raise ImageError(f"{path} must be a FLIR file of FFF blocks, but is AFF. Export it as SEQ.")
    if fff.is_block(head) or (head.startswith(jpeg.MAGIC) and _is_flir(file, path)):
        return _of(read_radiometric(path, max_pixels=max_pixels))
    return from_array(_grey(read_image(path, max_pixels=max_pixels).pixels), path)


def _grey(pixels: NDArray[np.uint8 | np.uint16]) -> NDArray[np.uint8 | np.uint16]:
    """Return (H, W) for (H, W) or (H, W, 3), of the same depth."""
    if pixels.ndim == 2:
        return pixels
    full = np.float32(np.iinfo(pixels.dtype).max)
    levels: NDArray[np.uint8 | np.uint16] = np.rint(
        bt601.luma(pixels.astype(np.float32) / full) * full
    ).astype(pixels.dtype)
    return levels


def _decode_deep_tiff(file: BinaryIO, path: Path, max_pixels: int) -> Thermal | None:
    """Decode a TIFF of numbers that are no picture's; None if it is a picture of 8 or 16 bits."""
    from tifffile import TiffFile

    with TiffFile(file) as opened:
        page = tiff.single_page(opened, path, max_pixels)
        if page.sampleformat == 1 and page.bitspersample <= 16:
            return None
        if page.samplesperpixel != 1:
            raise depth_error(path, f"{page.samplesperpixel} samples of {page.bitspersample} bits")
        unit: Unit | None = "celsius" if page.description == UNIT_NOTE else None
        turned = page.tags.valueof(orientation.TAG, default=1)
        if page.compression in tiff.UNPACKED and page.predictor == _PLAIN_PREDICTOR:
            array = tiff.pixels_of(page).reshape(page.imagelength, page.imagewidth)
        else:
            array = _by_pillow(file)
    return from_array(orientation.upright(array, turned), path, unit=unit)


def _by_pillow(file: BinaryIO) -> NDArray[Any]:
    """Decode what is packed in other ways."""
    from PIL.TiffImagePlugin import TiffImageFile

    file.seek(0)
    picture = TiffImageFile(file)
    if picture.mode not in ("F", "I", "I;16S"):
        raise ValueError(f"samples of mode {picture.mode}")
    return np.asarray(picture)


def _is_flir(file: BinaryIO, path: Path) -> bool:
    """Tell a radiometric JPEG of FLIR from a plain one; refuse one of DJI."""
    if jpeg.flir_block(file) is not None:
        return True
    if jpeg.is_dji(file):
        raise ImageError(
            f"{path} must not be a DJI radiometric JPEG, whose counts only DJI's own software "
            f"decodes. Convert it with the DJI Thermal SDK (dji_irp -a measure), and save the "
            f"result as a float TIFF or NPY."
        )
    return False
