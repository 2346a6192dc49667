"""Painted images, back to what was painted."""

from io import BytesIO
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from clfnet.errors import ConfigError
from clfnet.thermal.options import ThermalOptions
from clfnet.thermal.painted import _table, is_coloured, palettes, recognised, undo
from clfnet.thermal.read import read_thermal

Y, X = np.mgrid[:96, :128]
LEVELS = (
    np.rint(127 + 90 * np.sin(X / 21) * np.cos(Y / 17) + 37 * np.hypot(X - 64, Y - 48) / 80)
    .clip(0, 255)
    .astype(np.uint8)
)


def painted(palette: str) -> np.ndarray:
    return np.asarray(np.rint(_table(palette)[LEVELS]), np.uint8)


@pytest.mark.parametrize("palette", palettes())
def test_every_palette_is_recognised_and_undone(palette: str) -> None:
    buffer = BytesIO()
    PIL.Image.fromarray(painted(palette)).save(buffer, "JPEG", quality=85)
    found = recognised(np.asarray(PIL.Image.open(buffer)))
    assert found is not None
    assert found.palette == palette
    assert np.abs(found.levels.astype(int) - LEVELS).mean() < 6


def test_undone_without_loss_to_two_levels() -> None:
    for palette in palettes():
        away = np.abs(undo(painted(palette), palette).astype(int) - LEVELS)
        assert away.max() <= 4, palette


def test_a_photograph_is_no_painted_picture() -> None:
    rng = np.random.default_rng(0)
    colours = np.kron(rng.integers(0, 256, (12, 16, 3)), np.ones((8, 8, 1))).astype(np.uint8)
    assert is_coloured(colours)
    assert recognised(colours) is None
    assert not is_coloured(np.repeat(LEVELS[..., None], 3, axis=2))


def test_files_say_what_was_done(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    PIL.Image.fromarray(painted("rainbow")).save(path)
    found = read_thermal(path)
    assert np.abs(found.values.astype(int) - LEVELS).max() <= 2
    assert found.notes[0].startswith("painted (rainbow), which was undone")
    bright = read_thermal(path, ThermalOptions(infrared_palette="none"))
    assert (np.abs(bright.values.astype(int) - LEVELS).mean() > 20, bright.notes) == (True, ())
    named = read_thermal(path, ThermalOptions(infrared_palette="rainbow"))
    np.testing.assert_array_equal(named.values, found.values)
    with pytest.raises(ConfigError, match="infrared_palette"):
        ThermalOptions(infrared_palette="pink")


def test_colour_of_no_known_palette_is_said(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    PIL.Image.fromarray(rng.integers(0, 256, (20, 20, 3), np.uint8)).save(tmp_path / "a.png")
    (note,) = read_thermal(tmp_path / "a.png").notes
    assert "swap the two" in note
