"""The published rules on the shared labelled pairs, to the digits that were measured elsewhere."""

from pathlib import Path

import pytest

from clfnet.inference.fuser import Fuser
from clfnet.usefulness import PARTS, OnnxDetector, Yardstick, read_labels

EXPECTED = {
    "average": (0.951, 0.731, 0.478, 0.680, 0.960, 0.737, 18.9),
    "maximum": (0.968, 0.669, 0.540, 0.759, 0.603, 0.693, 0.0),
    "detail": (0.989, 0.875, 0.672, 0.375, 0.989, 0.736, 0.2),
}
"""D, C, S, P, W, U, and the percentage of the day's pixels that are sunk."""


@pytest.mark.slow
def test_rules(shared: Path) -> None:
    folder = shared / "data/detection"
    detectors = [OnnxDetector(path) for path in sorted((folder / "detectors").glob("*.onnx"))]
    yardstick = Yardstick(read_labels(folder / "boxes.csv"), detectors)
    for name, expected in EXPECTED.items():
        fuser = Fuser(name)
        found = yardstick.score(yardstick.measure(lambda _, s: fuser(s.infrared, s.visible)))  # noqa: B023
        values = [*(found.parts[part] for part in PARTS), found.u, 100 * found.sunk]
        assert values[:6] == pytest.approx(expected[:6], abs=6e-4), name
        assert values[6] == pytest.approx(expected[6], abs=0.06), name
