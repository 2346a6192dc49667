"""Eq. (7) for a finished image: which source it resembles more, place by place."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from clfnet import weights
from clfnet.errors import InputError, SizeMismatchError, WeightsError, one_line
from clfnet.inference.arrays import check_sizes
from clfnet.inference.find import find_method
from clfnet.inference.session import Session
from clfnet.method import FloatImage
from clfnet.methods import METHODS
from clfnet.weights import ModelFile

SMOOTHING = 8.0
"""Default standard deviation of the Gaussian that makes a share of winners, in pixels."""

_LEAST_SMOOTHING = 2.0  # half the distance of places: below, it would show them one by one
_TILE = 512  # pixels a side, a multiple of the stride; two encoders then take some 0.5 GB
_NAMES = ("infrared", "visible", "fused")
_COSINES = ["infrared_cosine", "visible_cosine"]


@dataclass(frozen=True, eq=False)
class Explanation:
    """Which source won where.

    Attributes:
        share: the smoothed share of places that infrared won, float32, (H, W), in [0, 1]: 1 is
            infrared, 0 is visible.
        winner: True where infrared won, bool, (h, w): the places at every `stride`-th pixel from
            the first.
        margin: by how much, the infrared cosine less the visible one, float32, (h, w), in [-2, 2].
        stride: pixels between places.
    """

    share: NDArray[np.float32]
    winner: NDArray[np.bool_]
    margin: NDArray[np.float32]
    stride: int

    @property
    def overall(self) -> float:
        """The mean share of infrared over the image, in [0, 1]."""
        return float(self.share.mean(dtype=np.float64))


def explain(
    infrared: FloatImage,
    visible: FloatImage,
    fused: FloatImage | None = None,
    *,
    model: str = "clfnet",
    smoothing: float = SMOOTHING,
    threads: int | None = None,
) -> Explanation:
    """Ask the network's adaptive choice (Eq. 7) where a fused image comes from.

    At each place the fused image and a source go through that source's encoder and the projection
    head (Eq. 6); the source with the larger cosine wins, visible where they are equal. The share at
    a pixel is the mean of the winners around it, weighted by a Gaussian. Large images are
    compared in tiles, with equal results.

    Args:
        infrared: float32, (H, W), in [0, 1].
        visible: the same size and range.
        fused: the same size and range; the model's own fusion of the two by default. May be of any
            other method: it is compared by this model's features.
        model: the name of a shipped model, or the path of an .onnx file NAME.onnx with a
            NAME-explain.onnx beside it.
        smoothing: standard deviation of the Gaussian in pixels, at least 2.
        threads: how many CPU threads may be used; all cores by default.

    Raises:
        SizeMismatchError: the images differ in size.
        InputError: `smoothing` is too small; the graph does not run at this size.
        WeightsError: there is no such model, its file is damaged, or nothing explains it.
        ConfigError: `threads` is below 1.

    Example:
        >>> y, x = np.mgrid[:40, :60].astype(np.float32)
        >>> infrared, visible = x / 60, np.sin(y / 2) / 4 + 0.3
        >>> fused = np.where(x < 30, infrared, visible).astype(np.float32)
        >>> share = explain(infrared, visible.astype(np.float32), fused).share
        >>> round(float(share[:, :10].mean()), 2), round(float(share[:, 50:].mean()), 2)
        (1.0, 0.0)
    """
    if not smoothing >= _LEAST_SMOOTHING:
        raise InputError(
            f"`smoothing` must be at least {_LEAST_SMOOTHING:g} pixels, got {smoothing:g}. "
            f"{SMOOTHING:g} is the default."
        )
    check_sizes(infrared, visible, "`infrared`", "`visible`")
    session = _open(find_graph(model), threads)
    if fused is None:
        fused = find_method(model, threads=threads)(infrared, visible)
    check_fused(fused.shape[:2], visible.shape[:2], "`fused`")
    facts = session.facts
    stride = int(facts["stride"])
    margin = _margins(session, (infrared, visible, fused), stride, int(facts["margin"]))
    winner = margin > 0
    return Explanation(smoothed(winner, visible.shape, stride, smoothing), winner, margin, stride)


def smoothed(
    winner: NDArray[np.bool_], size: tuple[int, ...], stride: int, sigma: float
) -> NDArray[np.float32]:
    """Return the share of winners around each pixel.

    ``share(y, x) = Σ g(y − s·i) g(x − s·j) winner(i, j) / Σ g(y − s·i) g(x − s·j)`` over all places
    (i, j), with the stride s and g a Gaussian; beyond the border there is nothing, so it is met
    without a bias.

    Args:
        winner: bool, (h, w).
        size: H, W of the image.
        stride: s, pixels between places.
        sigma: standard deviation of g in pixels, about half of `stride` at least.

    Returns:
        float32, (H, W), in [0, 1].

    Example:
        >>> share = smoothed(np.array([[True, False]]), (1, 5), 4, 2.0)
        >>> [round(float(value), 2) for value in share[0]]
        [0.88, 0.73, 0.5, 0.27, 0.12]
    """
    rows, columns = (
        _weights(length, places, stride, sigma)
        for length, places in zip(size, winner.shape, strict=True)
    )
    share: NDArray[np.float32] = np.clip(rows @ winner.astype(np.float32) @ columns.T, 0.0, 1.0)
    return share


def check_fused(size: tuple[int, ...], wanted: tuple[int, ...], name: str) -> None:
    """Raise a `SizeMismatchError` unless the fused image has the size of its sources."""
    if size != wanted:
        raise SizeMismatchError(
            f"the fused image must have the size of its sources, {wanted[1]}x{wanted[0]}, "
            f"got {size[1]}x{size[0]} ({name}). Give the image made of this pair."
        )


def _weights(length: int, places: int, stride: int, sigma: float) -> NDArray[np.float32]:
    """How much each place counts for each pixel of one axis, (length, places); rows sum to 1."""
    distance = np.arange(length, dtype=np.float32)[:, None] - stride * np.arange(
        places, dtype=np.float32
    )
    weight: NDArray[np.float32] = np.exp(-0.5 * (distance / np.float32(sigma)) ** 2)
    weight /= weight.sum(axis=1, keepdims=True)
    return weight


def find_graph(model: str) -> ModelFile:
    """Find what explains a model.

    Raises:
        WeightsError: there is no such model, or it has nothing to explain with.
    """
    shipped = weights.load_manifest()
    able = next((name for name, each in shipped.items() if each.explain), "NAME")
    advice = (
        f"Fuse with it, then look at the result with a model that can: "
        f"clfnet explain IR VIS --fused FILE --model {able}"
    )
    if model in METHODS or model.startswith(("onnx:", "published:")):
        raise WeightsError(f"`model` must be a CLF-Net to explain with, got {model}. {advice}")
    graph = weights.find(model).explain
    if graph is None:
        raise WeightsError(
            f"`model` must have a projection head to explain with, {model} has none. {advice}"
        )
    return graph


def _open(graph: ModelFile, threads: int | None) -> Session:
    session = Session(graph.read(), graph.path.name, threads)
    found = [tensor.name for tensor in (*session.inputs, *session.outputs)]
    facts = session.facts
    if found != [*_NAMES, *_COSINES] or not {"stride", "margin"} <= facts.keys():
        raise WeightsError(
            f"{graph.path} must map {', '.join(_NAMES)} to {', '.join(_COSINES)}, but has "
            f"{', '.join(found)}. Make it with: clfnet train configs/head.toml, then clfnet export"
        )
    return session


def _margins(
    session: Session,
    images: tuple[FloatImage, FloatImage, FloatImage],
    stride: int,
    margin: int,
) -> NDArray[np.float32]:
    """The infrared cosine less the visible one at all places, tile by tile."""
    height, width = images[0].shape
    result = np.empty((-(-height // stride), -(-width // stride)), np.float32)
    margin = -(-margin // stride) * stride  # so that the tiles' places are the image's
    for top, left in _corners(height, width):
        y, x = max(0, top - margin), max(0, left - margin)
        around = np.s_[y : top + _TILE + margin, x : left + _TILE + margin]
        feeds = {
            name: np.ascontiguousarray(image[around])[None, None]
            for name, image in zip(_NAMES, images, strict=True)
        }
        by_infrared, by_visible = _run(session, feeds)
        inner = result[top // stride : (top + _TILE) // stride, left // stride :]
        inner = inner[:, : _TILE // stride]
        difference = (by_infrared - by_visible)[0, 0, (top - y) // stride :, (left - x) // stride :]
        inner[:] = difference[: inner.shape[0], : inner.shape[1]]
    return result


def _corners(height: int, width: int) -> Iterator[tuple[int, int]]:
    return product(range(0, height, _TILE), range(0, width, _TILE))


def _run(
    session: Session, feeds: dict[str, NDArray[np.float32]]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    try:
        by_infrared, by_visible = session.run(_COSINES, feeds)
    except Exception as error:  # onnxruntime has no base class for its errors
        raise InputError(
            f"the pair could not be compared ({one_line(error)}). Use a smaller image."
        ) from error
    return by_infrared, by_visible
