"""Pairs in memory, and the crop of each step as a function of the seed and the step alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from clfnet.errors import ConfigError, ImageError, InputError, SizeMismatchError
from clfnet.io.image import read_image
from clfnet.io.pairing import pair_folders
from clfnet.metrics import to_grey
from clfnet.metrics.vif import MINIMUM_SIDE
from clfnet.training.config import DataConfig, DistillDataConfig
from clfnet.training.crops import crop_places

Level = TypeVar("Level", np.uint8, np.uint16)
Pixels = NDArray[np.uint8]
Fine = NDArray[np.uint16]
"""A grey image (H, W) at full scale 65535."""


@dataclass(frozen=True)
class Pair:
    """Two uint8 grey images (H, W) of one scene."""

    name: str
    infrared: Pixels
    visible: Pixels


def load_pairs(data: DataConfig) -> tuple[list[Pair], list[Pair]]:
    """Read every pair of the two folders; return those to train on and those held out.

    Raises:
        PairingError: if a file has no partner.
        InputError: naming every pair that cannot be used: unreadable, of two sizes, or too small.
        ConfigError: if a held-out stem is not there, or nothing is left to train on.
    """
    (rest,), held_out = _load([(data.infrared, data.visible)], data)
    return rest, held_out


def load_sets(data: DistillDataConfig) -> tuple[list[list[Pair]], list[Pair]]:
    """Read every pair of several sets; return those of each to train on, and all held out.

    Raises:
        InputError: as `load_pairs`.
    """
    return _load(zip(data.infrared, data.visible, strict=True), data)


def _load(
    folders: Iterable[tuple[str, str]], data: DataConfig | DistillDataConfig
) -> tuple[list[list[Pair]], list[Pair]]:
    sets: list[list[Pair]] = []
    problems: list[str] = []
    for infrared, visible in folders:
        sets.append([])
        for files in pair_folders(Path(infrared), Path(visible)):
            try:
                sets[-1].append(_read_pair(files, data))
            except InputError as error:
                problems.append(str(error))
    if problems:
        raise ImageError(f"{len(problems)} pairs cannot be trained on: " + " | ".join(problems))
    unknown = set(data.held_out) - {pair.name for pairs in sets for pair in pairs}
    if unknown:
        raise ConfigError(f"`data.held_out` names {sorted(unknown)}, which are not in the folders.")
    held_out = [pair for pairs in sets for pair in pairs if pair.name in data.held_out]
    rest = [[pair for pair in pairs if pair.name not in data.held_out] for pairs in sets]
    if not any(rest):
        raise ConfigError("`data.held_out` must leave something to train on, but names every pair.")
    return rest, held_out


def _read_pair(files: tuple[Path, ...], data: DataConfig | DistillDataConfig) -> Pair:
    infrared, visible = (to_grey(read_image(file).pixels) for file in files)
    pair = Pair(files[1].stem, infrared, visible)
    (h, w), (vh, vw) = pair.infrared.shape, pair.visible.shape
    if (h, w) != (vh, vw):
        raise SizeMismatchError(f"{pair.name}: infrared is {w}x{h} but visible is {vw}x{vh}.")
    if min(h, w) < data.crop:
        raise ImageError(
            f"{pair.name}: {w}x{h} is smaller than a crop of {data.crop}x{data.crop}. "
            "Set a smaller `data.crop`."
        )
    if pair.name in data.held_out and min(h, w) < MINIMUM_SIDE:
        raise ImageError(
            f"{pair.name}: {w}x{h} is too small to validate on, VIF needs {MINIMUM_SIDE} pixels a "
            "side. Hold out another pair."
        )
    return pair


def to_network_range(levels: Pixels | Fine) -> Tensor:
    """Levels from 0 to full scale, of any shape, as float32 in [-1, 1] of the same shape."""
    half = np.float32(np.iinfo(levels.dtype).max / 2)
    return torch.from_numpy(levels.astype(np.float32) / half - 1)


class Crops:
    """All crops of the training pairs, in an order that depends on the seed and the epoch alone.

    What a step sees is computed, not drawn from a running generator, so that a resumed run needs
    no more than the number of its step.

    Args:
        pairs: what is cropped.
        data: size and distance of the crops, and whether they are mirrored.
        seed: of order and mirroring.
    """

    def __init__(self, pairs: Sequence[Pair], data: DataConfig, seed: int) -> None:
        self._pairs, self._data, self._seed = pairs, data, seed
        self._places = [
            (index, y, x)
            for index, pair in enumerate(pairs)
            for y, x in crop_places(*pair.infrared.shape, size=data.crop, stride=data.stride)
        ]
        self._order: tuple[int, NDArray[np.int64]] = (-1, np.empty(0, np.int64))

    def __len__(self) -> int:
        return len(self._places)

    def batch(self, first: int, count: int) -> tuple[Tensor, Tensor]:
        """Crops number `first` … `first + count - 1` of the endless sequence of epochs.

        Returns:
            infrared, visible: each (count, 1, crop, crop), float32 in [-1, 1].
        """
        cuts = [self._crop(first + i) for i in range(count)]
        infrared, visible = (
            to_network_range(np.stack(images))[:, None] for images in zip(*cuts, strict=True)
        )
        return infrared, visible

    def _crop(self, number: int) -> tuple[Pixels, Pixels]:
        epoch, position = divmod(number, len(self))
        if self._order[0] != epoch:
            shuffle = np.random.default_rng((self._seed, epoch))
            self._order = epoch, shuffle.permutation(len(self))
        index, y, x = self._places[self._order[1][position]]
        pair, size = self._pairs[index], self._data.crop
        cuts = tuple(image[y : y + size, x : x + size] for image in (pair.infrared, pair.visible))
        if self._data.augment:
            symmetry = int(np.random.default_rng((self._seed, epoch, position)).integers(8))
            cuts = tuple(_mirrored(cut, symmetry) for cut in cuts)
        return cuts[0], cuts[1]


class RandomCrops:
    """Crops at random places of the training pairs and of what a teacher made of them.

    Each is a function of the seed and its number alone, so that a resumed run needs no more.

    Args:
        pairs: what is cropped.
        targets: the teacher's picture of each, of its size.
        weights: how often a pixel of each is drawn, relative to the others.
        data: size of the crops, and whether they are mirrored.
        seed: of all that is drawn.
    """

    def __init__(
        self,
        pairs: Sequence[Pair],
        targets: Sequence[Fine],
        weights: Sequence[float],
        data: DistillDataConfig,
        seed: int,
    ) -> None:
        self._pairs, self._targets, self._data, self._seed = pairs, targets, data, seed
        areas = np.array([pair.infrared.size for pair in pairs], float)
        self._shares = np.cumsum(areas * weights) / np.dot(areas, weights)
        self._length = int(np.ceil(areas.sum() / data.crop**2))

    def __len__(self) -> int:
        """How many crops have as many pixels as all pairs."""
        return self._length

    def batch(self, first: int, count: int) -> tuple[Tensor, Tensor, Tensor]:
        """Crops number `first` … `first + count - 1` of an endless sequence.

        Returns:
            infrared, visible, teacher: each (count, 1, crop, crop), float32 in [-1, 1].
        """
        cuts = [self._crop(first + i) for i in range(count)]
        infrared, visible, teacher = (
            to_network_range(np.stack(images))[:, None] for images in zip(*cuts, strict=True)
        )
        return infrared, visible, teacher

    def _crop(self, number: int) -> tuple[Pixels, Pixels, Fine]:
        random = np.random.default_rng((self._seed, number))
        index = min(int(np.searchsorted(self._shares, random.random())), len(self._pairs) - 1)
        pair, side = self._pairs[index], self._data.crop
        height, width = pair.infrared.shape
        y, x = random.integers(height - side + 1), random.integers(width - side + 1)
        place = np.s_[y : y + side, x : x + side]
        cuts = pair.infrared[place], pair.visible[place], self._targets[index][place]
        if self._data.augment:
            symmetry = int(random.integers(8))
            return (
                _mirrored(cuts[0], symmetry),
                _mirrored(cuts[1], symmetry),
                _mirrored(cuts[2], symmetry),
            )
        return cuts


def _mirrored(image: NDArray[Level], symmetry: int) -> NDArray[Level]:
    """One of the square's eight symmetries, 0 … 7."""
    image = image[:: -1 if symmetry & 1 else 1, :: -1 if symmetry & 2 else 1]
    return image.T if symmetry & 4 else image
