"""What fusing does to colour: `python benchmarks/colour.py`. Writes docs/results/colour.json.

The shipped model fuses the ten MSRS pairs (data/msrs, six of night, four of day) in both luma
spaces, with and without the saturation guard. Measured against the visible image, on float images:

- shift_lit: mean distance in a*b* (CIELAB, D65) where the visible image is lit (its brightest
  channel is at least `LIT`), i.e. ΔE of chroma alone: luma is meant to change
- shift_dark: the same elsewhere
- hue: mean change of the hue angle in a*b*, degrees, where it is lit and both chromas exceed 10
- off_luma: share of pixels whose luma is not the fused one to half a level of 8 bits, as it would
  not be after clipping
- noise_dark: deviation of a*b* within 7×7 pixels where it is not lit, over the visible image's
- noise_raised: the same where the fused luma is above the visible one by 0.1 or more besides; none
  if these are fewer than 500 pixels

`noise_share` is what the guard's bounds come from: of the visible images' pixels of equal
brightness (brightest channel, mean of 7×7), the median of the deviation of a*b* over their mean.
"""

import argparse
import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter

from clfnet import Fuser
from clfnet.bench import describe
from clfnet.colour import SPACES, Space
from clfnet.colour.luma import LIT, bt601
from clfnet.io.image import read_image
from clfnet.weights import load_manifest

ROOT = Path(__file__).parents[1]
RESULT = ROOT / "docs" / "results" / "colour.json"
RUNS = 5
WINDOW = 7
FAINT = 10.0  # a*b* chroma below which a hue angle means little
RAISED = 0.1
FEW = 500  # pixels
BRIGHTNESS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5)

Float = NDArray[np.float32]
Values = NDArray[np.float64]

TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375],
     [0.2126729, 0.7151522, 0.0721750],
     [0.0193339, 0.1191920, 0.9503041]]
)  # fmt: skip
"""Linear sRGB to CIE XYZ, D65 (IEC 61966-2-1)."""


def a_b(rgb: Float) -> Values:
    """The a* and b* of CIELAB of sRGB, (H, W, 2)."""
    stored = rgb.astype(np.float64)
    light = np.where(stored > 0.04045, ((stored + 0.055) / 1.055) ** 2.4, stored / 12.92)
    xyz = light @ TO_XYZ.T / TO_XYZ.sum(axis=1)  # white is 1
    root = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    x, y, z = np.moveaxis(root, -1, 0)
    return np.stack([500 * (x - y), 200 * (y - z)], axis=-1)


def noise(ab: Values) -> Values:
    """Local deviation of a* and b* together, (H, W)."""
    size = (WINDOW, WINDOW, 1)
    variance = uniform_filter(ab * ab, size) - uniform_filter(ab, size) ** 2
    deviation: Values = np.sqrt(np.maximum(variance, 0).sum(axis=2))
    return deviation


def hue_change(before: Values, after: Values) -> float:
    """Mean change of the hue angle in degrees, of those that are not faint."""
    strong = np.minimum(np.hypot(*before.T), np.hypot(*after.T)) > FAINT
    one, other = (ab[strong] @ np.array([1, 1j]) for ab in (before, after))
    return float(np.degrees(np.abs(np.angle(other * one.conj())).mean()))


def compare(rgb: Float, result: Float, fused: Float, space: Space) -> dict[str, float | None]:
    """Measure one result; see the head of this file."""
    before, after = a_b(rgb), a_b(result)
    shift = np.hypot(*np.moveaxis(after - before, -1, 0))
    lit = rgb.max(axis=2) >= LIT
    raised = ~lit & (fused >= space.luma(rgb) + RAISED)
    noises = noise(before), noise(after)
    return {
        "shift_lit": float(shift[lit].mean()),
        "shift_dark": float(shift[~lit].mean()),
        "hue": hue_change(before[lit], after[lit]),
        "off_luma": float((np.abs(space.luma(result) - fused) > 0.5 / 255).mean()),
        "noise_dark": _over(noises, ~lit),
        "noise_raised": _over(noises, raised) if raised.sum() >= FEW else None,
    }


def _over(noises: tuple[Values, Values], where: NDArray[np.bool_]) -> float:
    return float(noises[1][where].mean() / noises[0][where].mean())


def noise_share(pictures: list[Float]) -> dict[str, float]:
    """How much of chroma is noise, by brightness."""
    bright = np.concatenate([uniform_filter(rgb.max(axis=2), WINDOW).ravel() for rgb in pictures])
    share = np.concatenate([_share(a_b(rgb)).ravel() for rgb in pictures])
    return {
        f"{low}-{high}": float(np.median(share[(bright >= low) & (bright < high)]))
        for low, high in pairwise(BRIGHTNESS)
    }


def _share(ab: Values) -> Values:
    mean = np.hypot(*np.moveaxis(uniform_filter(ab, (WINDOW, WINDOW, 1)), -1, 0))
    share: Values = noise(ab) / np.maximum(mean, 0.01)
    return share


def read_unit(path: Path) -> Float:
    """An image of 8 bits as float32 in [0, 1]."""
    return read_image(path).pixels.astype(np.float32) / np.float32(255)


def measure_pair(fuser: Fuser, infrared: Path, visible: Path) -> dict[str, Any]:
    """By space and guard."""
    heat, rgb = read_unit(infrared), read_unit(visible)
    heat = bt601.luma(heat) if heat.ndim == 3 else heat
    found: dict[str, Any] = {}
    for name, space in SPACES.items():
        fused = fuser.method(heat, space.luma(rgb))
        found[name] = {
            label: compare(rgb, space.with_luma(rgb, fused, guard=guard), fused, space)
            for label, guard in (("guarded", True), ("unguarded", False))
        }
    return found


def seconds(function: Callable[[], object]) -> float:
    """The least CPU time of several runs: the machine may have other work."""
    times = []
    for _ in range(RUNS):
        start = process_time()
        function()
        times.append(process_time() - start)
    return min(times)


def speed(space: Space) -> float:
    """CPU seconds to take a megapixel apart and put it together."""
    rgb = np.random.default_rng(0).random((1000, 1000, 3), np.float32)
    return seconds(lambda: space.with_luma(rgb, space.luma(rgb)))


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description="What fusing does to colour.")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    folder = parser.parse_args().data / "msrs"
    fuser = Fuser()
    visible = sorted((folder / "vi").glob("*.png"))
    pairs = {path.stem: measure_pair(fuser, folder / "ir" / path.name, path) for path in visible}
    result = {
        "command": "python benchmarks/colour.py",
        "machine": describe(),
        "model": load_manifest()["clfnet"].onnx.sha256,
        "seconds_per_megapixel": {name: speed(space) for name, space in SPACES.items()},
        "noise_share": noise_share([read_unit(path) for path in visible]),
        "pairs": pairs,
    }
    text = json.dumps(result, indent=2) + "\n"
    print(text, end="")  # noqa: T201
    RESULT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
