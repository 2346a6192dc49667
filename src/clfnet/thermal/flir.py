"""FLIR's radiometric files: raw counts, the constants that make them °C, a visible image.

The records' layout is as ExifTool documents it (https://exiftool.org/TagNames/FLIR.html). Each
record states its own byte order: its first number is small.
"""

import struct
from dataclasses import dataclass, replace
from functools import cached_property
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from clfnet.errors import ImageError, MissingExtraError, one_line
from clfnet.io import orientation
from clfnet.io.checks import MAX_PIXELS, check_size, reading
from clfnet.io.files import open_input
from clfnet.io.image import Image, decode_image
from clfnet.thermal import fff, jpeg, planck
from clfnet.thermal.camera import Camera, moment, plain

_RAW, _EMBEDDED, _CAMERA, _OVERLAY = 1, 14, 32, 42  # kinds of records
_IMAGE_HEAD = 32  # bytes before the pixels of a record
_PNG, _JPEG_LS = b"\x89PNG", b"\xff\xd8\xff\xf7"
_ZOOMS = (1.0, *np.geomspace(1.08, 8.0, 40))
_LIKE, _CLEARLY = 0.8, 0.1  # a correlation of ranks, and how much better than without zoom
_COMPARED = (64, 48)
_MODEL, _SERIAL, _LENS = slice(0xD4, 0xF4), slice(0x104, 0x114), slice(0x170, 0x190)
_TAKEN = slice(0x384, 0x38E)
_FRAME_RATE = 0x464


@dataclass(frozen=True)
class Overlay:
    """How the camera lays the infrared image over the visible one.

    Attributes:
        zoom: how much wider than the infrared image's the visible image's view is (Real2IR).
        right: the infrared image's centre, right of the visible one's, in visible pixels.
        down: the same, below it.
    """

    zoom: float
    right: int
    down: int

    def matrix(self, infrared: tuple[int, int], visible: tuple[int, int]) -> NDArray[np.float64]:
        """Return what maps infrared pixels to visible pixels.

        The scale is the visible width over the infrared width over the zoom; the centres meet but
        for the offset. That this is what the tags mean was measured on two cameras: their own MSX
        images, which have the visible image's edges in them, match the visible image under
        this mapping to one pixel, and under no other reading of the tags. It is right at one
        distance: near objects are beside their place, as on the camera's screen (parallax).

        Args:
            infrared: (width, height).
            visible: (width, height).

        Returns:
            float64, (3, 3), homogeneous; the centre of the first pixel is (0, 0).

        Example:
            >>> Overlay(2.0, 5, -5).matrix((10, 10), (100, 100)).round(2).tolist()
            [[5.0, 0.0, 32.0], [0.0, 5.0, 22.0], [0.0, 0.0, 1.0]]
        """
        scale = visible[0] / infrared[0] / self.zoom
        across, down = (
            (outer - 1) / 2 + offset - scale * (inner - 1) / 2
            for inner, outer, offset in zip(infrared, visible, (self.right, self.down), strict=True)
        )
        return np.array([[scale, 0, across], [0, scale, down], [0, 0, 1]], np.float64)


