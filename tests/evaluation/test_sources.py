"""Infrared files are scored as they are fused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from clfnet.evaluation.folders import evaluate
from clfnet.evaluation.sources import read_infrared
from clfnet.io.image import Image, write_image

LEVELS = np.random.default_rng(0).integers(0, 256, (24, 32)).astype(np.uint8)


@pytest.mark.parametrize("kind", ["uint8", "uint16", "float"])
def test_one_scene_scores_alike_in_every_depth(tmp_path: Path, kind: str) -> None:
    counts: Any = {
        "uint8": LEVELS,
        "uint16": (7000 + 2 * LEVELS.astype(np.uint16)),
        "float": (20 + LEVELS / 50).astype(np.float32),
    }[kind]
    (tmp_path / "ir").mkdir()
    tifffile.imwrite(tmp_path / "ir" / "1.tif", counts)
    write_image(tmp_path / "vi" / "1.png", Image(255 - LEVELS))
    write_image(tmp_path / "ours" / "1.png", Image(LEVELS))
    read = read_infrared(tmp_path / "ir" / "1.tif")
    assert np.abs(read.astype(int) - LEVELS).max() <= 3
    means = evaluate(
        tmp_path / "ir", tmp_path / "vi", tmp_path / "ours", dialect="plain", metrics=["EN", "MI"]
    ).means()
    assert means["ours"]["MI"] > 10  # bits; two of them would be left of counts divided by 257
