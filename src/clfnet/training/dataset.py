"""Pairs in memory, and the crop of each step as a function of the seed and the step alone."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

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
    """Read every pair; return those to train on, and those held out or only to validate on.

    Raises:
        PairingError: if a file has no partner.
        InputError: naming every pair that cannot be used: unreadable, of two sizes, or too small.
        ConfigError: if a held-out stem is not there, or nothing is left to train on.
    """
    sets, held_out = _load(data)
    if data.validation_infrared:
        (further,), _ = _load(
            replace(
                data,
                infrared=(data.validation_infrared,),
                visible=(data.validation_visible,),
                crop=MINIMUM_SIDE,
                held_out=(),
                excluded=(),
            )
        )
        held_out += further
    return [pair for pairs in sets for pair in pairs], held_out


def load_sets(data: DistillDataConfig) -> tuple[list[list[Pair]], list[Pair]]:
    """Read every pair of several sets; return those of each to train on, and all held out.

    Raises:
        InputError: as `load_pairs`.
    """
    return _load(data)


def _load(data: DataConfig | DistillDataConfig) -> tuple[list[list[Pair]], list[Pair]]:
    sets: list[list[Pair]] = []
    problems: list[str] = []
    for infrared, visible in zip(data.infrared, data.visible, strict=True):
        sets.append([])
        for files in pair_folders(Path(infrared), Path(visible)):
            if files[1].stem in data.excluded:
                continue
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


class Images:
    """Whole images on a device, and crops of them: a gather whose numbers are a tensor too.

    Args:
        kinds: of each kind (infrared, visible, ...) all images, (H, W), uint8 or uint16. Those of
            one place in their lists have one size.
    """

    def __init__(self, *kinds: Sequence[Pixels] | Sequence[Fine]) -> None:
        shapes = np.array([image.shape for image in kinds[0]], np.int64).reshape(-1, 2)
        areas = shapes.prod(1)
        self._levels, self._halves = [], []
        for images in kinds:
            flat = np.concatenate([image.ravel() for image in images])
            self._halves.append(float(np.iinfo(flat.dtype).max) / 2)
            if flat.dtype == np.uint16:
                flat = flat.astype(np.int32)  # torch gathers no uint16
            self._levels.append(torch.from_numpy(flat))
        self._starts = torch.from_numpy(np.cumsum(areas) - areas)
        self._widths = torch.from_numpy(np.ascontiguousarray(shapes[:, 1]))

    def to(self, device: torch.device) -> None:
        """Move there."""
        self._levels = [levels.to(device) for levels in self._levels]
        self._starts, self._widths = self._starts.to(device), self._widths.to(device)

    def cut(self, crops: Tensor, side: int) -> tuple[Tensor, ...]:
        """Cut crops.

        Args:
            crops: (B, 4), int64: image, y and x of the top-left corner, and which of the square's
                eight symmetries: 1 flips rows, 2 columns, and then 4 transposes.
            side: of a crop in pixels.

        Returns:
            Of each kind, (B, 1, side, side), float32 in [-1, 1].
        """
        image, top, left, symmetry = (each[:, None, None] for each in crops.unbind(1))
        along = torch.arange(side, device=crops.device)
        turned = symmetry & 4 > 0
        rows = torch.where(turned, along, along[:, None])
        columns = torch.where(turned, along[:, None], along)  # both (B, side, side)
        rows = torch.where(symmetry & 1 > 0, side - 1 - rows, rows)
        columns = torch.where(symmetry & 2 > 0, side - 1 - columns, columns)
        pixels = self._starts[image] + (top + rows) * self._widths[image] + left + columns
        return tuple(
            (levels[pixels].float() / half - 1)[:, None]
            for levels, half in zip(self._levels, self._halves, strict=True)
        )


class CropSequence(ABC):
    """An endless sequence of crops, each a function of the seed and its number alone.

    What a step sees is computed, not drawn from a running generator, so that a resumed run needs
    no more than the number of its step.

    Args:
        images: what is cropped.
        side: of a crop, in pixels.
    """

    def __init__(self, images: Images, side: int) -> None:
        self.images, self._side = images, side

    def to(self, device: torch.device) -> Self:
        """Keep the images there."""
        self.images.to(device)
        return self

    def batch(self, first: int, count: int) -> tuple[Tensor, ...]:
        """Crops number `first` … `first + count - 1`.

        Returns:
            infrared, visible and, if there is one, the teacher's image: each
            (count, 1, crop, crop), float32 in [-1, 1].
        """
        return self.images.cut(self.plan(first, count), self._side)

    def plan(self, first: int, count: int) -> Tensor:
        """Say which crops a batch is of: (count, 4), as `Images.cut` takes it."""
        return torch.tensor([self._crop(first + i) for i in range(count)])

    @abstractmethod
    def _crop(self, number: int) -> tuple[int, int, int, int]:
        """Image, row, column and symmetry of a crop."""


class Crops(CropSequence):
    """All crops of the training pairs, epoch after epoch, each in an order of its own.

    Args:
        pairs: what is cropped.
        data: size and distance of the crops, and whether they are mirrored.
        seed: of order and mirroring.
    """

    def __init__(self, pairs: Sequence[Pair], data: DataConfig, seed: int) -> None:
        self._data, self._seed = data, seed
        super().__init__(Images([p.infrared for p in pairs], [p.visible for p in pairs]), data.crop)
        self._places = [
            (index, y, x)
            for index, pair in enumerate(pairs)
            for y, x in crop_places(*pair.infrared.shape, size=data.crop, stride=data.stride)
        ]
        self._order: tuple[int, NDArray[np.int64]] = (-1, np.empty(0, np.int64))

    def __len__(self) -> int:
        return len(self._places)

    def _crop(self, number: int) -> tuple[int, int, int, int]:
        epoch, position = divmod(number, len(self))
        if self._order[0] != epoch:
            shuffle = np.random.default_rng((self._seed, epoch))
            self._order = epoch, shuffle.permutation(len(self))
        symmetry = 0
        if self._data.augment:
            symmetry = int(np.random.default_rng((self._seed, epoch, position)).integers(8))
        return *self._places[self._order[1][position]], symmetry


class RandomCrops(CropSequence):
    """Crops at random places of the training pairs and of what a teacher made of them.

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
        self._data, self._seed = data, seed
        super().__init__(
            Images([p.infrared for p in pairs], [p.visible for p in pairs], targets), data.crop
        )
        self._shapes = [pair.infrared.shape for pair in pairs]
        areas = np.array([pair.infrared.size for pair in pairs], float)
        self._shares = np.cumsum(areas * weights) / np.dot(areas, weights)
        self._length = int(np.ceil(areas.sum() / data.crop**2))

    def __len__(self) -> int:
        """How many crops have as many pixels as all pairs."""
        return self._length

    def _crop(self, number: int) -> tuple[int, int, int, int]:
        random = np.random.default_rng((self._seed, number))
        index = min(int(np.searchsorted(self._shares, random.random())), len(self._shapes) - 1)
        (height, width), side = self._shapes[index], self._data.crop
        y, x = random.integers(height - side + 1), random.integers(width - side + 1)
        symmetry = int(random.integers(8)) if self._data.augment else 0
        return index, int(y), int(x), symmetry
