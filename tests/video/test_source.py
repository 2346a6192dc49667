"""What an argument means."""

import sys
from pathlib import Path

import numpy as np
import pytest

from clfnet.errors import MissingExtraError, VideoError
from clfnet.io.image import Image, write_image
from clfnet.video.folder import FolderSource
from clfnet.video.source import is_stream, open_source


def test_videos_and_live_sources_are_streams_and_folders_are_not(tmp_path: Path) -> None:
    (tmp_path / "folder.mp4").mkdir()
    for spec in ("a.MP4", "x/y.mkv", "rtsp://host/1", "udp://127.0.0.1:5", "v4l2:/dev/video3"):
        assert is_stream(spec), spec
    for spec in ("a.png", "a", "", str(tmp_path), str(tmp_path / "folder.mp4"), "C:/a.tiff"):
        assert not is_stream(spec), spec
    assert is_stream(Path("a.mov"))


def test_a_folder_needs_no_pyav(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_image(tmp_path / "0.png", Image(np.zeros((2, 3), np.uint8)))
    (tmp_path / "clip.mp4").touch()
    monkeypatch.setitem(sys.modules, "av", None)
    assert isinstance(open_source(tmp_path), FolderSource)
    with pytest.raises(MissingExtraError, match=r"clfnet\[video\]"):
        open_source(tmp_path / "clip.mp4")


def test_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match=r"gone.mp4 must be a video, .* but is not there"):
        open_source(tmp_path / "gone.mp4")


def test_a_picture_is_no_stream(tmp_path: Path) -> None:
    write_image(tmp_path / "a.png", Image(np.zeros((2, 3), np.uint8)))
    with pytest.raises(VideoError, match=r"a.png must be .*, but is an image"):
        open_source(tmp_path / "a.png")
