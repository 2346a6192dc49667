"""Small pairs, and the manifests that name them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import fsspec  # type: ignore[import-untyped]
import numpy as np
import pytest

from clfnet.batch.recipe import Recipe, make_recipe
from clfnet.batch.work import Task
from clfnet.io.image import Image, write_image

Pairs = Callable[..., Path]


@pytest.fixture
def pairs(tmp_path: Path) -> Pairs:
    """Writes so many random pairs, and pairs.csv that names them; returns the manifest."""

    def write(count: int, height: int = 8, width: int = 12) -> Path:
        rng = np.random.default_rng(count)
        lines = ["infrared,visible"]
        for number in range(count):
            heat = rng.integers(0, 256, (height, width), np.uint8)
            light = rng.integers(0, 256, (height, width, 3), np.uint8)
            write_image(tmp_path / "ir" / f"{number:03}.png", Image(heat))
            write_image(tmp_path / "vi" / f"{number:03}.png", Image(light))
            lines.append(f"ir/{number:03}.png,vi/{number:03}.png")
        manifest = tmp_path / "pairs.csv"
        manifest.write_text("\n".join(lines) + "\n")
        return manifest

    return write


@pytest.fixture
def recipe(tmp_path: Path) -> Recipe:
    """The maximum of both images, into PNG files."""
    made = make_recipe({"model": "maximum", "threads": 1}, suffix=".png", overwrite=False)
    (tmp_path / "scratch").mkdir()
    return Recipe(made.options, ".png", False, None, "run", str(tmp_path / "scratch"))


@pytest.fixture
def task(tmp_path: Path, pairs: Pairs) -> Task:
    """The first of three pairs."""
    pairs(3)
    infrared, visible, output = (f"{tmp_path}/{folder}/000.png" for folder in ("ir", "vi", "out"))
    return Task(1, "000", infrared, visible, output, "00000000000000aa")


@pytest.fixture
def elsewhere() -> Any:
    """The file system of memory:// URLs: `pipe_file` writes a file, `cat_file` reads one."""
    return fsspec.filesystem("memory")
