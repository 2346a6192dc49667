"""Sound that goes along."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest

from clfnet.video.audio import AudioTrack
from clfnet.video.frames import Frame
from clfnet.video.output import open_sink
from clfnet.video.stream import StreamSource

Clips = Any


def remade(clips: Clips, source: Path, output: str, *, skip: int = 0, keep: int = 1000) -> Any:
    """The image and sound of a clip again, from a frame on; returns the sound's state, path."""
    stream = StreamSource(str(source))
    audio = AudioTrack(str(source), stream.origin)
    target = clips.folder / output
    sink = open_sink(target, rate=stream.rate, audio=audio)
    for frame in list(stream)[skip : skip + keep]:
        sink.write(frame)
    sink.finish()
    return audio.state, target


@pytest.mark.parametrize(
    ("source", "codec", "output", "state"),
    [
        ("a.mp4", "aac", "o.mp4", "aac copied"),
        ("a.mp4", "aac", "o.mkv", "aac copied"),
        ("a.mp4", "aac", "o.webm", "aac transcoded to libopus"),
        ("a.mkv", "libopus", "o.webm", "opus copied"),
        ("a.mkv", "libopus", "o.mp4", "opus copied"),
        ("a.mkv", "pcm_s16le", "o.mp4", "pcm_s16le transcoded to aac"),
        ("a.mkv", "pcm_s16le", "o.mkv", "pcm_s16le copied"),
        ("a.ts", "aac", "o.mp4", "aac copied"),
    ],
)
def test_sound_stays_in_step(
    clips: Clips, source: str, codec: str, output: str, state: str
) -> None:
    made = clips.write(source, clips.stamped(25), sound=codec)
    found, path = remade(clips, made, output)
    assert found == state
    assert [clips.number(pixels) for _, pixels in clips.read(path)] == list(range(25))
    start, end = clips.beep(path)
    began = clips.read(path)[0][0]
    assert start - began == pytest.approx(0.5, abs=0.03)
    assert end - began == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize(("codec", "output"), [("aac", "o.mp4"), ("pcm_s16le", "o.mp4")])
def test_sound_is_trimmed_to_the_picture(clips: Clips, codec: str, output: str) -> None:
    made = clips.write("a.mkv", clips.stamped(50), sound=codec)  # the beep begins at 1 s
    _, path = remade(clips, made, output, skip=15, keep=20)  # 0.6 s to 1.4 s
    start, end = clips.beep(path)
    began = clips.read(path)[0][0]
    assert start - began == pytest.approx(0.4, abs=0.03)
    assert end - began == pytest.approx(0.8, abs=0.06)


def test_no_sound(clips: Clips) -> None:
    state, path = remade(clips, clips.write("a.mp4", clips.stamped(3)), "o.mp4")
    assert state == "the visible video has none"
    with av.open(str(path)) as container:
        assert [stream.type for stream in container.streams] == ["video"]


def test_damaged_sound_ends_early_and_is_told(
    clips: Clips, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = clips.write("a.mkv", clips.stamped(10), sound="pcm_s16le")
    stream = StreamSource(str(made))
    audio = AudioTrack(str(made), stream.origin)

    def broken(*_: object) -> None:
        raise av.error.InvalidDataError(1, "broken")

    monkeypatch.setattr(audio, "_encode", broken)
    sink = open_sink(clips.folder / "o.mp4", rate=Fraction(25), audio=audio)
    for frame in stream:
        sink.write(Frame(frame.time, frame.pixels))
    sink.finish()
    assert audio.state == "pcm_s16le transcoded to aac, until damage (broken)"
    assert len(clips.read(clips.folder / "o.mp4")) == 10
