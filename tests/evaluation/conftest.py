"""Folders of sources and of two methods' fused images."""

from pathlib import Path

import numpy as np
import pytest

from clfnet.io.image import Image, write_image
from clfnet.metrics.image import GreyImage


def write(path: Path, pixels: GreyImage) -> None:
    write_image(path, Image(pixels), overwrite=True)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Holds ir, vi, mean and noise, each with the images 01 and 02 of different sizes."""
    rng = np.random.default_rng(0)
    for name, shape in {"01": (45, 60), "02": (50, 42)}.items():
        infrared, visible, noise = rng.integers(0, 256, (3, *shape), dtype=np.uint8)
        mean = ((infrared.astype(int) + visible) // 2).astype(np.uint8)
        write(tmp_path / f"ir/{name}.png", infrared)
        write(tmp_path / f"vi/{name}.bmp", np.stack([visible] * 3, axis=-1))
        write(tmp_path / f"mean/{name}.png", mean)
        write(tmp_path / f"noise/{name}.tif", noise)
    return tmp_path
