"""Files of thermal cameras → numbers, without losing depth or meaning."""

from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from clfnet.colour.luma import bt601
from clfnet.errors import ConfigError, ImageError
from clfnet.io import orientation, tiff
from clfnet.io.checks import MAX_PIXELS, reading
from clfnet.io.files import open_input
from clfnet.io.image import Image, read_image, to_uint8
from clfnet.io.kinds import kind_of
from clfnet.thermal import dji, fff, jpeg, matrix, npy, painted
from clfnet.thermal.camera import Camera
from clfnet.thermal.flir import Radiometric, read_radiometric
from clfnet.thermal.measuring import measures
from clfnet.thermal.nodata import guess, note_on
from clfnet.thermal.options import AS_IS, ThermalOptions
from clfnet.thermal.planck import ZERO_CELSIUS
from clfnet.thermal.temperatures import UNIT_NOTE
from clfnet.thermal.values import Thermal, Unit, calibrated, from_array, in_celsius


class Pair(NamedTuple):
    """What one radiometric file holds: a whole pair.

    Attributes:
        thermal: counts, and their temperature.
        visible: the image that the camera took with it.
        alignment: what maps infrared pixels to visible pixels, float64, (3, 3), homogeneous, the
            centre of the first pixel (0, 0); None where nothing says.
        damage: what is wrong with the files, if that was allowed.
        made: what says how the two lie.
        is_of_files: it was read, so that there is time to look whether the two fit.
    """

    thermal: Thermal
    visible: Image
    alignment: NDArray[np.float64] | None
    damage: tuple[str, ...] = ()
    made: str = "camera's tags"
    is_of_files: bool = True

    @property
    def field(self) -> float:
        """How wide the infrared image sees beside the visible one, by EXIF; 0 if untold."""
        return field_of(self.thermal, self.visible)


def field_of(thermal: Thermal, visible: Image) -> float:
    """Return how wide an infrared image sees beside a visible one, by EXIF; 0 if untold."""
    height, width = visible.pixels.shape[:2]
    own = thermal.width, thermal.height
    return thermal.camera.field_beside(Camera.of(visible.exif), own, (width, height))


def read_thermal(
    path: Path, options: ThermalOptions = AS_IS, *, max_pixels: int = MAX_PIXELS
) -> Thermal:
    """Read a thermal image.

    Args:
        path: PNG, JPEG, BMP, WebP, AVIF, JPEG 2000 or TIFF of 8 or 16 bits; TIFF of signed, 32-bit
            or float samples; NPY or NPZ; PGM; a matrix in text (.csv, .txt); a FLIR or DJI
            radiometric JPEG or FFF. What was painted with a known palette is undone, other colour
            counts as its luma.
        options: what the file does not say itself.
        max_pixels: larger images are refused before their pixels are allocated.

    Returns:
        The image, upright; with a mask where pixels are no data: NaN, alpha 0, a TIFF's mask or
        stated value, an unstated fill far from everything else, what `options` exclude.

    Raises:
        ImageError: the file is not there, of another kind, damaged, too large, holds several
            images, or no number.
        ConfigError: the options do not fit the file.
        MissingExtraError: it is packed in a way that needs the extra `formats`.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "counts.npy"
        >>> np.save(path, np.array([[29315, 30315]], np.uint16))
        >>> read_thermal(path, ThermalOptions(kelvin_per_count=0.01)).celsius.round(2).tolist()
        [[20.0, 30.0]]
    """
    with reading(path), open_input(path) as file:
        thermal = _read(file, path, options, max_pixels)
    return stated(thermal, options, path)


def read_pair(path: Path, options: ThermalOptions = AS_IS, *, max_pixels: int = MAX_PIXELS) -> Pair:
    """Read a FLIR radiometric file as a pair.

    Raises:
        ImageError: it is none, is damaged or too large, or has no visible image in it.
        ConfigError: the options do not fit the file.
    """
    if path.suffix.lower() not in (".fff", ".seq") and is_dji(path):
        raise ImageError(
            f"{path} must hold a visible image beside the thermal one, but a DJI camera saves "
            f"them apart. Give the visible image (_W, _V or _Z) too."
        )
    radiometric = read_radiometric(path, max_pixels=max_pixels)
    if radiometric.visible is None:
        raise ImageError(
            f"{path} must hold a visible image beside the thermal one, but holds none. Give a "
            f"visible image too."
        )
    thermal = stated(of_radiometric(radiometric, options), options, path)
    return Pair(thermal, radiometric.visible, radiometric.alignment)


