"""From files to an explanation of what is in them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from clfnet.explain.explain import SMOOTHING, Explanation, check_fused, explain, find_graph
from clfnet.inference.fuser import Fuser, check_sizes
from clfnet.io.colour import luma
from clfnet.io.image import Image, Pixels, read_image
from clfnet.method import FloatImage


@dataclass(frozen=True, eq=False)
class Explained:
    """A pair, its fused picture and where that comes from.

    Attributes:
        infrared: as its file holds it.
        visible: as its file holds it.
        fused: as its file holds it, or as the model fuses the two.
        explanation: of `fused`.
    """

    infrared: Image
    visible: Image
    fused: Image
    explanation: Explanation


def explain_files(
    infrared: Path,
    visible: Path,
    fused: Path | None = None,
    *,
    model: str = "clfnet",
    smoothing: float = SMOOTHING,
    threads: int | None = None,
) -> Explained:
    """Explain a fused file, or what the model makes of a pair of files.

    Of colour pictures, the luma is compared.

    Args:
        infrared: the infrared file.
        visible: the visible file.
        fused: the fused file; by default the pair is fused by `model`.
        model: see `clfnet.explain.explain`.
        smoothing: see `clfnet.explain.explain`.
        threads: how many CPU threads may be used; all cores by default.

    Raises:
        ImageError: a file cannot be read.
        SizeMismatchError: the images differ in size.
        WeightsError: there is no such model, or it has nothing to explain with.
        InputError: `smoothing` is too small.
    """
    find_graph(model)  # before the work
    first, second = read_image(infrared), read_image(visible)
    check_sizes(first.pixels, second.pixels, str(infrared), str(visible))
    if fused is None:
        third = Fuser(model, threads=threads).fuse_images(first, second)
    else:
        third = read_image(fused)
        check_fused(third.pixels.shape[:2], second.pixels.shape[:2], str(fused))
    greys = [grey(image.pixels) for image in (first, second, third)]
    explanation = explain(*greys, model=model, smoothing=smoothing, threads=threads)
    return Explained(first, second, third, explanation)


def grey(pixels: Pixels) -> FloatImage:
    """Return the luma of a picture as files hold it, float32, (H, W), in [0, 1].

    Example:
        >>> grey(np.array([[0, 255]], np.uint8)).tolist()
        [[0.0, 1.0]]
    """
    values = pixels.astype(np.float32) / np.float32(np.iinfo(pixels.dtype).max)
    return luma(values) if values.ndim == 3 else values
