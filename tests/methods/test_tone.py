from math import tanh

import numpy as np

from clfnet.methods.classical import Plane
from clfnet.methods.tone import tone


def _reference_tone(infrared: Plane, visible: Plane) -> Plane:
    """Pixel by pixel, on levels in [−1, 1], with a Gaussian of σ = 1 as a window of 9×9."""
    brighter = [
        [max(pair) for pair in zip(*rows, strict=True)]
        for rows in zip(infrared, visible, strict=True)
    ]
    bent = np.array([[tanh(1.6 * (2 * level - 1)) for level in row] for row in brighter])
    offsets = np.arange(-4, 5)
    window = np.exp(-(offsets[:, None] ** 2 + offsets**2) / 2)
    window /= window.sum()
    padded = np.pad(bent, 4, mode="symmetric")
    fused = np.empty_like(bent)
    for i, j in np.ndindex(bent.shape):
        blurred = (window * padded[i : i + 9, j : j + 9]).sum()
        fused[i, j] = min(1, max(-1, bent[i, j] + 0.6 * (bent[i, j] - blurred)))
    return (fused + 1) / 2


def test_reference(pair: tuple[Plane, Plane]) -> None:
    infrared, visible = (image[:20, :17] for image in pair)
    expected = _reference_tone(infrared, visible)
    np.testing.assert_allclose(tone(infrared, visible), expected, atol=1e-9)


def test_the_darker_source_is_not_seen(pair: tuple[Plane, Plane]) -> None:
    bright, dark = 0.5 + pair[0] / 2, pair[1] / 2
    np.testing.assert_array_equal(tone(bright, dark), tone(bright, np.zeros_like(dark)))


def test_levels_stay_in_range() -> None:
    edges: Plane = np.kron(np.eye(4), np.ones((5, 5))).astype(np.float64)
    fused = tone(edges, edges)
    assert fused.min() == 0
    assert fused.max() == 1
