"""The committed diagrams are what the script draws, and tell what the network is."""

import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import numpy as np
import pytest

from clfnet.nn import CLFNet, ProjectionHead

ROOT = Path(__file__).parents[2]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def script(load_script: Callable[[str], ModuleType]) -> ModuleType:
    return load_script("docs/diagrams.py")


def _texts(name: str) -> list[str]:
    root = ElementTree.parse(ROOT / "docs" / "images" / f"{name}.svg").getroot()
    return ["".join(node.itertext()) for node in root.iter(f"{SVG}text")]


@pytest.mark.parametrize("name", ["architecture", "contrast"])
def test_committed_file_is_what_the_script_draws(script: ModuleType, name: str) -> None:
    committed = (ROOT / "docs" / "images" / f"{name}.svg").read_text("utf-8")
    assert getattr(script, name)() == committed, "run `python docs/diagrams.py`"


def test_architecture_has_the_channels_of_the_parameters() -> None:
    weights = {k: tuple(v.shape) for k, v in CLFNet().state_dict().items() if "conv3" in k}
    steps = [f"{shape[1]} → {shape[0]}" for shape in weights.values()]
    shown = [text for text in _texts("architecture") if re.fullmatch(r"\d+ → \d+", text)]
    assert shown == steps
    assert steps[:4] == ["1 → 16", "16 → 16", "16 → 32", "32 → 64"]
    assert "concatenate: 64 + 64 = 128" in _texts("architecture")
    assert any("190,120 parameters" in text for text in _texts("architecture"))


def test_contrast_has_the_widths_of_the_head() -> None:
    first, second = (
        shape for shape in (p.shape for p in ProjectionHead().parameters()) if len(shape) == 2
    )
    assert f"{first[1]} → {first[0]} → {second[0]}" in _texts("contrast")


@pytest.mark.parametrize("name", ["architecture", "contrast"])
def test_everything_is_inside_and_no_line_of_text_on_another(name: str) -> None:
    root = ElementTree.parse(ROOT / "docs" / "images" / f"{name}.svg").getroot()
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    taken: list[tuple[float, float, float, float]] = []
    for node in root.findall(f"{SVG}text"):
        size, x, y = (float(node.attrib[key]) for key in ("font-size", "x", "y"))
        wide = 0.56 * size * len("".join(node.itertext()))
        left = x if node.attrib["text-anchor"] == "start" else x - wide / 2
        area = (left, y - 0.8 * size, left + wide, y + 0.2 * size)
        assert area[0] > 0
        assert area[1] > 0
        assert area[2] < width
        assert area[3] < height
        for other in taken:
            apart = area[0] >= other[2] or other[0] >= area[2]
            assert apart or area[1] >= other[3] or other[1] >= area[3], "".join(node.itertext())
        taken.append(area)
    assert len(taken) > 20


def test_thumbnail_paints_each_pixel_with_its_level(script: ModuleType) -> None:
    pixels = np.array([[0, 255, 255], [64, 0, 16]], np.uint8)
    root = ElementTree.fromstring(f"<svg>{script.thumbnail(5, 6, 2, pixels, '#000')}</svg>")
    group = root.find("g")
    assert group is not None
    painted = np.zeros((2, 3), int)
    for path in group.iter("path"):
        level = int(path.attrib["fill"][1:3], 16) // 17
        for run in re.finditer(r"M(\d+) (\d+)h(\d+)v1h-\3z", path.attrib["d"]):
            x, y, length = map(int, run.groups())
            painted[y, x : x + length] = level
    np.testing.assert_array_equal(painted, [[0, 15, 15], [7, 0, 3]])
