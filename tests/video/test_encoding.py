"""What `--encoder` means."""

from fractions import Fraction
from typing import Any

import av
import numpy as np
import pytest

from clfnet.errors import ConfigError
from clfnet.video.encoding import CODECS, Encoder, parse_encoding


def test_the_defaults_are_those_of_the_codec() -> None:
    assert parse_encoding(None).encoder == "libx264"
    assert parse_encoding(None, default="vp9").encoder == "libvpx-vp9"
    assert parse_encoding("hevc").options == CODECS["hevc"].recorded
    assert parse_encoding("hevc", live=True).options == CODECS["hevc"].live


def test_keys_replace_defaults() -> None:
    found = parse_encoding("crf=30, preset=slow", live=True)
    assert found.options == CODECS["h264"].live | {"crf": "30", "preset": "slow"}
    assert parse_encoding("vp9,preset=3").options["cpu-used"] == "3"


def test_a_bitrate_replaces_constant_quality() -> None:
    assert parse_encoding("h264,bitrate=1.5M").options == {"preset": "medium", "b": "1500000"}
    found = parse_encoding("h264,bitrate=800k", live=True).options
    assert (found["b"], found["maxrate"], found["bufsize"]) == ("800000",) * 3
    assert "crf" not in found


def test_an_encoder_of_ffmpeg_by_its_own_name() -> None:
    found = parse_encoding("mpeg4,bitrate=1M")
    assert (found.encoder, found.name, found.options) == ("mpeg4", "mpeg4", {"b": "1000000"})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("h265", "`encoder` must be one of h264, hevc, vp9, av1, or an encoder of FFmpeg"),
        ("h246", "Did you mean .h264."),
        ("aac", "`encoder` must be one of"),
        ("", "`encoder` must be one of"),
        ("h264,crf=52", "crf of H.264 must be a whole number from 0 .best. to 51, got '52'"),
        ("crf=-1", "crf of H.264 must be a whole number"),
        ("h264,preset=quick", "preset of H.264 must be one of ultrafast, .*, got 'quick'"),
        ("h264,tune=film", "H.264 takes bitrate, crf, preset, got 'tune'"),
        ("mpeg4,crf=20", "mpeg4 takes bitrate, got 'crf'"),
        ("bitrate=4", "bitrate must be bits per second of at least 1000, got '4'"),
        ("bitrate=fast", "bitrate must be bits per second"),
        ("h264,", "takes bitrate, crf, preset, got ''"),
    ],
)
def test_what_is_refused(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        parse_encoding(text)


def test_a_live_encoder_holds_nothing_back(tmp_path: Any) -> None:
    with av.open(str(tmp_path / "o.mkv"), "w") as container:
        pixels = np.zeros((48, 64, 3), np.uint8)
        encoder = Encoder(container, parse_encoding(None, live=True), pixels, Fraction(25))
        assert [len(encoder.encode(index / 25, pixels + index)) for index in range(5)] == [1] * 5
        assert encoder.rest() == []
