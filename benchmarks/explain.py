"""How true `clfnet explain` is: ``python benchmarks/explain.py ../shared/data``.

Writes docs/results/explain.json. On the middle 256×256 pixels of the held-out TNO pairs and of ten
MSRS pairs, which nothing was trained on, the choice with the projection head and that of the
encoders' features alone (no head) are held to

- known origins: mixtures of both sources in a checkerboard of 32 pixels, and pairs of which one
  source is blank in one half;
- three other ways to ask the same of the model's own fusion (Spearman's rank correlation with the
  smoothed share): local correlation of the fused image with each source, the part of each source
  in a local linear regression, and the network's gradient by its inputs.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from time import process_time

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from scipy.stats import spearmanr

from clfnet import weights
from clfnet.bench import describe
from clfnet.explain import explain
from clfnet.explain.explain import SMOOTHING, smoothed
from clfnet.graphs import STRIDE
from clfnet.inference.arrays import grey
from clfnet.io.image import read_image
from clfnet.io.pairing import pair_folders
from clfnet.training.network_file import load_network

Array = NDArray[np.float32]
Pair = tuple[Array, Array]
Choice = Callable[[Array, Array, Array], NDArray[np.bool_]]

SIDE, CELL, RIM, REACH, SIGMA = 256, 32, 6, 8, 4.0
RESULT = Path(__file__).parents[1] / "docs" / "results" / "explain.json"
SHIPPED = weights.find("clfnet")
assert SHIPPED.safetensors is not None  # noqa: S101
NETWORK = load_network(SHIPPED.safetensors.path).requires_grad_(False)


def to_tensor(image: Array) -> torch.Tensor:
    """[0, 1] to the network's range."""
    return torch.from_numpy(image)[None, None] * 2 - 1


def fuse(infrared: Array, visible: Array) -> Array:
    """What the network makes of a pair."""
    fused: Array = ((NETWORK(to_tensor(infrared), to_tensor(visible)) + 1) / 2)[0, 0].numpy()
    return fused


def with_head(infrared: Array, visible: Array, fused: Array) -> NDArray[np.bool_]:
    """The choice that is shipped."""
    return explain(infrared, visible, fused, threads=1).winner


def without_head(infrared: Array, visible: Array, fused: Array) -> NDArray[np.bool_]:
    """The same with the features that the head would take."""
    cosines = []
    for encoder, source in (
        (NETWORK.infrared_encoder, infrared),
        (NETWORK.visible_encoder, visible),
    ):
        query, positive = (
            encoder(to_tensor(image))[..., ::STRIDE, ::STRIDE] for image in (fused, source)
        )
        cosines.append(torch.nn.functional.cosine_similarity(query, positive, dim=1)[0].numpy())
    return np.asarray(cosines[0] > cosines[1])


def load_pairs(data: Path) -> dict[str, Pair]:
    """The middle of each pair by name."""
    held_out = SHIPPED.card["held_out"]
    tno = pair_folders(data / "tno" / "train" / "ir", data / "tno" / "train" / "vi")
    files = [pair for pair in tno if pair[0].stem in held_out]
    files += pair_folders(data / "msrs" / "ir", data / "msrs" / "vi")
    return {pair[0].stem: (middle(pair[0]), middle(pair[1])) for pair in files}


