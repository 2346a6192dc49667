"""What 8-bit integers would gain and cost: `python benchmarks/int8.py`.

Writes docs/results/int8.json. The full model's own convolutions (`plain_graph`) are quantized by
ONNX Runtime (static, one scale per channel), calibrated on crops of pairs it was trained on; then
both fuse the TNO test pairs. Metrics are means over the pairs, the six of the paper in its dialect,
SCD and Qabf in `plain`. CPU seconds are of 640x480, arrays to array, whole images on one thread,
in turns; float32 is the shipped graph.
"""

import argparse
import json
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import mean, median

import numpy as np
import onnx
from eight_metrics import PAPER, PLAIN, measured
from onnxruntime import quantization

from clfnet.bench import SIZES, describe
from clfnet.bench.timing import in_turns
from clfnet.graphs import plain_graph
from clfnet.inference.any_onnx import AnyOnnx
from clfnet.io.image import read_image
from clfnet.io.pairing import pair_folders
from clfnet.method import FloatImage
from clfnet.metrics import GreyImage, to_grey
from clfnet.training.network_file import load_network
from clfnet.weights import find

RESULT = Path(__file__).parents[1] / "docs" / "results" / "int8.json"
CROP, PAIRS = 128, 10
KEPT = {"all in int8": 0, "last block in float32": 7}
FLOAT = "float32"
BOUND = 0.01  # as much may a metric change


class Crops(quantization.CalibrationDataReader):  # type: ignore[misc]
    """The middle crops of pairs, as the graph takes them."""

    def __init__(self, folder: Path) -> None:
        self._feeds = _crops(folder)

    def get_next(self) -> dict[str, FloatImage] | None:
        """The next pair, None at the end."""
        return next(self._feeds, None)


def _crops(folder: Path) -> Iterator[dict[str, FloatImage]]:
    for files in pair_folders(folder / "ir", folder / "vi")[:PAIRS]:
        images = [to_grey(read_image(file).pixels) for file in files]
        top, left = ((side - CROP) // 2 for side in images[0].shape)
        crops = (image[top : top + CROP, left : left + CROP] for image in images)
        feeds = ((crop / 255).astype(np.float32)[None, None] for crop in crops)
        yield dict(zip(("infrared", "visible"), feeds, strict=True))


def quantized(model: onnx.ModelProto, calibration: Path, target: Path, keep: int) -> None:
    """Write the graph in 8 bits, with its last `keep` nodes left in float32."""
    nodes = model.graph.node
    for node in nodes:
        node.name = node.output[0]
    kept = [node.name for node in nodes][len(nodes) - keep :]
    quantization.quantize_static(
        model, target, Crops(calibration), per_channel=True, nodes_to_exclude=kept
    )


def fused(
    method: Callable[[FloatImage, FloatImage], FloatImage], pair: list[GreyImage]
) -> GreyImage:
    """The fused image, uint8."""
    infrared, visible = ((image / 255).astype(np.float32) for image in pair)
    return np.rint(method(infrared, visible) * 255).astype(np.uint8)


def quality(methods: dict[str, AnyOnnx], folder: Path) -> dict[str, dict[str, float]]:
    """Means over the pairs of metrics and of the distance from float32, in levels of 255."""
    rows: dict[str, list[dict[str, float]]] = {name: [] for name in methods}
    for files in pair_folders(folder / "ir", folder / "vi"):
        pair = [to_grey(read_image(file).pixels) for file in files]
        reference = fused(methods[FLOAT], pair)
        for name, method in methods.items():
            picture = fused(method, pair)
            off = np.abs(picture - reference.astype(np.float32))
            row = {"mean_off": float(off.mean()), "greatest_off": float(off.max())}
            rows[name].append(row | measured(picture, *pair))
    return {name: {key: mean(row[key] for row in of) for key in of[0]} for name, of in rows.items()}


def speed(methods: dict[str, AnyOnnx]) -> dict[str, float]:
    """Median CPU seconds of one image."""
    size = SIZES["vga"]
    pair = np.random.default_rng(0).random((2, size.height, size.width), np.float32)
    calls = {name: partial(method, *pair) for name, method in methods.items()}
    for call in calls.values():
        call()
    samples = in_turns(calls, repeats=7)
    return {name: median(each.cpu for each in of) for name, of in samples.items()}


def main() -> None:
    """Quantize, measure, write and print."""
    parser = argparse.ArgumentParser(description="What 8-bit integers would gain and cost.")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    data = parser.parse_args().data
    shipped = find("clfnet")
    network = load_network(shipped.onnx.path.with_suffix(".safetensors"))
    with tempfile.TemporaryDirectory() as folder:
        methods = {FLOAT: AnyOnnx(shipped.onnx.path, threads=1)}
        for name, keep in KEPT.items():
            target = Path(folder) / f"keep-{keep}.onnx"
            quantized(plain_graph(network), data / "tno" / "train", target, keep)
            methods[name] = AnyOnnx(target, threads=1)
        of_quality, seconds = quality(methods, data / "tno" / "test"), speed(methods)
    full = of_quality[FLOAT]
    rows = {
        name: {"cpu_seconds": seconds[name], "cpu_ratio": seconds[name] / seconds[FLOAT]}
        | {key: of[key] for key in ("mean_off", "greatest_off")}
        | {metric: of[metric] / full[metric] - 1 for metric in (*PAPER, *PLAIN)}
        for name, of in of_quality.items()
        if name != FLOAT
    }
    command = "python benchmarks/int8.py"
    report = {"command": command, "machine": describe(), "bound": BOUND, "rows": rows}
    text = json.dumps(report, indent=2) + "\n"
    print(text, end="")  # noqa: T201
    RESULT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
