"""Folders that fused frames go to."""

from pathlib import Path

import numpy as np
import pytest

from clfnet.errors import OutputExistsError
from clfnet.io.image import read_image
from clfnet.video.folder_sink import FolderSink
from clfnet.video.frames import Frame


def test_a_folder_of_frames(tmp_path: Path) -> None:
    deep = np.full((4, 6), 40000, np.uint16)
    sink = FolderSink(tmp_path / "new" / "frames")
    sink.write(Frame(0.0, deep))
    sink.write(Frame(0.1, np.full((4, 6), 0.5, np.float32), "street_7"))
    sink.finish()
    names = sorted(file.name for file in (tmp_path / "new" / "frames").iterdir())
    assert names == ["000000.png", "street_7.png"]
    np.testing.assert_array_equal(read_image(tmp_path / "new/frames/000000.png").pixels, deep)
    assert (read_image(tmp_path / "new/frames/street_7.png").pixels == 128).all()
    assert (sink.count, sink.width, sink.height) == (2, 6, 4)


def test_a_folder_that_holds_something_needs_overwrite(tmp_path: Path) -> None:
    (tmp_path / "frames").mkdir()
    FolderSink(tmp_path / "frames")
    (tmp_path / "frames" / "000000.png").write_bytes(b"mine")
    with pytest.raises(OutputExistsError, match="must be empty, but holds files"):
        FolderSink(tmp_path / "frames")
    FolderSink(tmp_path / "frames", overwrite=True).write(Frame(0.0, np.zeros((4, 6), np.uint8)))
    assert read_image(tmp_path / "frames" / "000000.png").width == 6