def middle(path: Path) -> Array:
    """The middle of a file's luma, (SIDE, SIDE)."""
    image = grey(read_image(path).pixels)
    top, left = ((length - SIDE) // 2 for length in image.shape)
    return np.ascontiguousarray(image[top : top + SIDE, left : left + SIDE])


def mixtures(choose: Choice, pair: Pair, part: float) -> tuple[float, float]:
    """Places that are told right, and the infrared share, of a checkerboard of mixtures."""
    infrared, visible = pair
    y, x = np.indices(infrared.shape)
    heat = (y // CELL + x // CELL) % 2 == 0
    inner = (np.minimum(y % CELL, x % CELL) >= RIM) & (np.maximum(y % CELL, x % CELL) < CELL - RIM)
    share = np.where(heat, part, 1 - part).astype(np.float32)
    winner = choose(infrared, visible, share * infrared + (1 - share) * visible)
    inside = inner[::STRIDE, ::STRIDE]
    right = winner == heat[::STRIDE, ::STRIDE]
    return float(right[inside].mean()), float(winner[inside].mean())


def blank(choose: Choice, pair: Pair, level: Callable[[Array], float]) -> float:
    """Places told right where infrared is blank in the left half and visible in the right."""
    infrared, visible = (image.copy() for image in pair)
    half = SIDE // 2
    infrared[:, :half] = level(infrared[:, :half])
    visible[:, half:] = level(visible[:, half:])
    winner = choose(infrared, visible, fuse(infrared, visible))
    middle, rim = half // STRIDE, 3
    return float(np.mean([(~winner[:, : middle - rim]).mean(), winner[:, middle + rim :].mean()]))


def blurred(image: NDArray[np.float64]) -> NDArray[np.float64]:
    """A local mean."""
    return np.asarray(gaussian_filter(image, SIGMA))


def local_attributions(infrared: Array, visible: Array, fused: Array) -> dict[str, Array]:
    """Two ways to ask where a fused pixel comes from: correlation, and linear regression."""
    a, b, f = (image.astype(np.float64) for image in (infrared, visible, fused))

    def covariance(p: NDArray[np.float64], q: NDArray[np.float64]) -> NDArray[np.float64]:
        return blurred(p * q) - blurred(p) * blurred(q) + (1e-5 if p is q else 0)

    aa, bb, ff = (covariance(each, each) for each in (a, b, f))
    ab, fa, fb = covariance(a, b), covariance(f, a), covariance(f, b)
    determinant = aa * bb - ab**2
    heat = np.abs((fa * bb - fb * ab) / determinant) * np.sqrt(aa)
    light = np.abs((fb * aa - fa * ab) / determinant) * np.sqrt(bb)
    return {
        "local correlation": fa / np.sqrt(ff * aa) - fb / np.sqrt(ff * bb),
        "local regression": (heat - light) / (heat + light + 1e-9),
    }


def input_gradients(infrared: Array, visible: Array) -> tuple[NDArray[np.int64], Array]:
    """|∂fused/∂infrared| against |∂fused/∂visible|, in [-1, 1], at places (N, 2) far apart."""
    sources = [to_tensor(image).requires_grad_() for image in (infrared, visible)]
    fused = NETWORK(*sources)[0, 0]
    apart = 2 * REACH + 1  # so that no pixel of a source reaches two of them
    places, values = [], []
    for top, left in np.random.default_rng(0).integers(0, apart, (4, 2)):
        some = np.mgrid[top:SIDE:apart, left:SIDE:apart].reshape(2, -1).T
        total = fused[some[:, 0], some[:, 1]].sum()
        grads = torch.autograd.grad(total, sources, retain_graph=True)
        for y, x in some:
            near = np.s_[max(0, y - REACH) : y + REACH + 1, max(0, x - REACH) : x + REACH + 1]
            heat, light = (float(grad[0, 0][near].abs().sum()) for grad in grads)
            values.append((heat - light) / (heat + light))
        places.append(some)
    return np.concatenate(places), np.asarray(values, np.float32)


def ranks(choose: Choice, pair: Pair) -> dict[str, float]:
    """Rank correlations of the smoothed share with other attributions, and the share itself."""
    fused = fuse(*pair)
    winner = choose(*pair, fused)
    share = smoothed(winner, (SIDE, SIDE), STRIDE, SMOOTHING)
    every = np.s_[::STRIDE, ::STRIDE]
    found = {
        name: float(spearmanr(share[every].ravel(), values[every].ravel()).statistic)
        for name, values in local_attributions(*pair, fused).items()
    }
    places, values = input_gradients(*pair)
    found["input gradient"] = float(spearmanr(share[tuple(places.T)], values).statistic)
    return found | {"infrared share": float(winner.mean())}


def judge(choose: Choice, pairs: dict[str, Pair]) -> dict[str, object]:
    """All means over the pairs."""
    each = [ranks(choose, pair) for pair in pairs.values()]
    mixed = {part: [mixtures(choose, pair, part) for pair in pairs.values()] for part in PARTS}
    return {
        "mixtures": {f"{part:g}": mean(right for right, _ in mixed[part]) for part in PARTS[:-1]},
        "share at equal parts": mean(share for _, share in mixed[0.5]),
        "blank, black": mean(blank(choose, pair, lambda _: 0.0) for pair in pairs.values()),
        "blank, mean": mean(
            blank(choose, pair, lambda image: float(image.mean())) for pair in pairs.values()
        ),
        "ranks": {name: mean(one[name] for one in each) for name in each[0]},
    }


PARTS = (0.9, 0.75, 0.6, 0.5)


def mean(values: object) -> float:
    """Rounded to what a mean of fourteen can mean."""
    return round(float(np.mean(list(values))), 3)  # type: ignore[call-overload]


def seconds_per_megapixel() -> float:
    """CPU time of explaining a fused image of 640×480, the least of three."""
    images = np.random.default_rng(0).random((3, 480, 640), np.float32)
    times = []
    for _ in range(3):
        start = process_time()
        explain(*images, threads=1)
        times.append(process_time() - start)
    return round(min(times) / 0.3072, 1)


def main() -> None:
    """Measure, print and write."""
    torch.set_num_threads(1)
    pairs = load_pairs(Path(sys.argv[1]))
    result = {
        "command": "python benchmarks/explain.py DATA",
        "machine": describe(),
        "model": SHIPPED.explain and SHIPPED.explain.sha256,
        "pairs": list(pairs),
        "with head": judge(with_head, pairs),
        "without head": judge(without_head, pairs),
        "cpu_seconds_per_megapixel": seconds_per_megapixel(),
    }
    text = json.dumps(result, indent=2) + "\n"
    sys.stdout.write(text)
    RESULT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
