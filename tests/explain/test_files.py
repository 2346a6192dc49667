"""Files of any kind become one explanation."""

from pathlib import Path

import numpy as np
import pytest

from clfnet.align import Rig
from clfnet.errors import ImageError, SizeMismatchError, WeightsError
from clfnet.explain import explain, explain_files
from clfnet.inference.arrays import grey
from clfnet.inference.fuser import Fuser
from clfnet.io.image import Image, read_image, write_image


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    random = np.random.default_rng(0)
    paths = tmp_path / "ir.png", tmp_path / "vis.png"
    write_image(paths[0], Image(random.integers(0, 65536, (24, 30), np.uint16)))
    write_image(paths[1], Image(random.integers(0, 256, (24, 30, 3), np.uint8)))
    return paths


def test_the_pair_is_fused_in_colour(pair: tuple[Path, Path], model: Path) -> None:
    found = explain_files(*pair, model=str(model))
    infrared, visible = map(read_image, pair)
    np.testing.assert_array_equal(found.fused.pixels, Fuser(model)(infrared.pixels, visible.pixels))
    luma = (found.fused.pixels / 255) @ [0.299, 0.587, 0.114]
    expected = explain(
        (infrared.pixels / 65535).astype(np.float32),
        ((visible.pixels / 255) @ [0.299, 0.587, 0.114]).astype(np.float32),
        luma.astype(np.float32),
        model=str(model),
    )
    np.testing.assert_allclose(found.explanation.margin, expected.margin, atol=1e-4)


def test_a_fused_file_is_taken_as_it_is(
    pair: tuple[Path, Path], model: Path, tmp_path: Path
) -> None:
    fused = tmp_path / "fused.tif"
    write_image(fused, read_image(pair[0]))
    found = explain_files(*pair, fused, model=str(model), thermal_range="full")
    assert found.fused.pixels.dtype == np.uint16
    np.testing.assert_array_equal(found.fused.pixels, found.infrared.pixels)


def test_sizes_are_checked(pair: tuple[Path, Path], model: Path, tmp_path: Path) -> None:
    small = tmp_path / "small.png"
    write_image(small, Image(np.zeros((24, 29), np.uint8)))
    with pytest.raises(SizeMismatchError, match=r"30x24 \(.*ir\.png\) and 29x24 \(.*small\.png\)"):
        explain_files(pair[0], small, model=str(model))
    with pytest.raises(SizeMismatchError, match=r"30x24, got 29x24 \(.*small\.png\)"):
        explain_files(*pair, small, model=str(model))


def test_the_model_is_looked_for_before_the_work(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="must be a CLF-Net"):
        explain_files(tmp_path / "no", tmp_path / "no", model="average")
    with pytest.raises(ImageError, match="is not there"):
        explain_files(tmp_path / "no", tmp_path / "no")


def test_grey_is_luma_at_full_scale() -> None:
    assert grey(np.array([[0, 65535]], np.uint16)).tolist() == [[0.0, 1.0]]
    colour = grey(np.array([[[255, 0, 0], [0, 0, 255]]], np.uint8))
    np.testing.assert_allclose(colour, [[0.299, 0.114]], atol=1e-6)


def test_pairs_are_ranged_and_aligned(pair: tuple[Path, Path], model: Path, tmp_path: Path) -> None:
    matrix = np.array([[1, 0, 4], [0, 1, 2], [0, 0, 1.0]])
    Rig(matrix, (30, 24), (30, 24), None, "by hand").write(tmp_path / "rig.json")
    found = explain_files(*pair, model=str(model), align=str(tmp_path / "rig.json"))
    assert found.explanation.share.shape == (22, 26)
    np.testing.assert_array_equal(found.visible.pixels, read_image(pair[1]).pixels[2:, 4:])


def test_a_radiometric_file(flir: Path, model: Path) -> None:
    found = explain_files(flir, model=str(model))
    assert found.fused.pixels.shape == (48, 64, 3)