def is_dji(path: Path) -> bool:
    """Tell whether a file is a radiometric JPEG of DJI.

    Raises:
        ImageError: it cannot be read at all.
    """
    with reading(path), open_input(path) as file:
        is_jpeg = file.read(3) == jpeg.MAGIC
        return is_jpeg and jpeg.flir_block(file) is None and jpeg.is_dji(file)


def is_radiometric(path: Path) -> bool:
    """Tell whether a file is a JPEG in which a FLIR or DJI camera stored counts.

    Raises:
        ImageError: it cannot be read at all.
    """
    with reading(path), open_input(path) as file:
        is_jpeg = file.read(3) == jpeg.MAGIC
        return is_jpeg and (jpeg.flir_block(file) is not None or jpeg.is_dji(file))


def stated(thermal: Thermal, options: ThermalOptions, name: str | Path) -> Thermal:
    """Return an image with what the user says about it.

    Args:
        thermal: as its file or array has it.
        options: its unit, what is excluded.
        name: what messages call it.

    Raises:
        ConfigError: the image has temperatures already, or a rectangle lies outside of it.
        ImageError: everything is excluded.
    """
    if options.unit in ("celsius", "kelvin"):
        if thermal.celsius is not None:
            raise ConfigError(
                f"`unit` must not be given for {name}, whose temperatures are known. Drop it."
            )
        offset = ZERO_CELSIUS if options.unit == "kelvin" else 0.0
        celsius = (thermal.values.astype(np.float64) - offset).astype(np.float32)
        thermal = replace(thermal, values=celsius, unit="celsius", celsius=celsius)
    elif options.unit == "counts":
        thermal = replace(thermal, unit="count")
    if options.kelvin_per_count is not None:
        thermal = in_celsius(thermal, options.kelvin_per_count, name)
    if options.points is not None:
        thermal = calibrated(thermal, options.points, name)
    if options.surroundings.given and thermal.planck is None:
        raise ConfigError(
            f"`{options.surroundings.given[0]}` must be given for a radiometric file of FLIR, "
            f"whose constants it goes with, but {name} holds none. Drop it."
        )
    if not options.rectangles:
        return thermal
    data = np.ones(thermal.values.shape, np.bool_)
    for box in options.rectangles:
        if box.x >= thermal.width or box.y >= thermal.height:
            raise ConfigError(
                f"`exclude` must lie within the infrared image of {thermal.width}x"
                f"{thermal.height}, got {box}. Correct it."
            )
        data[box.slices] = False
    return thermal.without(data)


def of_radiometric(radiometric: Radiometric, options: ThermalOptions = AS_IS) -> Thermal:
    """Return the image of a FLIR file, its temperatures computed as the options say.

    Raises:
        ConfigError: what they say of the surroundings gives no temperature.
    """
    if not measures(radiometric.made):
        return Thermal(radiometric.counts, "count", camera=radiometric.made).noted(
            f"of a {radiometric.made.model}, which does not measure temperatures; its counts are "
            f"taken"
        )
    planck = options.surroundings.on(radiometric.constants)
    celsius = replace(radiometric, constants=planck).celsius
    return Thermal(radiometric.counts, "count", celsius, camera=radiometric.made, planck=planck)


def _read(file: BinaryIO, path: Path, options: ThermalOptions, max_pixels: int) -> Thermal:
    if options.layout is not None:
        return numbers(options.layout.read(file, path, max_pixels), path)
    head = file.read(132)
    file.seek(0)
    array = _read_array(file, head, path, max_pixels)
    if array is not None:
        return numbers(array, path)
    if head.startswith(tiff.SIGNATURES):
        decoded = tiff.decode_numbers(file, path, max_pixels, options.page)
        if decoded:
            return _from_tiff(decoded, path)
    if head.startswith(b"AFF\0"):
        raise ImageError(f"{path} must be a FLIR file of FFF blocks, but is AFF. Export it as SEQ.")
    is_jpeg = head.startswith(jpeg.MAGIC)
    if fff.is_block(head[:64]) or (is_jpeg and jpeg.flir_block(file) is not None):
        return of_radiometric(read_radiometric(path, max_pixels=max_pixels), options)
    if is_jpeg and jpeg.is_dji(file):
        return _from_dji(file, path)
    _refuse_numbers(path, kind_of(head))
    return from_picture(read_image(path, max_pixels=max_pixels, page=options.page), path, options)


def _read_array(file: BinaryIO, head: bytes, path: Path, max_pixels: int) -> NDArray[Any] | None:
    """Return the numbers of a file that holds nothing else; None if it is another."""
    if head.startswith(npy.MAGIC):
        return npy.read(file, path, max_pixels)
    if head.startswith(matrix.ZIP):
        return matrix.read_npz(file, path, max_pixels)
    if head.startswith(matrix.PGM):
        return matrix.read_pgm(file, path, max_pixels)
    if path.suffix.lower() in matrix.TEXT_SUFFIXES and kind_of(head) == "text":
        return matrix.read_text(file, path, max_pixels)
    return None


