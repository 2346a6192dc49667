"""From two images to one: range, alignment, colour, depth and alpha around a `FusionMethod`."""

import json
import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, Self, Unpack, overload

import numpy as np
from numpy.typing import NDArray

from clfnet.align import Rig
from clfnet.errors import AlignmentError, InputError, SizeMismatchError
from clfnet.inference.alignment import Alignment, Placed
from clfnet.inference.arrays import (
    Array,
    Picture,
    check_sizes,
    from_unit,
    read_sources,
    source_name,
    stacked,
    thermal_picture,
    to_unit,
    visible_array,
)
from clfnet.inference.colouring import Colouring, Paint
from clfnet.inference.exchange import Kept, Plain, Source, alike, in_files, is_batch, plain
from clfnet.inference.find import ONNX, find_method
from clfnet.inference.memory import parse_memory
from clfnet.inference.tiling import (
    Coarse,
    Fuse,
    InTiles,
    Slices,
    Tile,
    Tiles,
    in_tiles,
    shrunk,
)
from clfnet.io.checks import MAX_PIXELS
from clfnet.io.damage import damage_allowed
from clfnet.io.image import Image, as_grey
from clfnet.io.visible_range import VisibleRange, hint
from clfnet.method import FloatImage, FusionMethod
from clfnet.options import FuseArguments, FuseOptions
from clfnet.thermal import Pair, Thermal, ThermalOptions, parse_range
from clfnet.thermal.polarity import looks_black_hot
from clfnet.thermal.range import Ranged
from clfnet.thermal.statistics import summary
from clfnet.version import __version__

_log = logging.getLogger(__name__)

_NAMES = ("`infrared`", "`visible`")
_WHOLE: Slices = (slice(None), slice(None))
_LEVELS = np.dtype(np.uint8)
_NO_LEVELS = np.empty(0, np.float32)
_DEPTHS: dict[int, np.dtype[Any]] = {8: np.dtype(np.uint8), 16: np.dtype(np.uint16)}


@dataclass(frozen=True, eq=False)
class Fused:
    """A fused image.

    Attributes:
        pixels: (H, W) or (H, W, 3).
        alpha: (H, W), of the same type; None where the visible image has none.
        record: what was done, for a file's metadata: plain values, ready for JSON. What a user
            should know about the files and the result is in "notes", if there is anything.
        sources: infrared (H, W) and visible (H, W) or (H, W, 3) as they were fused, uint8, on the
            grid of the result; None unless they were asked for.
        corner: x and y of the grid's pixel with which the result begins; (0, 0) but for a crop.
        celsius: temperatures on the same grid, float32, (H, W), NaN where there is none; None
            where the infrared image has none, or unless the sources were asked for.
    """

    pixels: Array
    alpha: Array | None
    record: dict[str, Any]
    sources: tuple[Array, Array] | None = None
    corner: tuple[int, int] = (0, 0)
    celsius: Array | None = None

    def noting(self, note: str) -> "Fused":
        """Return it with one more note in its record."""
        notes = [*self.record.get("notes", ()), note]
        return replace(self, record=self.record | {"notes": notes})

    def arrays(self) -> list[Array]:
        """Return all that is there of pixels, alpha and sources."""
        return [
            each for each in (self.pixels, self.alpha, *(self.sources or ())) if each is not None
        ]


class Sources(NamedTuple):
    """What was fused, on the grid of the result.

    Attributes:
        infrared: as it was ranged, 8 bits.
        visible: 8 bits.
        celsius: temperatures, float32, (H, W), NaN where there is none; None where the infrared
            image does not measure.
    """

    infrared: Image
    visible: Image
    celsius: Array | None


class FusedPair(NamedTuple):
    """A fused pair, as files hold it.

    Attributes:
        image: the fused image; alpha, colour profile and EXIF are the visible image's, and the
            record is the description.
        record: what was done: plain values, ready for JSON.
        sources: what was fused; None unless it was asked for.
    """

    image: Image
    record: dict[str, Any]
    sources: Sources | None


