from pathlib import Path

import numpy as np
import pytest

from clfnet.nn import CLFNet
from clfnet.weights import find
from experiments import cost
from experiments.results import Results
from experiments.run import Run
from experiments.spec import Cost, load_spec


@pytest.fixture
def spec(experiments: Path) -> Cost:
    found = load_spec(experiments / "table7/experiment.toml")
    assert isinstance(found, Cost)
    return found


def test_multiply_adds_are_those_of_the_network() -> None:
    """Each weight counts once per pixel, those of 3×3 two thirds, and a few more for each map.

    Of the shrunk pair, a sixteenth of the pixels, all count once.
    """
    kernels = [p for p in CLFNet().parameters() if p.ndim == 4]
    large = sum(p.numel() for p in kernels if p.shape[-1] == 3)
    small = sum(p.numel() for p in kernels if p.shape[-1] == 1)
    maps = sum(p.shape[0] + p.shape[1] for p in kernels if p.shape[-1] == 3)
    found = cost.adds_per_pixel(find("clfnet").onnx.path)
    coarse = (large + small) / 16
    assert 0 < found - coarse - (large * 2 / 3 + small) <= 3 * maps


def test_methods_take_turns_and_an_image_counts_once(
    spec: Cost, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []

    class Method:
        def __init__(self, name: str) -> None:
            self.name = name

        def __call__(self, infrared: object, visible: object) -> None:
            calls.append(self.name)

    monkeypatch.setattr(cost, "find_method", Method)
    image = np.zeros((4, 4), np.float32)
    found = cost.seconds(spec, [(image, image)] * 3)
    assert calls == ["maximum", "clfnet"] * 2 * 3  # a warm-up and one repeat, three images
    assert set(found) == {"maximum", "clfnet"}
    assert found["maximum"]["mean"] >= 0


def test_the_table(spec: Cost, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cost, "peak_memory", lambda *_: 12.5)
    results = Results(run.output / "result.json", {})
    cost.measure(spec, run, results)
    lines = cost.render(spec, results).splitlines()
    assert lines[0] == ("|  | Tiny, s | parameters, M | GMAC at 640×480 | peak MiB at 640×480 |")
    assert "| 0.190120 | 46.9 |" in lines[3]
    assert lines[2].endswith("| – | – | 12.50 |")
    assert lines[4] == "| Theirs · *paper* | 0.5000 ± 0.2500 | 0.125000 |  |  |"