def numbers(array: NDArray[Any], name: str | Path) -> Thermal:
    """Make a thermal image of numbers, an unstated fill left out.

    Raises:
        ImageError: see `clfnet.thermal.values.from_array`.
    """
    return _guessed(from_array(array, name))


def _guessed(thermal: Thermal) -> Thermal:
    """Leave out an unstated fill, and say so."""
    if thermal.unit == "level" or thermal.data is not None:
        return thermal
    data = guess(thermal.values)
    if data is None:
        return thermal
    return thermal.without(data).noted(note_on(thermal.values, data))


def _from_tiff(decoded: tiff.Decoded, path: Path) -> Thermal:
    unit: Unit | None = "celsius" if decoded.description == UNIT_NOTE else None
    turned = decoded.orientation
    data = None if decoded.data is None else orientation.upright(decoded.data, turned)
    values = orientation.upright(decoded.samples[..., 0], turned)
    return replace(_guessed(from_array(values, path, unit=unit, data=data)), geo=decoded.geo)


def _from_dji(file: BinaryIO, path: Path) -> Thermal:
    from PIL.JpegImagePlugin import JpegImageFile

    stored = jpeg.dji_counts(file)
    file.seek(0)
    counts = dji.counts(stored, JpegImageFile(file).size)
    if counts is None:
        raise ImageError(
            f"{path} must hold its counts as plain numbers, as the H20T, H30T, M2EA, M30T, M3T and "
            f"M4T write them, but this camera packs them. Convert it with the DJI Thermal SDK "
            f"(dji_irp -a measure), and read the result with --raw 640x512:f4."
        )
    return Thermal(counts, "count", camera=Camera.of(jpeg.exif_of(file)))


def from_picture(image: Image, name: str | Path, options: ThermalOptions) -> Thermal:
    """Return levels, of a painted image those that were painted; alpha 0 is no data.

    Args:
        image: as it is stored.
        name: what messages call it.
        options: whether and how painted images are undone.

    Raises:
        ConfigError: there is no such palette.
    """
    pixels, notes = image.pixels, image.notes
    if pixels.ndim == 3:
        pixels, more = _unpainted(pixels, options.infrared_palette)
        notes = (*notes, *more)
    data = None if image.alpha is None or image.alpha.all() else image.alpha > 0
    found = _guessed(from_array(pixels, name, data=data)).noted(*notes)
    return replace(found, camera=Camera.of(image.exif))


def _unpainted(
    pixels: NDArray[np.uint8 | np.uint16], palette: str
) -> tuple[NDArray[np.uint8 | np.uint16], tuple[str, ...]]:
    """Return (H, W) for (H, W, 3), and what to tell."""
    if palette == painted.NONE or (
        palette == painted.AUTO and not painted.is_coloured(to_uint8(pixels))
    ):
        return _grey(pixels), ()
    if palette != painted.AUTO:
        return painted.undo(to_uint8(pixels), palette), ()
    found = painted.recognised(to_uint8(pixels))
    if found is None:
        return _grey(pixels), (
            "in colour, and not by a palette known here; its brightness is taken. If it is the "
            "visible image, swap the two; if another palette, name it (--infrared-palette)",
        )
    return found.levels, (
        f"painted ({found.palette}), which was undone; --infrared-palette none takes its "
        f"brightness instead",
    )


def _refuse_numbers(path: Path, kind: str) -> None:
    """Name kinds of numbers that need an option."""
    if kind == "text":
        raise ImageError(
            f"{path} must be an image or a thermal file, but is text. If it is a matrix of "
            f"numbers, rename it to end in .csv."
        )
    if kind == "unknown bytes":
        raise ImageError(
            f"{path} must be an image or a thermal file, but its bytes have no header that is "
            f"known. If it is headerless, say its layout, e.g. --raw 640x512:f4."
        )


def _grey(pixels: NDArray[np.uint8 | np.uint16]) -> NDArray[np.uint8 | np.uint16]:
    """Return (H, W) for (H, W) or (H, W, 3), of the same depth."""
    if pixels.ndim == 2:
        return pixels
    full = np.float32(np.iinfo(pixels.dtype).max)
    levels: NDArray[np.uint8 | np.uint16] = np.rint(
        bt601.luma(pixels.astype(np.float32) / full) * full
    ).astype(pixels.dtype)
    return levels
