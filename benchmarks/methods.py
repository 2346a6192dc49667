"""What the nine compared methods cost, how published outputs score: docs/results/methods.json.

    python benchmarks/methods.py --data ../shared/data

Parameters are counted in the networks, multiply-adds in their ONNX graphs, for one pair of 512×512.
Published outputs of the eight TNO test pairs are scored as they are stored and stretched to 0..255,
as is the plain average: what it scores unstretched shows which rows of the paper are.
"""

import argparse
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clfnet.bench import describe
from clfnet.bench.graph import multiply_adds
from clfnet.graphs import rival_graph
from clfnet.io.image import read_image
from clfnet.metrics import ag, en, mi, sd, sf, to_grey, vif
from clfnet.nn.rivals import RIVALS
from clfnet.nn.rivals.fusiongan import Discriminator

ROOT = Path(__file__).parents[1]
RESULT = ROOT / "docs" / "results" / "methods.json"
SIDE = 512
PUBLISHED = {
    "DenseFuse", "RFN-Nest", "FusionGAN", "IFCNN", "PMGI", "U2Fusion", "STDFusionNet", "IFSepR",
}  # fmt: skip

Pixels = NDArray[np.uint8]
Picture = Callable[[str, Pixels, Pixels], Pixels]


def cost(kind: str, folder: Path) -> dict[str, Any]:
    """What a network holds and computes."""
    network = RIVALS[kind]().eval()
    path = folder / f"{kind}.onnx"
    path.write_bytes(rival_graph(network).SerializeToString())
    parameters = sum(p.numel() for p in network.parameters())
    judgements = {"fusiongan": 1, "ganmcc": 2}.get(kind, 0)
    return {
        "title": network.title,
        "parameters": parameters,
        "frozen": sum(p.numel() for p in network.parameters() if not p.requires_grad),
        "discriminator": sum(p.numel() for p in Discriminator(120, judgements).parameters())
        if judgements
        else 0,
        "multiply_adds": multiply_adds(path, SIDE, SIDE) / SIDE**2,
        "margin": network.margin,
        "least": network.least,
        "onnx_bytes": path.stat().st_size,
    }


def scores(pairs: Iterable[tuple[str, Pixels, Pixels]], picture: Picture) -> dict[str, Any]:
    """Means of the paper's metrics, as stored and stretched."""
    rows: dict[str, list[dict[str, float]]] = {"unstretched": [], "stretched": []}
    for name, infrared, visible in pairs:
        fused = picture(name, infrared, visible)
        for how, image in (("unstretched", fused), ("stretched", stretched(fused))):
            rows[how].append({
                "EN": en(image),
                "MI": mi(image, infrared, visible, base=2, share_top_bin=True),
                "VIF": vif(image, infrared, visible, saturate=True),
                "SD": sd(image, saturate=True),
                "AG": ag(image, per_pixel=False),
                "SF": sf(image, white=1),
            })  # fmt: skip
    return {
        how: {metric: float(np.mean([row[metric] for row in each])) for metric in each[0]}
        for how, each in rows.items()
    }


def stretched(image: Pixels) -> Pixels:
    """From its least to its largest level."""
    low, high = int(image.min()), int(image.max())
    levels: Pixels = np.rint((image.astype(float) - low) / max(high - low, 1) * 255).astype(
        np.uint8
    )
    return levels


def average(_: str, infrared: Pixels, visible: Pixels) -> Pixels:
    """The rule that DenseFuse comes near."""
    mean: Pixels = np.rint((infrared.astype(float) + visible) / 2).astype(np.uint8)
    return mean


def grey(path: Path) -> Pixels:
    """Read an image as grey levels."""
    return to_grey(read_image(path).pixels)


def published(folder: Path) -> Picture:
    """What a folder of results has."""

    def read(name: str, infrared: Pixels, visible: Pixels) -> Pixels:
        del infrared, visible
        (path,) = folder.glob(f"{name}.*")
        return grey(path)

    return read


def main() -> None:
    """Count, score, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    data: Path = parser.parse_args().data
    test = data / "tno" / "test"
    pairs = [
        (path.stem, grey(path), grey(test / "vi" / path.name))
        for path in sorted((test / "ir").iterdir())
    ]
    with TemporaryDirectory() as folder:
        networks = {kind: cost(kind, Path(folder)) for kind in RIVALS}
    result = {
        "command": "python benchmarks/methods.py",
        "machine": describe(),
        "side": SIDE,
        "pairs": len(pairs),
        "networks": networks,
        "published": {
            name: scores(pairs, published(test / "published" / name)) for name in sorted(PUBLISHED)
        },
        "average": scores(pairs, average),
    }
    RESULT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
