"""From files to an explanation of what is in them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import DTypeLike

from clfnet.explain.explain import SMOOTHING, Explanation, check_fused, explain, find_graph
from clfnet.inference.arrays import from_unit, grey
from clfnet.inference.fuser import Fuser
from clfnet.io.image import Image, Pixels, read_image
from clfnet.method import FloatImage


@dataclass(frozen=True, eq=False)
class Explained:
    """A pair, its fused image and where that comes from.

    Attributes:
        infrared: as it was fused, 16 bits.
        visible: as it was fused.
        fused: as its file holds it, or as the model fuses the two.
        explanation: of `fused`.
    """

    infrared: Image
    visible: Image
    fused: Image
    explanation: Explanation


def explain_files(
    infrared: Path,
    visible: Path | None = None,
    fused: Path | None = None,
    *,
    model: str = "clfnet",
    smoothing: float = SMOOTHING,
    threads: int | None = None,
    thermal_range: str = "auto",
    align: str = "needed",
) -> Explained:
    """Explain a fused file, or what the model makes of a pair of files.

    Of colour images, the luma is compared. A pair that is aligned is cut to what both see.

    Args:
        infrared: the infrared file, or a radiometric one that holds both.
        visible: the visible file.
        fused: the fused file; by default the pair is fused by `model`.
        model: see `clfnet.explain.explain`.
        smoothing: see `clfnet.explain.explain`.
        threads: how many CPU threads may be used; all cores by default.
        thermal_range: see `clfnet.Fuser`.
        align: see `clfnet.Fuser`.

    Raises:
        ImageError: a file cannot be read.
        SizeMismatchError: the images differ in size.
        AlignmentError: the pair cannot be registered well enough.
        WeightsError: there is no such model, or it has nothing to explain with.
        InputError: `smoothing` is too small.
    """
    find_graph(model)  # before the work
    fuser = Fuser(model, threads=threads, thermal_range=thermal_range, align=align)
    pair = fuser.read(infrared, visible)
    placed = fuser.place(pair, (str(infrared), str(visible or infrared)))
    first = Image(_levels(placed.heat, np.uint16))
    second = Image(_levels(placed.light, pair.visible.pixels.dtype))
    if fused is None:
        third = Image(_levels(Fuser(fuser.method)(placed.heat, placed.light), second.pixels.dtype))
    else:
        third = read_image(fused)
        check_fused(third.pixels.shape[:2], second.pixels.shape[:2], str(fused))
    greys = [grey(image.pixels) for image in (first, second, third)]
    explanation = explain(*greys, model=model, smoothing=smoothing, threads=threads)
    return Explained(first, second, third, explanation)


def _levels(values: FloatImage, dtype: DTypeLike) -> Pixels:
    levels: Pixels = from_unit(values, np.dtype(dtype))
    return levels
