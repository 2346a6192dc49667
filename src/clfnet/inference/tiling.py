"""Images in tiles that overlap by the network's reach: bounded memory, all cores, no seams."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from clfnet.deadline import check_time, time_left
from clfnet.errors import ConfigError
from clfnet.inference.per_process import PerProcess
from clfnet.method import FloatImage, FusionMethod, LocalMethod, Reach, TwoScaleMethod

LEAST = 32
"""No tile is cut narrower than this, in pixels without its margin: margins would be most of it."""

ACCELERATOR_MEMORY = 4 * 2**30
"""Bytes that a tile on an accelerator may take by default: large tiles, for one runs at a time."""

_PIXELS = 2**16  # of a tile by default, for each thread: large maps leave the cache, small margins
_MIB = 2**20
_BYTES = 64 * _MIB  # what a tile may take anyway: of a small network, margins would be much of it

Slices = tuple[slice, slice]
Fuse = Callable[[FloatImage, FloatImage], FloatImage]


class Tile(NamedTuple):
    """A tile of an image, as slices of rows and columns.

    Attributes:
        around: of the image: the tile and its margin.
        inner: of the image: the tile.
        within: of what is around: the tile.
    """

    around: Slices
    inner: Slices
    within: Slices


class Tiles:
    """Cuts images into tiles, and works on as many at once as there are threads.

    However many images are in work, their tiles share the threads, so that cores are busy and
    never fought for.

    Args:
        reach: of the method that they are cut for. Tiles are as far from its `multiple` in size as
            the image is: a graph that treats other sizes in another way, as Winograd's algorithm
            does, then treats all of an image in one way, and no rounding depends on how it is cut.
        memory: bytes that all tiles in work may take; per thread those of 65,536 pixels, and at
            least 64 MiB, by default.
        threads: how many tiles are worked on at once; one per core by default.

    Raises:
        ConfigError: `threads` is below 1, or `memory` too little for the smallest tile.
    """

    def __init__(
        self, reach: Reach, *, memory: int | None = None, threads: int | None = None
    ) -> None:
        margin, multiple, bytes_per_pixel = reach
        self.margin = _up(margin, multiple)
        self.multiple = multiple
        self.threads = cores() if threads is None else threads
        if self.threads < 1:
            raise ConfigError(f"`threads` must be at least 1, got {threads}. Leave it out for all.")
        side = _up(LEAST, multiple) + 2 * self.margin + multiple - 1
        if memory is None:
            memory = max(max(_PIXELS, side**2) * bytes_per_pixel, _BYTES) * self.threads
        self.pixels = memory // (self.threads * bytes_per_pixel)
        if self.pixels < side**2:
            least = _up(side**2 * bytes_per_pixel * self.threads, _MIB) // _MIB
            raise ConfigError(
                f"`memory` must be at least {least}MiB for {self.threads} threads, got "
                f"{memory / _MIB:.3g}MiB. Give more, or fewer threads."
            )
        self._pool = PerProcess(partial(ThreadPoolExecutor, self.threads, "clfnet-tile"))

    def of(self, height: int, width: int) -> list[Tile]:
        """Return the tiles of an image: those that keep the threads busy for the least time."""
        rows, columns = _sides(height, width, self.margin, self.multiple, self.pixels, self.threads)
        return [
            Tile(*zip(*spans, strict=True))
            for spans in product(
                _spans(height, rows, self.margin, self.multiple),
                _spans(width, columns, self.margin, self.multiple),
            )
        ]

    def run(self, work: Callable[[Tile], None], height: int, width: int) -> None:
        """Do the work for every tile of an image; if one fails, no more are begun.

        Raises:
            TimeLimitError: it takes longer than it may; see `clfnet.deadline`.
            Exception: whatever `work` raises.
        """
        pool = self._pool()
        futures = [pool.submit(work, tile) for tile in self.of(height, width)]
        try:
            for future in futures:
                try:
                    future.result(time_left())
                except TimeoutError:
                    check_time()
                    raise
        finally:
            for future in futures:
                future.cancel()

    def stop(self) -> None:
        """Begin no more tiles of the images in work; their `run` raises `CancelledError`."""
        self._pool.renew().shutdown(wait=False, cancel_futures=True)


@dataclass(frozen=True, eq=False)
class Coarse:
    """What a method of two scales makes of the shrunk pair, before its tiles are fused.

    Attributes:
        image: (⌈H / factor⌉, ⌈W / factor⌉), in [0, 1].
        factor: of the second scale.
    """

    image: FloatImage
    factor: int

    def of(self, around: Slices) -> FloatImage:
        """The part of it that belongs to a part of the image which begins at a multiple."""
        rows, columns = (
            slice(side.start // self.factor, -(-side.stop // self.factor)) for side in around
        )
        return self.image[rows, columns]


def shrunk(image: FloatImage, factor: int) -> FloatImage:
    """The means of squares of factor² pixels; the last row and column are repeated to fill them.

    Args:
        image: (H, W).
        factor: at least 1.

    Returns:
        (⌈H / factor⌉, ⌈W / factor⌉).

    Example:
        >>> shrunk(np.array([[1, 3, 5]], np.float32), 2)
        array([[2., 5.]], dtype=float32)
    """
    height, width = image.shape
    if height % factor or width % factor:
        image = np.pad(image, ((0, -height % factor), (0, -width % factor)), mode="edge")
    rows: FloatImage = sum(image[at::factor] for at in range(1, factor)) + image[::factor]
    means: FloatImage = sum(rows[:, at::factor] for at in range(1, factor)) + rows[:, ::factor]
    return means / np.float32(factor**2)


class InTiles:
    """A method, run tile by tile: the same results in bounded memory, on all cores.

    A method of two scales sees the shrunk pair first, as a whole; each tile is told its part.

    Args:
        method: what fuses a tile.
        tiles: how images are cut. Whoever shares this object shares its threads.
    """

    def __init__(self, method: FusionMethod, tiles: Tiles) -> None:
        self.method = method
        self.tiles = tiles
        self.name = method.name
        self.device: Any = getattr(method, "device", None)
        self.factor = method.factor if isinstance(method, TwoScaleMethod) else 1

    def __call__(self, infrared: FloatImage, visible: FloatImage) -> FloatImage:
        """Return the fused image; see `FusionMethod`."""
        if self.factor == 1:
            return fuse_in_tiles(self.method, infrared, visible, self.tiles)
        coarse = self.coarse(shrunk(infrared, self.factor), shrunk(visible, self.factor))
        return fuse_in_tiles(self.method, infrared, visible, self.tiles, coarse)

    def coarse(self, infrared: FloatImage, visible: FloatImage) -> Coarse:
        """See the whole pair, shrunk by `factor`."""
        alone = fuse_in_tiles(self._two_scales.alone, infrared, visible, self.tiles)
        return Coarse(alone, self.factor)

    def told(self, coarse: Coarse) -> Callable[[Tile], Fuse]:
        """Return what fuses a tile that is told its part of what `coarse` made."""
        method = self._two_scales
        return lambda tile: partial(method, coarse=coarse.of(tile.around))

    @property
    def _two_scales(self) -> TwoScaleMethod:
        assert isinstance(self.method, TwoScaleMethod)  # noqa: S101 -- for the type checker
        return self.method


def in_tiles(
    method: FusionMethod, *, threads: int | None = None, memory: int | None = None
) -> FusionMethod:
    """Return what fuses images tile by tile, if the method's reach is known; else the method.

    On an accelerator one tile runs at a time, of 4 GiB by default.

    Args:
        method: what fuses.
        threads: see `Tiles`.
        memory: see `Tiles`.

    Raises:
        ConfigError: see `Tiles`.
    """
    reach = method.reach if isinstance(method, LocalMethod) else None
    if reach is None:
        return method
    device = getattr(method, "device", None)
    if device is not None and not device.is_cpu:
        threads, memory = 1, memory or ACCELERATOR_MEMORY
    return InTiles(method, Tiles(reach, threads=threads, memory=memory))


def fuse_in_tiles(
    fuse: Callable[..., FloatImage],
    infrared: FloatImage,
    visible: FloatImage,
    tiles: Tiles,
    coarse: Coarse | None = None,
) -> FloatImage:
    """Fuse tile by tile; equal to fusing the whole if pixels depend on no more than the margin.

    Each tile is fused with the margin of its surroundings, which is then cut off. At the image's
    own border there is none, and it is met as it would be met in the whole.

    Args:
        fuse: what fuses a tile; where there is `coarse`, given its part of that as third argument.
        infrared: (H, W) in [0, 1].
        visible: the same shape and range.
        tiles: how to cut.
        coarse: what is known of the whole, if anything.

    Returns:
        The fused image, (H, W) in [0, 1].

    Example:
        >>> a, b = np.random.default_rng(0).random((2, 99, 70), np.float32)
        >>> tiles = Tiles(Reach(0, bytes_per_pixel=1000), memory=2**21)
        >>> bool((fuse_in_tiles(np.maximum, a, b, tiles) == np.maximum(a, b)).all())
        True
    """
    fused = np.empty_like(visible, order="C")

    def work(tile: Tile) -> None:
        seen = () if coarse is None else (coarse.of(tile.around),)
        made = fuse(infrared[tile.around], visible[tile.around], *seen)
        fused[tile.inner] = made[tile.within]

    tiles.run(work, *visible.shape)
    return fused


def cores() -> int:
    """Return how many cores this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


