"""What the name of an output means, and what is refused."""

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from clfnet.errors import ConfigError, VideoError
from clfnet.video.frames import Frame
from clfnet.video.output import check_output, holds_sound, is_video_only, open_sink
from clfnet.video.pipe_sink import PipeSink
from clfnet.video.stream_sink import HlsSink, StreamSink


@pytest.mark.parametrize(
    "url", ["foo://host/1", "http://host/o.mp4", "s3://bucket/o.mp4", "rtsp:/host/1", "rtsps://h/1"]
)
def test_a_url_of_another_scheme_is_refused_and_makes_no_folder(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    allowed = "rtsp://, rtmp://, rtmps://, srt://, tcp:// or udp://"
    with pytest.raises(VideoError, match=f"must begin with {allowed} if it is a URL, got {url}"):
        open_sink(url)
    assert list(tmp_path.iterdir()) == []


def test_a_suffix_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match=r"must end in .mp4, .mkv, .webm, .m3u8, be a folder, a U"):
        check_output(tmp_path / "o.avi")
    (tmp_path / "v1.5").mkdir()
    check_output(tmp_path / "v1.5")
    check_output("C:/videos/o.mp4")


def test_what_each_name_opens(tmp_path: Path) -> None:
    assert isinstance(open_sink("rtsp://127.0.0.1/fused"), StreamSink)
    assert isinstance(open_sink(tmp_path / "o.m3u8"), HlsSink)
    assert isinstance(open_sink("-"), PipeSink)
    assert [is_video_only(name) for name in ("-", "udp://h:1", "o.M3U8", "frames")] == [
        *(True, True, True, False)
    ]
    assert [holds_sound(name) for name in ("o.mkv", "udp://h:1/o.mp4", "-")] == [True, False, False]


@pytest.mark.parametrize(
    ("output", "options", "message"),
    [
        ("o.mp4", {"pipe": "raw"}, "`pipe` must be given only with the output -, got o.mp4"),
        ("-", {"pipe": "png"}, "`pipe` must be one of mjpeg, raw, got 'png'"),
        ("-", {"encoder": "h264"}, "`encoder` must be given only for videos, got -"),
        ("frames", {"encoder": "h264"}, "`encoder` must be given only for videos, got frames"),
        (
            "frames",
            {"segment_seconds": 9},
            "`segment_seconds` must be given only for video files and",
        ),
        (
            "udp://h:1",
            {"segment_seconds": 9},
            "`segment_seconds` must be given only for video files",
        ),
        ("o.mp4", {"segment_seconds": 0.1}, "`segment_seconds` must be at least 1, got 0.1"),
        ("o.mp4", {"segment_seconds": float("nan")}, "`segment_seconds` must be at least 1"),
    ],
)
def test_an_option_that_does_not_fit(output: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        open_sink(output, **options)


@pytest.mark.parametrize(
    ("output", "encoder"),
    [("o.webm", "h264"), ("rtmp://h/1", "vp9"), ("udp://h:1", "av1"), ("o.m3u8", "vp9")],
)
def test_a_codec_that_the_output_does_not_hold(output: str, encoder: str, tmp_path: Path) -> None:
    with pytest.raises(VideoError, match=rf"{output} must hold one of .*Choose another"):
        open_sink(output, encoder=encoder)


def test_an_encoder_that_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(av, "codecs_available", set())
    with pytest.raises(VideoError, match="needs the encoder libx264, which this PyAV lacks"):
        open_sink(tmp_path / "o.mp4")


@pytest.mark.parametrize("encoder", ["h264", "hevc", "vp9", "av1"])
@pytest.mark.parametrize("live", [False, True])
def test_every_codec_is_written_and_read_back(
    clips: Any, encoder: str, live: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    path = clips.folder / "o.mkv"
    sink = open_sink(path, encoder=encoder, live=live)
    for index, pixels in enumerate(clips.stamped(6, (96, 128, 3))):
        sink.write(Frame(index / 25, pixels))
    sink.finish()
    assert clips.numbers(path) == list(range(6))
    with av.open(str(path)) as container:
        context = container.streams.video[0].codec_context
        assert context is not None
        assert context.codec.canonical_name == encoder
    assert "x265" not in capfd.readouterr().err


def test_live_files_tell_when_they_were_recorded(clips: Any) -> None:
    for live in (True, False):
        path = clips.folder / f"{live}.mp4"
        sink = open_sink(path, live=live)
        sink.write(Frame(0.0, np.zeros((48, 64), np.uint8)))
        sink.finish()
        with av.open(str(path)) as container:
            assert container.metadata.get("creation_time", "").startswith("20" if live else "")
            assert ("creation_time" in container.metadata) == live
