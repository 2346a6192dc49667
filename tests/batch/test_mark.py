"""The mark is found again in every format, and nowhere else."""

from pathlib import Path

import numpy as np
import pytest

from clfnet.batch.mark import SUFFIXES, Mark, Marked, marked, read_mark
from clfnet.io.image import Image, read_image, write_image

MARK = Mark("run", "00000000000000aa", 7)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("shape", [(5, 9), (5, 9, 3)])
def test_a_mark_comes_back(
    tmp_path: Path, suffix: str, dtype: type[np.uint8 | np.uint16], shape: tuple[int, ...]
) -> None:
    path = tmp_path / f"a{suffix}"
    image = Image(np.full(shape, 40, dtype))
    write_image(path, marked(image, {"model": "Modell für Ü"}, MARK))
    assert read_mark(path) == Marked(MARK, 9, 5, {"model": "Modell für Ü"})
    assert read_image(path).pixels.shape == shape


def test_other_files_have_none(tmp_path: Path) -> None:
    write_image(tmp_path / "a.png", Image(np.zeros((2, 2), np.uint8)))
    write_image(tmp_path / "b.png", Image(np.zeros((2, 2), np.uint8), description='{"batch": 3}'))
    (tmp_path / "c.tif").write_bytes(b"no image")
    for name in ("a.png", "b.png", "c.tif", "not-there.jpg"):
        assert read_mark(tmp_path / name) is None