@lru_cache(maxsize=64)
def _sides(
    height: int, width: int, margin: int, multiple: int, pixels: int, threads: int
) -> tuple[int, int]:
    """Return rows and columns of a tile without its margin.

    Of all grids of equal tiles that fit into `pixels`, the one whose busiest thread has the fewest
    pixels, margins included; of equals, the one of the fewest tiles.
    """
    rows, high, around_high = _cuts(height, margin, multiple)
    columns, wide, around_wide = _cuts(width, margin, multiple)
    count = rows[:, None] * columns
    area = around_high[:, None] * around_wide
    load = np.where(area <= pixels, _up(count, threads) * area, np.inf)
    best = np.lexsort((count.ravel(), load.ravel()))[0]
    row, column = np.unravel_index(best, load.shape)
    return int(high[row]), int(wide[column])


def _cuts(
    length: int, margin: int, multiple: int
) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], ...]:
    """Return, for every number of cuts: tiles, a tile's length, and that with its margin."""
    parts = np.arange(1, _up(length, LEAST) // LEAST + 1)
    sides = _up(_up(length, parts) // parts, multiple)
    around = sides + 2 * margin + length % multiple
    return _up(length, sides) // sides, sides, np.minimum(length, around)


def _up(number: Any, multiple: Any) -> Any:
    """Round up to a multiple."""
    return -(-number // multiple) * multiple


def _spans(length: int, side: int, margin: int, multiple: int) -> list[tuple[slice, slice, slice]]:
    """Return, along one axis, what is around each tile, the tile, and the tile within that."""
    spans = []
    for start in range(0, length, side):
        stop = min(start + side, length)
        first = max(0, start - margin)
        around = slice(first, min(stop + margin + length % multiple, length))
        spans.append((around, slice(start, stop), slice(start - first, stop - first)))
    return spans
