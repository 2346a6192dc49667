"""Pairs in memory, and the crop of each step as a function of the seed and the step alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from clfnet.data.crops import crop_places
from clfnet.data.pairing import pair_folders
from clfnet.errors import ConfigError, ImageError, InputError, SizeMismatchError
from clfnet.io.image import read_image
from clfnet.metrics import to_grey
from clfnet.metrics.vif import MINIMUM_SIDE
from clfnet.training.config import DataConfig

Pixels = NDArray[np.uint8]


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
    pairs, problems = [], []
    for infrared_file, visible_file in pair_folders(Path(data.infrared), Path(data.visible)):
        try:
            infrared, visible = (
                to_grey(read_image(file).pixels) for file in (infrared_file, visible_file)
            )
            pair = Pair(visible_file.stem, infrared, visible)
            _check_pair(pair, data)
        except InputError as error:
            problems.append(str(error))
        else:
            pairs.append(pair)
    if problems:
        raise ImageError(f"{len(problems)} pairs cannot be trained on: " + " | ".join(problems))
    unknown = set(data.held_out) - {pair.name for pair in pairs}
    if unknown:
        raise ConfigError(f"`data.held_out` names {sorted(unknown)}, which are not in the folders.")
    held_out = [pair for pair in pairs if pair.name in data.held_out]
    rest = [pair for pair in pairs if pair.name not in data.held_out]
    if not rest:
        raise ConfigError("`data.held_out` must leave something to train on, but names every pair.")
    return rest, held_out


def _check_pair(pair: Pair, data: DataConfig) -> None:
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


def to_network_range(levels: Pixels) -> Tensor:
    """Levels 0..255, uint8 of any shape, as float32 in [-1, 1] of the same shape."""
    return torch.from_numpy(levels.astype(np.float32) / 127.5 - 1)


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


def _mirrored(image: Pixels, symmetry: int) -> Pixels:
    """One of the square's eight symmetries, 0 … 7."""
    image = image[:: -1 if symmetry & 1 else 1, :: -1 if symmetry & 2 else 1]
    return image.T if symmetry & 4 else image