@dataclass(frozen=True, eq=False)
class Radiometric:
    """One radiometric image.

    Attributes:
        counts: what the sensor measured, uint16, (H, W).
        constants: what makes them temperatures.
        made: the camera, and when it took the image.
        frame_rate: images a second, for a sequence; None where the camera does not say.
        overlay: how the images lie over each other; None where the camera does not say.
        embedded: the record of the visible image.
        path: the file, for messages.
        max_pixels: the largest visible image that is read.
        zoom: how much the camera's screen enlarged the infrared image, which its tags include.
        turns: orientations of EXIF that were applied to the counts, one after the other, since the
            camera was held upright; the visible image gets them too, if it lies as the counts did.
        exif: what EXIF tells of camera, exposure and place, where there is any.
    """

    counts: NDArray[np.uint16]
    constants: planck.Planck
    made: Camera
    frame_rate: float | None
    overlay: Overlay | None
    embedded: bytes | None
    path: Path
    max_pixels: int = MAX_PIXELS
    exif: bytes | None = None
    zoom: float = 1.0
    turns: tuple[int, ...] = ()

    @property
    def camera(self) -> str:
        """The camera's name; may be empty."""
        return self.made.model

    @cached_property
    def celsius(self) -> NDArray[np.float32]:
        """Temperature, float32, (H, W), in °C; NaN where a count is below any temperature."""
        return planck.celsius(self.counts, self.constants)

    @cached_property
    def visible(self) -> Image | None:
        """The visible image that the camera took with it, with `exif`; None if it took none.

        Raises:
            ImageError: it is damaged, too large, or stored in an unknown way.
        """
        if self.embedded is None:
            return None
        with reading(self.path):
            pixels = _visible_pixels(self.embedded, self.path, self.max_pixels)
        lies_like_counts = (pixels.shape[1] > pixels.shape[0]) == (
            self._sensor[0] > self._sensor[1]
        )
        for turn in self.turns if lies_like_counts else ():
            pixels = orientation.upright(pixels, turn)
        return Image(pixels, exif=self.exif)

    @cached_property
    def alignment(self) -> NDArray[np.float64] | None:
        """What maps infrared to visible pixels, float64, (3, 3); see `Overlay.matrix`.

        None where the camera took no visible image or does not say.
        """
        if self.visible is None or self.overlay is None:
            return None
        overlay = replace(self.overlay, zoom=self.overlay.zoom / self.zoom)
        lying = self._lying((self.visible.width, self.visible.height))
        matrix = overlay.matrix(self._sensor, lying)
        if not self.turns:
            return matrix
        return self._turned(lying) @ matrix @ np.linalg.inv(self._turned(self._sensor))

    @property
    def _sensor(self) -> tuple[int, int]:
        """The width and height of what the sensor counted, before any turn."""
        return self._lying((self.counts.shape[1], self.counts.shape[0]))

    def _lying(self, size: tuple[int, int]) -> tuple[int, int]:
        """Return the size, before any turn, of an image that has this size when it is upright."""
        swapped = sum(orientation.swaps(turn) for turn in self.turns) % 2
        return (size[1], size[0]) if swapped else size

    def _turned(self, size: tuple[int, int]) -> NDArray[np.float64]:
        """Return what maps the pixels of an image of this size to those of the upright one."""
        whole = np.eye(3)
        for turn in self.turns:
            whole = orientation.matrix(turn, size) @ whole
            size = (size[1], size[0]) if orientation.swaps(turn) else size
        return whole


def is_radiometric(path: Path) -> bool:
    """Tell whether `path` is a file that `read_radiometric` reads.

    Raises:
        ImageError: it cannot be read at all.
    """
    with reading(path), open_input(path) as file:
        head = file.read(64)
        if head.startswith(jpeg.MAGIC):
            return jpeg.flir_block(file) is not None
        return fff.is_block(head)


def read_radiometric(path: Path, *, max_pixels: int = MAX_PIXELS) -> Radiometric:
    """Read a FLIR radiometric JPEG or a single FFF block.

    Args:
        path: the file, whatever its suffix.
        max_pixels: larger images are refused before their pixels are allocated.

    Returns:
        The image; its temperatures and its visible image are computed when asked for.

    Raises:
        ImageError: the file is no such file, is damaged, too large, a sequence, or packed in a way
            that is not known here.
    """
    with reading(path), open_input(path) as file:
        head = file.read(64)
        if fff.is_block(head):
            with mmap(file.fileno(), 0, access=ACCESS_READ) as data:
                return _only_block(data, path, max_pixels)
        packed = jpeg.flir_block(file) if head.startswith(jpeg.MAGIC) else None
        if packed is None:
            raise ImageError(
                f"{path} must be a radiometric file of a FLIR camera where no visible image is "
                f"given, but holds no such data. Give the visible image too, or take the file as "
                f"the camera wrote it."
            )
        found = _only_block(packed, path, max_pixels, exif=jpeg.exif_of(file))
        return _as_shown(found, *_screen(file))