class Fuser:
    """Fuses pairs with one model.

    The infrared image is mapped to [0, 1], both are put onto one grid, and the luma of the
    visible image is fused with it; chroma and alpha are kept. Infrared in colour counts as its
    luma.

    Args:
        model: see `FuseOptions`; beside what is said there, any `FusionMethod`.
        **options: the other fields of `clfnet.options.FuseOptions`, e.g. `stretch=True`. Beside
            text, `thermal_range` may be a `Range` and `align` a `Rig`. Where a method's reach is
            known, images are cut into tiles that fit into `memory`; the results are the same. One
            that `find_method` returned has its `threads` and `memory` already.

    Raises:
        WeightsError: there is no such model, or its file is damaged.
        InputError: `model` is a folder of results, "published:DIR"; or a rig file is none.
        MissingExtraError: a classical rule needs the extra `methods`, or the backend `openvino`.
        ConfigError: another argument is out of range.

    Example:
        >>> class Maximum:
        ...     name = "maximum"
        ...     def __call__(self, infrared, visible):
        ...         return np.maximum(infrared, visible)
        >>> fuser = Fuser(Maximum())
        >>> infrared = np.array([[0, 200]], np.uint8)
        >>> fuser(infrared, np.array([[90, 50]], np.uint8))
        array([[ 90, 200]], dtype=uint8)
    """

    def __init__(
        self,
        model: str | os.PathLike[str] | FusionMethod = "clfnet",
        **options: Unpack[FuseArguments],
    ) -> None:
        self.options = FuseOptions(model=model, **options)
        chosen = self.options
        self.range = (
            parse_range(chosen.thermal_range)
            if isinstance(chosen.thermal_range, str)
            else chosen.thermal_range
        )
        self.reading = ThermalOptions.of(chosen)
        self.visible_range = VisibleRange.parse(chosen.visible_range)
        self.alignment = Alignment(chosen.align, grid=chosen.grid, outside=chosen.outside)
        self.colouring = Colouring(chosen.space, chosen.strength, chosen.palette, chosen.hot)
        self.method = (
            _method(model, chosen)
            if isinstance(model, str | os.PathLike)
            else in_tiles(model, threads=chosen.threads, memory=_budget(chosen.memory))
        )

    @classmethod
    def of(cls, options: FuseOptions) -> Self:
        """Make one of options that are at hand."""
        return cls(**vars(options))

    @property
    def tiles(self) -> Tiles | None:
        """How images are cut for the method; None where it must see the whole."""
        return self.method.tiles if isinstance(self.method, InTiles) else None

    def __repr__(self) -> str:
        given = self.options.given() | {"model": self.method.name}
        ordered = {name: given[name] for name in vars(self.options) if name in given}
        return f"Fuser({', '.join(f'{name}={value!r}' for name, value in ordered.items())})"

    @overload
    def __call__(self, infrared: Source, visible: Plain | None = None) -> Array: ...

    @overload
    def __call__(self, infrared: Source, visible: Kept) -> Kept: ...

    def __call__(self, infrared: Source, visible: Any = None) -> Any:
        """Fuse one pair, or several of one size.

        Args:
            infrared: a path; a file's bytes, or the file opened for bytes; an array of shape
                (H, W), (H, W, 3) RGB or (H, W, 4) RGB and alpha, integers of up to 32 bits or
                floats, finite; a tensor of PyTorch of these numbers, (H, W) or (C, H, W); an image
                of Pillow. Arrays of shape (N, H, W), (N, H, W, 3) and (N, H, W, 4), and tensors of
                shape (N, C, H, W), are N images, each fused by itself.
            visible: any of these: uint8, uint16, or float in [0, 1]; as many as infrared ones. May
                be left out if `infrared` is a radiometric file with a visible image in it.

        Returns:
            What the visible image is: a tensor for a tensor, on its device and without a gradient;
            an image of Pillow for one of Pillow; else an array, which a notebook shows. It has the
            visible image's depth (float32 for any float of an array), chroma and alpha, and its
            shape unless the pair was aligned. A grey file with alpha comes as RGB and alpha; a
            palette gives RGB.

        Raises:
            ImageError: a file cannot be read, or an array is no such image.
            SizeMismatchError: the two differ in size and are not aligned; or in number.
            AlignmentError: the two cannot be registered well enough.
            ConfigError: the range needs temperatures, and there are none.
        """
        with in_files(infrared, visible) as (first, second):
            heat, light = plain(first, "infrared"), plain(second, "visible")
            if is_batch(heat) or is_batch(light):
                return alike(self._batch(heat, light), visible)
            return alike(self._one(heat, light), visible)

    def _batch(self, infrared: Any, visible: Any) -> Array:
        """Fuse several pairs, (N, ...)."""
        if not (is_batch(infrared) and is_batch(visible) and len(infrared) == len(visible)):
            numbers = [len(each) if is_batch(each) else "one" for each in (infrared, visible)]
            raise SizeMismatchError(
                f"`infrared` and `visible` must be equally many images, got {numbers[0]} and "
                f"{numbers[1]}. Repeat the one, or fuse pair by pair."
            )
        fused = [self._one(*pair) for pair in zip(infrared, visible, strict=True)]
        if len({each.shape for each in fused}) > 1:
            raise AlignmentError(
                "the results of several pairs must be of one size, but alignment cut them to "
                "different ones. Keep the frame (outside='keep'), or fuse pair by pair."
            )
        return np.stack(fused)

    def _one(self, infrared: Picture, visible: Picture | None) -> Array:
        """Fuse one pair; see `__call__`."""
        names = (source_name(infrared, "infrared"), source_name(visible, "visible"))
        pair, light = self._sources(infrared, visible)
        fused = self._fuse(pair, light, names)
        for note in fused.record.get("notes", ()):
            _log.warning("%s", note)
        if fused.alpha is not None:
            colours = np.broadcast_to(np.atleast_3d(fused.pixels), (*fused.alpha.shape, 3))
            return np.dstack([colours, fused.alpha])
        is_grey = getattr(visible, "shape", ())[2:] == (1,) and fused.pixels.ndim == 2
        return fused.pixels[..., None] if is_grey else fused.pixels

    def read(
        self, infrared: Path, visible: Path | None = None, *, max_pixels: int = MAX_PIXELS
    ) -> Pair:
        """Read a pair of files; without a visible one, a radiometric file that holds both.

        Args:
            infrared: the infrared or the radiometric file.
            visible: the visible file.
            max_pixels: larger images are refused before their pixels are allocated.

        Raises:
            ImageError: a file cannot be read.
            ConfigError: an option does not fit the file.
        """
        return read_sources(
            infrared,
            visible,
            self.reading,
            max_pixels=max_pixels,
            allow_damaged=self.options.allow_damaged,
        )

    def place(self, pair: Pair, names: tuple[str, str] = _NAMES) -> Placed:
        """Return a pair as it is fused: the infrared image ranged, both on one grid, no alpha.

        Raises:
            SizeMismatchError: the two differ in size and are not aligned.
            AlignmentError: the two cannot be registered well enough.
            ConfigError: the range needs temperatures, and there are none.
        """
        visible = self._lit(pair.visible.pixels)
        return self._placed(self._ranged(pair.thermal), pair, visible, names)

    def fuse_pair(
        self, pair: Pair, names: tuple[str, str] = _NAMES, *, sources: bool = False
    ) -> FusedPair:
        """Fuse one pair as files hold it, and tell what was done.

        A visible image that is grey but stored as RGB is fused as grey, and comes as grey.

        Args:
            pair: as `read` returns it.
            names: what messages call the two.
            sources: return also the two as they were fused.

        Raises:
            SizeMismatchError: the two differ in size and are not aligned.
            AlignmentError: the two cannot be registered well enough.
            ConfigError: the range needs temperatures, and there are none.
        """
        visible = as_grey(pair.visible)
        pair = pair._replace(visible=visible)
        light = np.atleast_3d(visible.pixels)
        if visible.alpha is not None:
            light = np.dstack([light, visible.alpha])
        fused = self._fuse(pair, light, names, sources=sources)
        record = fused.record | ({"damaged": list(pair.damage)} if pair.damage else {})
        text = json.dumps(record, ensure_ascii=False)
        geo = visible.geo if self.alignment.grid == "visible" else pair.thermal.geo
        geo = geo and geo.cropped(*fused.corner)
        image = Image(fused.pixels, fused.alpha, visible.icc, visible.exif, text, geo)
        shown = fused.sources and Sources(
            Image(fused.sources[0]), Image(fused.sources[1]), fused.celsius
        )
        return FusedPair(image, record, shown)

    def _sources(self, infrared: Picture, visible: Picture | None) -> tuple[Pair, Array]:
        """Return a pair, and the visible image as (H, W, C) with its alpha."""
        if isinstance(infrared, str | os.PathLike) and isinstance(
            visible, str | os.PathLike | None
        ):
            pair = self.read(Path(infrared), None if visible is None else Path(visible))
            return pair, np.atleast_3d(stacked(pair.visible))
        if visible is None:
            raise InputError(
                "`visible` must be given unless `infrared` is the path of a radiometric file."
            )
        with damage_allowed(self.options.allow_damaged):
            thermal = thermal_picture(infrared, self.reading)
            light = np.atleast_3d(visible_array(visible))
        return Pair(thermal, Image(light), None, is_of_files=False), light

    def _ranged(self, thermal: Thermal) -> Ranged:
        """Return the infrared image in [0, 1], white where it is hot."""
        image, record = self.range(thermal)
        if self.options.invert:
            return Ranged(1 - image, record | {"invert": True})
        return Ranged(image, record)

    def _placed(
        self,
        ranged: Ranged,
        pair: Pair,
        visible: Array,
        names: tuple[str, str],
        celsius: Array | None = None,
    ) -> Placed:
        """Put a ranged infrared image and the visible one onto one grid."""
        return self.alignment(
            ranged.image,
            to_unit(visible),
            pair.alignment,
            names,
            data=pair.thermal.data,
            made=pair.made,
            celsius=celsius,
            field=pair.field,
        )

    def _fuse(
        self, pair: Pair, visible: Array, names: tuple[str, str], *, sources: bool = False
    ) -> Fused:
        """Fuse with (H, W, C), C 1 or 3 and one more with alpha; in tiles where that is equal."""
        notes = [self._shifted(pair, names), *self._hints(pair)]
        fused = self._fused(pair, self._lit(visible), names, sources=sources)
        if pair.thermal.celsius is not None:
            fused.record["celsius"] = summary(pair.thermal.celsius)
        for note in filter(None, notes):
            fused = fused.noting(note)
        return fused

    def _lit(self, visible: Array) -> Array:
        """Return the visible image, (H, W) or (H, W, C), with its levels spread."""
        return visible if self.visible_range is None else self.visible_range.spread(visible)

    def _hints(self, pair: Pair) -> list[str]:
        """Tell what files are likely to need that was not asked for."""
        if not pair.is_of_files:
            return []
        hints = []
        if not self.options.invert and looks_black_hot(pair.thermal):
            hints.append(
                "infrared: looks black-hot (few dark places on a bright ground); if warm things "
                "are dark in it, say --invert"
            )
        if self.visible_range is None:
            hints.append(hint(pair.visible.pixels))
        return hints

    def _shifted(self, pair: Pair, names: tuple[str, str]) -> str:
        """Tell how a pair of files is shifted that nothing aligns; nothing if it is not.

        Raises:
            AlignmentError: it is, and `strict` is set.
        """
        if pair.alignment is not None or not pair.is_of_files:
            return ""
        shifted = self.alignment.shift(pair.thermal.values, pair.visible.pixels)
        if shifted and self.options.strict:
            raise AlignmentError(f"{names[0]} and {names[1]} must be aligned, but {shifted}.")
        return shifted

    def _fused(self, pair: Pair, visible: Array, names: tuple[str, str], *, sources: bool) -> Fused:
        if isinstance(self.method, InTiles) and self._is_pointwise(pair, visible):
            check_sizes(pair.thermal.values, visible, *names)
            return self._in_tiles(self.method, pair, visible, sources)
        return self._part(self.method, pair, visible, names, sources=sources)

    def _part(
        self,
        fuse: Fuse,
        pair: Pair,
        visible: Array,
        names: tuple[str, str] = _NAMES,
        *,
        within: Slices = _WHOLE,
        sources: bool = False,
    ) -> Fused:
        """Do every step with a tile or the whole; `within` is what is kept of it."""
        ranged = self._ranged(pair.thermal)
        wanted = sources or self.colouring.needs_celsius
        placed = self._placed(
            ranged, pair, visible, names, pair.thermal.celsius if wanted else None
        )
        picture, alpha = _apart(placed.light)
        paint = self.colouring.paint(pair.thermal, _levels(placed))
        pixels = self._coloured(placed, picture, fuse, within, paint)
        dtype = self._dtype(visible.dtype)
        if alpha is not None and placed.covered is not None:
            alpha = np.where(placed.covered, alpha, np.float32(1))
        shown = (
            (from_unit(placed.heat[within], _LEVELS), from_unit(picture[within], _LEVELS))
            if sources
            else None
        )
        fused = Fused(
            from_unit(pixels, dtype),
            None if alpha is None else from_unit(alpha[within], dtype),
            self._record(ranged.record, placed.rig, pair, paint),
            shown,
            placed.corner,
            placed.celsius if sources else None,
        )
        by_tags = pair.is_of_files and pair.alignment is not None
        off = self.alignment.disagreement(placed) if by_tags else ""
        return fused.noting(off) if off else fused

    def _is_pointwise(self, pair: Pair, visible: Array) -> bool:
        """Tell whether no step beside the method looks at more than one pixel at a time."""
        return (
            self.alignment.leaves(pair.thermal.values, visible)
            and pair.alignment is None
            and self.range.is_pointwise(pair.thermal)
            and self.colouring.is_pointwise
            and not self.options.stretch
        )

    def _in_tiles(self, method: InTiles, pair: Pair, visible: Array, sources: bool) -> Fused:
        """Put a result together of parts; only tiles ever are floats, four times the memory."""
        height, width, channels = visible.shape
        shape = (height, width, 3) if channels > 2 else (height, width)
        painted = (height, width, 3) if self.colouring.palette else shape
        dtype = self._dtype(visible.dtype)
        stored = np.float32 if dtype.kind == "f" else dtype
        whole = Fused(
            np.empty(painted, stored),
            np.empty((height, width), stored) if channels % 2 == 0 else None,
            self._record(
                self._ranged(pair.thermal.part(np.s_[:1, :1])).record,
                None,
                pair,
                self.colouring.paint(pair.thermal, _NO_LEVELS),
            ),
            (np.empty((height, width), _LEVELS), np.empty(shape, _LEVELS)) if sources else None,
            celsius=pair.thermal.celsius if sources else None,
        )

        fuses = self._fuses(method, pair, visible)

        def work(tile: Tile) -> None:
            around = _cut(pair, visible, tile.around)
            done = self._part(fuses(tile), *around, within=tile.within, sources=sources)
            for into, made in zip(whole.arrays(), done.arrays(), strict=True):
                into[tile.inner] = made

        method.tiles.run(work, height, width)
        return whole

    def _fuses(self, method: InTiles, pair: Pair, visible: Array) -> Callable[[Tile], Fuse]:
        """Return what fuses each tile; of two scales, it is told its part of the whole."""
        if method.factor == 1 or not self.colouring.share:
            return lambda _: method.method
        return method.told(self._coarse(method, pair, visible))

    def _coarse(self, method: InTiles, pair: Pair, visible: Array) -> Coarse:
        """Let the method see the shrunk pair, which is put together of tiles too."""
        height, width = visible.shape[:2]
        shape = -(-height // method.factor), -(-width // method.factor)
        small = [Coarse(np.empty(shape, np.float32), method.factor) for _ in range(2)]

        def work(tile: Tile) -> None:
            part, light = _cut(pair, visible, tile.inner)
            placed = self._placed(self._ranged(part.thermal), part, light, _NAMES)
            picture, _ = self._completed(placed, _apart(placed.light)[0])
            seen = self._seen(placed, picture)
            for into, image in zip(small, seen, strict=True):
                into.of(tile.inner)[:] = shrunk(image, method.factor)

        method.tiles.run(work, height, width)
        return method.coarse(small[0].image, small[1].image)

    def _coloured(
        self,
        placed: Placed,
        picture: FloatImage,
        fuse: Fuse,
        within: Slices,
        paint: Paint | None,
    ) -> FloatImage:
        """Return the fused image, (H, W) or (H, W, 3), and beside it what is kept or black."""
        covered, both = placed.covered, placed.both
        warm = None if placed.celsius is None else placed.celsius[within]
        picture, alone = self._completed(placed, picture)
        heat, luma = self._seen(placed, picture)
        if self.colouring.share:
            luma = fuse(heat, luma)
            luma = _stretched(luma) if self.options.stretch else luma
        if both is None:
            return self.colouring(picture[within], luma[within], heat[within], paint, warm)
        hot = (placed.heat * both)[within]
        result = self.colouring(picture[within], luma[within], hot, paint, warm)
        result = _where(both[within], result, alone[within])
        if covered is None or self.alignment.outside == "keep":
            return result
        return _where(covered[within], result, 0 * alone[within])

    def _seen(self, placed: Placed, picture: FloatImage) -> tuple[FloatImage, FloatImage]:
        """The infrared image and the luma of a completed one, as the method sees them: no edge."""
        luma = self.colouring.luma(picture)
        if placed.both is None:
            return placed.heat, luma
        return np.where(placed.both, placed.heat, luma), luma

    def _completed(self, placed: Placed, picture: FloatImage) -> tuple[FloatImage, FloatImage]:
        """The visible image where there is one, and what is shown where one source is alone."""
        if placed.both is None or placed.covered is None or self.alignment.grid != "infrared":
            return picture, picture
        heat = placed.heat
        alone = heat if picture.ndim == 2 else np.repeat(heat[..., None], 3, axis=2)
        alone = _where(placed.covered, picture, alone)
        return alone, alone

    def _dtype(self, visible: np.dtype[Any]) -> np.dtype[Any]:
        if self.options.depth is None or np.issubdtype(visible, np.floating):
            return visible
        asked = _DEPTHS[self.options.depth]
        return asked if asked.itemsize > visible.itemsize else visible

    def _alignment_notes(self, rig: Rig | None) -> list[str]:
        """Tell what was aligned without having been asked for, or in an unusual way."""
        if rig is None or self.alignment.rig is not None or rig.quality is None:
            return []
        asked = self.alignment.automatic
        if asked and "," not in rig.made:
            return []
        why = "" if asked else "; their sizes differ"
        return [
            f"the two were aligned by what they show ({rig.made}; quality {rig.quality:.2f}){why}"
        ]

    def _record(
        self, how: dict[str, Any], rig: Rig | None, pair: Pair, paint: Paint | None
    ) -> dict[str, Any]:
        notes = [
            *(f"infrared: {note}" for note in pair.thermal.notes),
            *(f"visible: {note}" for note in pair.visible.notes),
            *_range_notes(how),
            *self._alignment_notes(rig),
            *self.colouring.notes(paint),
        ]
        record = {
            "clfnet": __version__,
            "model": self.method.name,
            **_place(self.method),
            "stretch": self.options.stretch,
            "infrared": how,
            **({"visible_range": [*self.visible_range]} if self.visible_range else {}),
            **self.colouring.record(paint),
            **self.alignment.record(rig),
        }
        return record | ({"notes": notes} if notes else {})


def _cut(pair: Pair, visible: Array, where: Slices) -> tuple[Pair, Array]:
    """Take a part of both images."""
    return pair._replace(thermal=pair.thermal.part(where)), visible[where]


def _levels(placed: Placed) -> FloatImage:
    """Return the levels of the infrared image where there is something of both, of any shape."""
    return placed.heat if placed.both is None else placed.heat[placed.both]


def _place(method: FusionMethod) -> dict[str, str]:
    """Tell where a network ran, if that was not the CPU: pixels differ a little there."""
    device = getattr(method, "device", None)
    return {} if device is None or device.is_cpu else {"device": device.name}


def _range_notes(how: Mapping[str, Any]) -> list[str]:
    """Tell where the default range was widened."""
    if "least_span" not in how:
        return []
    unit = "°C" if how["unit"] == "celsius" else "counts"
    return [
        f"infrared: nearly even; {how['least_span']:.3g} {unit} are shown from black to white, so "
        f"that noise is no scene (--range percentile shows all there is)"
    ]


@overload
def fuse(
    infrared: Source,
    visible: Plain | None = None,
    *,
    model: str | os.PathLike[str] | FusionMethod = "clfnet",
    **options: Unpack[FuseArguments],
) -> Array: ...


@overload
def fuse(
    infrared: Source,
    visible: Kept,
    *,
    model: str | os.PathLike[str] | FusionMethod = "clfnet",
    **options: Unpack[FuseArguments],
) -> Kept: ...


def fuse(
    infrared: Source,
    visible: Any = None,
    *,
    model: str | os.PathLike[str] | FusionMethod = "clfnet",
    **options: Unpack[FuseArguments],
) -> Any:
    """Fuse one pair; see `Fuser` for the arguments, the result and what it raises.

    A shipped model stays loaded for the next call. For many pairs and a model of your own, make one
    `Fuser`.
    """
    if isinstance(model, str) and not (model.startswith(ONNX) or Path(model).suffix == ".onnx"):
        chosen = FuseOptions(model=model, **options)
        model = _kept_method(model, chosen.threads, chosen.memory, chosen.backend, chosen.device)
    return Fuser(model, **options)(infrared, visible)


@lru_cache(maxsize=4)
def _kept_method(
    model: str, threads: int | None, memory: str | int | None, backend: str, device: str
) -> FusionMethod:
    return find_method(
        model, threads=threads, memory=_budget(memory), backend=backend, device=device
    )


def _method(model: str | os.PathLike[str], chosen: FuseOptions) -> FusionMethod:
    return find_method(
        model,
        threads=chosen.threads,
        memory=_budget(chosen.memory),
        backend=chosen.backend,
        device=chosen.device,
    )


def _budget(memory: str | int | None) -> int | None:
    return None if memory is None else parse_memory(memory)


def _apart(light: FloatImage) -> tuple[FloatImage, FloatImage | None]:
    """Take alpha off (H, W, C); return (H, W) or (H, W, 3), and (H, W) where there is alpha."""
    alpha = light[..., -1] if light.shape[2] % 2 == 0 else None
    return (light[..., :3] if light.shape[2] > 2 else light[..., 0]), alpha


def _where(covered: NDArray[np.bool_], inside: FloatImage, outside: FloatImage) -> FloatImage:
    """Choose per pixel; grey beside colour becomes colour."""
    if inside.ndim == outside.ndim == 2:
        return np.where(covered, inside, outside)
    return np.where(covered[..., None], np.atleast_3d(inside), np.atleast_3d(outside))


def _stretched(luma: FloatImage) -> FloatImage:
    low, high = luma.min(), luma.max()
    return luma if low == high else (luma - low) / (high - low)
