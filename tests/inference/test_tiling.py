import math
import threading
import time
from collections.abc import Callable

import numpy as np
import pytest

from clfnet.errors import ConfigError
from clfnet.inference.tiling import LEAST, Tile, Tiles, cores, fuse_in_tiles
from clfnet.method import FloatImage, Reach


class Blur:
    """Mean of both over a 5×5 neighbourhood, zeros outside: reaches two pixels far."""

    name = "blur"

    def __init__(self) -> None:
        self.largest = 0

    def __call__(self, infrared: FloatImage, visible: FloatImage) -> FloatImage:
        self.largest = max(self.largest, infrared.size)
        padded = np.pad((infrared + visible) / 2, 2)
        h, w = infrared.shape
        total = sum(padded[i : i + h, j : j + w] for i in range(5) for j in range(5))
        return np.asarray(total / 25, np.float32)


def tiles(pixels: int, *, margin: int = 2, multiple: int = 1, threads: int = 2) -> Tiles:
    return Tiles(Reach(margin, multiple), memory=pixels * threads, threads=threads)


@pytest.mark.parametrize("pixels", [1300, 2000, 5000, 10**6])
@pytest.mark.parametrize("shape", [(1, 1), (170, 90), (33, 310), (1, 400)])
@pytest.mark.parametrize("threads", [1, 3])
def test_tiled_equals_whole(pixels: int, shape: tuple[int, int], threads: int) -> None:
    a, b = np.random.default_rng(0).random((2, *shape), np.float32)
    blur = Blur()
    tiled = fuse_in_tiles(blur, a, b, tiles(pixels, threads=threads))
    assert np.abs(tiled - Blur()(a, b)).max() < 1e-6
    assert blur.largest <= pixels


def test_a_margin_too_small_shows() -> None:
    a, b = np.random.default_rng(0).random((2, 120, 120), np.float32)
    tiled = fuse_in_tiles(Blur(), a, b, tiles(1400, margin=1))
    assert np.abs(tiled - Blur()(a, b)).max() > 1e-3


@pytest.mark.parametrize("shape", [(1, 1), (97, 411), (64, 64), (2000, 33)])
@pytest.mark.parametrize("multiple", [1, 2, 3, 16])
def test_tiles_cover_all_once_and_begin_at_multiples(shape: tuple[int, int], multiple: int) -> None:
    cut = tiles(90**2, margin=5, multiple=multiple, threads=4)
    covered = np.zeros(shape, int)
    for tile in cut.of(*shape):
        covered[tile.inner] += 1
        for around, inner, within, length in zip(*tile, shape, strict=True):
            assert around.start % multiple == 0
            assert (around.stop - around.start) % multiple == length % multiple
            assert around.start == 0 or inner.start - around.start >= 5
            assert around.stop == length or around.stop - inner.stop >= 5
            assert around.start + within.start == inner.start
            assert around.start + within.stop == inner.stop
        assert math.prod(side.stop - side.start for side in tile.around) <= 90**2
    assert (covered == 1).all()


def test_tiles_are_as_large_as_they_may_be() -> None:
    assert len(tiles(480 * 640, margin=8, threads=1).of(480, 640)) == 1
    assert len(tiles(480 * 640 - 1, margin=8, threads=1).of(480, 640)) == 2


def test_every_thread_has_as_much_to_do() -> None:
    assert len(tiles(10**6, margin=8, threads=4).of(480, 640)) % 4 == 0
    assert len(tiles(10**6, margin=8, threads=4).of(LEAST, LEAST)) == 1  # too small to share


def test_as_many_at_once_as_threads() -> None:
    cut = tiles(1300, threads=2)
    lock, at_once, most = threading.Lock(), 0, 0

    def work(tile: Tile) -> None:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        time.sleep(0.005)
        with lock:
            at_once -= 1

    pictures = [threading.Thread(target=cut.run, args=(work, 120, 120)) for _ in range(3)]
    for picture in pictures:
        picture.start()
    for picture in pictures:
        picture.join()
    assert most == 2


def test_a_failure_ends_it() -> None:
    begun = []

    def work(tile: Tile) -> None:
        begun.append(tile)
        time.sleep(0.001)
        raise ZeroDivisionError

    cut = tiles(1300)
    with pytest.raises(ZeroDivisionError):
        cut.run(work, 2000, 2000)
    assert len(begun) < len(cut.of(2000, 2000))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Tiles(Reach(8, 1, 2**10), memory=2**20, threads=2), r"5MiB for 2 threads"),
        (lambda: Tiles(Reach(8), threads=0), "`threads` must be at least 1, got 0"),
    ],
)
def test_bad_settings(make: Callable[[], Tiles], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        make()
    Tiles(Reach(8, 1, 2**10), memory=5 * 2**20, threads=2)  # what the message says is enough


def test_cores() -> None:
    assert cores() >= 1