def from_block(
    data: bytes | mmap,
    block: fff.Block,
    path: Path,
    *,
    max_pixels: int = MAX_PIXELS,
    exif: bytes | None = None,
) -> Radiometric:
    """Read the records of one block; see `Radiometric`.

    Raises:
        ImageError: a record is too large or packed in a way that is not known here.
        ValueError: a record is missing or damaged.
    """
    records = {
        kind: data[slice(*block.places[kind])]
        for kind in (_RAW, _EMBEDDED, _CAMERA, _OVERLAY)
        if kind in block.places
    }
    if _RAW not in records or _CAMERA not in records:
        raise ValueError("no thermal image or no camera's constants in the FLIR data")
    camera = records[_CAMERA]
    return Radiometric(
        _counts(records[_RAW], path, max_pixels),
        _constants(camera, path),
        _camera(camera, exif),
        _frame_rate(camera),
        _overlay(records.get(_OVERLAY)),
        records.get(_EMBEDDED),
        path,
        max_pixels,
        exif,
    )


def _only_block(
    data: bytes | mmap, path: Path, max_pixels: int, *, exif: bytes | None = None
) -> Radiometric:
    block = fff.parse(data)
    if fff.is_block(data[block.end : block.end + 64]):
        raise ImageError(f"{path} must hold one image, but is a sequence. Use it as a video.")
    return from_block(data, block, path, max_pixels=max_pixels, exif=exif)


def _order(record: bytes) -> str:
    """Return the byte order, in which the record's first number is small."""
    return "<" if record[1:2] == b"\0" else ">"


def _counts(record: bytes, path: Path, max_pixels: int) -> NDArray[np.uint16]:
    order = _order(record)
    width, height = struct.unpack_from(order + "HH", record, 2)
    check_size((width, height), path, max_pixels)
    pixels = record[_IMAGE_HEAD:]
    if pixels.startswith(_PNG):
        counts = _from_png(decode_image(pixels, path, max_pixels=max_pixels).pixels)
    elif pixels.startswith(_JPEG_LS):
        counts = _from_jpeg_ls(pixels, (width, height))
    elif len(pixels) >= 2 * width * height:
        stored = np.frombuffer(pixels, order + "u2", width * height)
        counts = stored.reshape(height, width).astype(np.uint16)
    else:
        raise ValueError("the counts end early")
    if counts.shape != (height, width):
        raise ValueError(f"the counts are of shape {counts.shape}, not {(height, width)}")
    return counts


def _from_jpeg_ls(data: bytes, size: tuple[int, int]) -> NDArray[np.uint16]:
    """Decode what FLIR packs in CSQ files (ITU-T T.87), of the size that its record states.

    Raises:
        MissingExtraError: the extra `formats` is not installed.
        ValueError: it is damaged, of another size, or does not hold one channel.
    """
    height, width, channels = struct.unpack_from(">HHB", data, 7)
    if (width, height) != size or channels != 1:
        raise ValueError(f"the counts are of {width}x{height} in {channels}, not {size}")
    try:
        import imagecodecs
    except ImportError as error:
        raise MissingExtraError("imagecodecs", "formats") from error
    try:
        counts = imagecodecs.jpegls_decode(data)
    except RuntimeError as error:
        raise ValueError(f"the counts are damaged ({one_line(error)})") from error
    return np.asarray(counts, np.uint16)


def _from_png(pixels: NDArray[np.uint8 | np.uint16]) -> NDArray[np.uint16]:
    """Put the bytes of counts in order, which most cameras swap.

    In the right order, neighbours differ little; in the wrong one, noise is in the high byte.
    """
    if pixels.dtype != np.uint16 or pixels.ndim != 2:
        raise ValueError("the counts are not of 16 bits")
    stored = pixels.astype(np.uint16, copy=False)
    swapped = stored.byteswap()
    return swapped if _roughness(swapped) <= _roughness(stored) else stored


