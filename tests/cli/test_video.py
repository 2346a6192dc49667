"""The part of `clfnet fuse` that is for streams."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.exceptions import Exit

from clfnet.cli.video import fuse_streams, wants_video
from clfnet.errors import InputError
from clfnet.io.image import Image, write_image


def visible_only(infrared: Any, visible: Any) -> Any:
    return visible


@pytest.fixture
def folders(tmp_path: Path) -> tuple[str, str]:
    for index in range(6):
        write_image(tmp_path / "ir" / f"{index}.png", Image(np.full((4, 6), 90, np.uint8)))
        write_image(tmp_path / "vi" / f"{index}.png", Image(np.full((4, 6), 90, np.uint8)))
    return str(tmp_path / "ir"), str(tmp_path / "vi")


def test_what_means_streams(folders: tuple[str, str]) -> None:
    assert wants_video("a.mp4", "b.mkv", "out.mp4")
    assert wants_video("rtsp://a/1", "/dev/video0", "out.mkv")
    assert wants_video(folders[0], "b.mp4", "frames")
    assert wants_video(*folders, "out.webm")
    assert wants_video(*folders, "out", timed=True)
    assert wants_video(*folders, "rtsp://host/fused")
    assert wants_video(*folders, "-")
    assert not wants_video(*folders, "out")
    assert not wants_video("a.png", "b.png", "out.png")
    assert not wants_video("a.png", "b.png", "out.png", timed=True)


def test_the_path_and_the_notes(
    folders: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fuse_streams(visible_only, *folders, str(tmp_path / "out.mp4"), fps=10, offset=0.2)
    out, err = capsys.readouterr()
    assert out == f"{tmp_path / 'out.mp4'}\n"
    first, *rest = err.splitlines()
    assert first.startswith("clfnet: 4 frames, 0.40 s, 6x4 H.264; ")
    assert rest == [
        "clfnet: infrared: the last 0.20 s have no partner and were left out",
        "clfnet: visible: the first 0.20 s have no partner and were left out",
    ]


def test_a_source_of_an_unknown_scheme_is_refused() -> None:
    with pytest.raises(InputError, match=r"must begin with http://, .* or udp:// if they are URLs"):
        wants_video("gopher://host/1", "b.mp4", "out.mp4")


def test_every_segment_is_named(
    folders: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fuse_streams(visible_only, *folders, str(tmp_path / "o.mkv"), fps=3, segment_seconds=1)
    names = [str(tmp_path / f"o-{number:05d}.mkv") for number in range(2)]
    assert capsys.readouterr().out.splitlines() == names


def test_a_pipe_gets_frames_and_nothing_else(
    folders: tuple[str, str], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    fuse_streams(visible_only, *folders, "-", pipe="raw")
    out, err = capfdbinary.readouterr()
    assert out == bytes([90]) * (6 * 4 * 6 * 3)
    assert b"raw RGB of 8 bits" in err
    with pytest.raises(InputError, match="--json must not be given for -o -"):
        fuse_streams(visible_only, *folders, "-", as_json=True)


def test_live_sources_tell_latency_and_what_was_dropped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clfnet.cli.video._EVERY", 0.0)
    sources = ("lavfi:testsrc=size=64x48:rate=25,realtime",) * 2
    fuse_streams(visible_only, *sources, str(tmp_path / "o.mkv"), frames=4)
    err = capsys.readouterr().err
    assert re.search(r"^clfnet: 3 frames, [\d.]+ fps, latency p50 \d+ ms, p99 \d+ ms", err, re.M)
    assert re.search(r"latency from arrival to output \d+ ms \(p50\), \d+ ms \(p99\); \d+ vis", err)


def test_json(folders: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fuse_streams(visible_only, *folders, str(tmp_path / "out"), as_json=True, frames=3)
    found = json.loads(capsys.readouterr().out)
    assert (found["frames"], found["codec"], found["interrupted"]) == (3, "PNG", False)


def test_damage_and_repeats_are_told(
    folders: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "ir" / "3.png").write_bytes(b"broken")
    fuse_streams(visible_only, *folders, str(tmp_path / "out"))
    err = capsys.readouterr().err
    assert "infrared frames repeated 1, dropped 0 (25 a second beside 25 a second visible)" in err
    assert "infrared is damaged: 1 of 6 frames left out (e.g. " in err


def test_ctrl_c_leaves_with_130(
    folders: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    calls = []

    def interrupted(infrared: Any, visible: Any) -> Any:
        calls.append(0)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return visible

    with pytest.raises(Exit) as left:
        fuse_streams(interrupted, *folders, str(tmp_path / "out.mkv"))
    assert left.value.exit_code == 130
    out, err = capsys.readouterr()
    assert out == f"{tmp_path / 'out.mkv'}\n"
    assert err.splitlines()[-1] == "clfnet: interrupted; what was fused until then is complete"


def test_a_bar_on_a_terminal_alone(
    folders: tuple[str, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fuse_streams(visible_only, *folders, str(tmp_path / "quiet"))
    assert "fusing" not in capsys.readouterr().err
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    fuse_streams(visible_only, *folders, str(tmp_path / "out"))
    err = capsys.readouterr().err
    assert "fusing" in err
    assert "6/6" in err
    assert " fps" in err