def _roughness(counts: NDArray[np.uint16]) -> int:
    values = counts.astype(np.int64)
    return int(np.abs(np.diff(values, axis=0)).sum() + np.abs(np.diff(values, axis=1)).sum())


def _constants(record: bytes, path: Path) -> planck.Planck:
    order = _order(record)

    def number(place: int) -> float:
        (value,) = struct.unpack_from(order + "f", record, place)
        return float(value)

    if len(record) < 0x310:
        raise ValueError("the camera's constants end early")
    humidity = number(0x3C)
    constants = planck.Planck(
        r1=number(0x58),
        b=number(0x5C),
        f=number(0x60),
        o=struct.unpack_from(order + "i", record, 0x308)[0],
        r2=number(0x30C),
        emissivity=number(0x20),
        distance=number(0x24),
        reflected=number(0x28),
        air=number(0x2C),
        window=number(0x30),
        transmission=number(0x34),
        humidity=humidity / 100 if humidity > 2 else humidity,  # some cameras write percent
        alpha1=number(0x70),
        alpha2=number(0x74),
        beta1=number(0x78),
        beta2=number(0x7C),
        x=number(0x80),
    )
    if not constants.is_usable():
        raise ImageError(
            f"{path} must hold the camera's constants, but those in it give no temperature. "
            f"Take the file as the camera wrote it."
        )
    return constants


def _camera(record: bytes, exif: bytes | None) -> Camera:
    """Return what the records tell; the make and, where they have none, the date are EXIF's."""
    outer = Camera.of(exif)
    taken = moment(record[_TAKEN], _order(record))
    model, serial, lens = (plain(record[place]) for place in (_MODEL, _SERIAL, _LENS))
    return Camera(outer.make or "FLIR", model, serial, lens, outer.taken or taken)


def _frame_rate(record: bytes) -> float | None:
    if len(record) < _FRAME_RATE + 2:
        return None
    (rate,) = struct.unpack_from(_order(record) + "H", record, _FRAME_RATE)
    return float(rate) if 0 < rate <= 1000 else None


def _overlay(record: bytes | None) -> Overlay | None:
    if record is None or len(record) < 8:
        return None
    zoom, right, down = struct.unpack_from("<fhh", record)
    return Overlay(zoom, right, down) if 0.1 < zoom < 10 else None


def _visible_pixels(record: bytes, path: Path, max_pixels: int) -> NDArray[np.uint8 | np.uint16]:
    width, height = struct.unpack_from(_order(record) + "HH", record, 2)
    check_size((width, height), path, max_pixels)
    data = record[_IMAGE_HEAD:]
    if data.startswith(jpeg.MAGIC):
        return decode_image(data, path, max_pixels=max_pixels).pixels
    if data.startswith(_PNG):
        return _rgb(decode_image(data, path, max_pixels=max_pixels).pixels)
    if len(data) == 3 * width * height:
        return _rgb(np.frombuffer(data, np.uint8).reshape(height, width, 3))
    raise ImageError(
        f"{path} must hold its visible image as JPEG, PNG or Y, Cb and Cr, but its format is not "
        f"known here. Give a visible file too."
    )


def _rgb(pixels: NDArray[np.uint8 | np.uint16]) -> NDArray[np.uint8 | np.uint16]:
    """Return RGB for Y, Cb, Cr, as which cameras store images that are no JPEG."""
    import PIL.Image

    if pixels.ndim != 3 or pixels.dtype != np.uint8:
        return pixels
    size = (pixels.shape[1], pixels.shape[0])
    return np.asarray(PIL.Image.frombytes("YCbCr", size, pixels.tobytes()).convert("RGB"))


def screen_zoom(counts: NDArray[np.uint16], screen: NDArray[np.float32]) -> float:
    """Find how much the camera's screen enlarged the middle of what the sensor counted.

    The counts are always the whole sensor's; the image that the camera shows and saves beside them
    may be a part of them, and its tags then tell of that part.

    Args:
        counts: (H, W).
        screen: the image beside them, grey, (h, w), of any size.

    Returns:
        The factor, 1 to 8; 1 where no other one fits clearly better.
    """
    shown = _reduced(screen)
    fits = {float(zoom): _likeness(counts, shown, float(zoom)) for zoom in _ZOOMS}
    best = max(fits, key=lambda zoom: fits[zoom])
    if not (fits[best] > _LIKE and fits[best] > fits[1.0] + _CLEARLY):
        return 1.0
    near = [float(zoom) for zoom in np.geomspace(best / 1.05, best * 1.05, 15)]
    return max(near, key=lambda zoom: _likeness(counts, shown, zoom))


def _likeness(counts: NDArray[np.uint16], shown: NDArray[np.float32], zoom: float) -> float:
    """Return the correlation of the middle of the counts with the screen, whatever is white."""
    height, width = (max(4, round(side / zoom)) for side in counts.shape)
    top, left = (counts.shape[0] - height) // 2, (counts.shape[1] - width) // 2
    part = _reduced(counts[top : top + height, left : left + width].astype(np.float32))
    spread = float(part.std() * shown.std())
    return abs(float(((part - part.mean()) * (shown - shown.mean())).mean())) / (spread or 1.0)


def _reduced(values: NDArray[np.float32]) -> NDArray[np.float32]:
    import PIL.Image

    if values.min() == values.max():
        return np.zeros(_COMPARED[::-1], np.float32)  # equal values have no order
    picture = PIL.Image.fromarray(values).resize(_COMPARED, PIL.Image.Resampling.BOX)
    ranks = np.asarray(picture).argsort(axis=None).argsort().reshape(picture.size[::-1])
    return ranks.astype(np.float32)  # palettes and gain control keep the order alone


def screen_turn(counts: NDArray[np.uint16], screen: NDArray[np.float32]) -> int:
    """Find how the camera's screen turned what the sensor counted.

    Args:
        counts: (H, W).
        screen: the image beside them as it is stored, grey, (h, w), of any size.

    Returns:
        The orientation of EXIF that turns the counts as the screen is: 1, 3, 6 or 8; 1 where no
        other one fits clearly better.
    """
    shown = _reduced(screen)
    fits = {turn: _likeness(orientation.upright(counts, turn), shown, 1.0) for turn in (1, 3, 6, 8)}
    best = max(fits, key=lambda turn: fits[turn])
    return best if fits[best] > _LIKE and fits[best] > fits[1] + _CLEARLY else 1


def _as_shown(found: Radiometric, screen: NDArray[np.float32], tag: int) -> Radiometric:
    """Return an image upright, and with the zoom of the camera's screen.

    The screen's image is turned by the camera or by its tag; the counts are always the sensor's.
    """
    turn = screen_turn(found.counts, screen)
    zoom = screen_zoom(orientation.upright(found.counts, turn), screen)
    turns = tuple(each for each in (turn, tag) if each in range(2, 9))
    counts = found.counts
    for each in turns:
        counts = orientation.upright(counts, each)
    return replace(found, counts=counts, zoom=zoom, turns=turns)


def _screen(file: BinaryIO) -> tuple[NDArray[np.float32], int]:
    """Return the camera's own image as stored, grey, and its orientation of EXIF.

    Where it cannot be decoded, it is one of a single value.
    """
    from PIL.JpegImagePlugin import JpegImageFile

    file.seek(0)
    try:
        picture = JpegImageFile(file)
        turned = picture.getexif().get(orientation.TAG, 1)
        return np.asarray(picture.convert("L"), np.float32), turned
    except (OSError, ValueError, SyntaxError):  # the counts are what counts
        return np.zeros((8, 8), np.float32), 1
