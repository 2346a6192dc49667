"""Frames to where a URL says, and HLS."""

import re
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from clfnet.errors import OutputExistsError, VideoError
from clfnet.video.encoding import parse_encoding
from clfnet.video.frames import Frame
from clfnet.video.stream_sink import HlsSink, StreamSink

LIVE = parse_encoding(None, live=True)

# The reading end in a process of its own: it listens, and prints time and level of every frame.
READER = """
import av, sys
with av.open(sys.argv[1], timeout=20) as container:
    for frame in container.decode(video=0):
        print(round(float(frame.time), 4), round(float(frame.to_ndarray(format="gray").mean())))
"""


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    with socket.socket(socket.AF_INET, kind) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Reader:
    """Takes a stream; `found` waits for its end."""

    def __init__(self, url: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(READER), url], stdout=subprocess.PIPE, text=True
        )

    def found(self) -> list[tuple[float, int]]:
        out, _ = self.process.communicate(timeout=30)
        return [(float(time), int(level)) for time, level in map(str.split, out.splitlines())]


@pytest.fixture
def readers() -> Iterator[list[Reader]]:
    started: list[Reader] = []
    yield started
    for reader in started:
        reader.process.kill()
        reader.process.communicate()


def written_once_there(sink: StreamSink, frame: Frame) -> None:
    """Write the first frame as soon as somebody listens."""
    for _ in range(200):
        try:
            sink.write(frame)
        except VideoError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError


def test_mpeg_ts_over_tcp(clips: Any, readers: list[Reader]) -> None:
    url = f"tcp://127.0.0.1:{free_port()}"
    readers.append(Reader(f"{url}?listen=1"))
    sink = StreamSink(url, LIVE, rate=Fraction(25))
    frames = clips.stamped(20)
    times = [3 + index / 25 + (0.5 if index > 9 else 0) for index in range(20)]
    written_once_there(sink, Frame(times[0], frames[0]))
    for at, pixels in zip(times[1:], frames[1:], strict=True):
        sink.write(Frame(at, pixels))
    sink.finish()
    found = readers[0].found()
    assert [round((level - 24) / 8) for _, level in found] == list(range(20))
    begin = found[0][0]
    assert [at - begin for at, _ in found] == pytest.approx([at - 3 for at in times], abs=0.001)
    assert (sink.count, sink.width, sink.height, sink.codec) == (20, 64, 48, "H.264")
    assert sink.files == [url]


def test_mpeg_ts_over_udp_in_whole_packets() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(10)
        sink = StreamSink(f"udp://127.0.0.1:{listener.getsockname()[1]}", LIVE)
        noise = np.random.default_rng(0).integers(0, 255, (96, 128, 3), np.uint8)
        sink.write(Frame(0.0, noise))
        sink.finish()
        packet = listener.recv(65536)
    assert len(packet) % 188 == 0
    assert len(packet) <= 1316
    assert packet[::188] == b"G" * (len(packet) // 188)


def test_a_recording_is_sent_at_its_own_pace() -> None:
    sink = StreamSink(f"udp://127.0.0.1:{free_port(socket.SOCK_DGRAM)}", LIVE, paced=True)
    start = time.monotonic()
    for index in range(6):
        sink.write(Frame(7 + index / 20, np.zeros((48, 64), np.uint8)))
    assert time.monotonic() - start >= 0.25
    sink.finish()


@pytest.mark.parametrize("scheme", ["rtsp", "rtmp", "tcp"])
def test_nobody_there_is_one_line_without_the_password(scheme: str) -> None:
    sink = StreamSink(f"{scheme}://user:secret@127.0.0.1:{free_port()}/fused", LIVE)
    message = (
        rf"{scheme}://\*\*\*@127.0.0.1.* must take the fused frames, but: .*Connection refused"
    )
    with pytest.raises(VideoError, match=message) as error:
        sink.write(Frame(0.0, np.zeros((48, 64), np.uint8)))
    assert "secret" not in str(error.value)
    sink.abort()


def test_a_server_that_goes_is_told() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        hung_up = threading.Thread(target=lambda: listener.accept()[0].close())
        hung_up.start()
        sink = StreamSink(f"tcp://127.0.0.1:{listener.getsockname()[1]}", LIVE)
        noise = np.random.default_rng(0).integers(0, 255, (96, 128, 3), np.uint8)

        def send() -> None:
            for index in range(200):
                sink.write(Frame(index / 25, np.roll(noise, index)))
                time.sleep(0.01)

        with pytest.raises(VideoError, match=r"must take .*\(after \d+ frames\)\. Check that its"):
            send()
        sink.abort()
        hung_up.join()


RISING = [np.full((48, 64), 40 + index, np.uint8) for index in range(140)]  # no scene ends


def hls(folder: Path, **options: Any) -> HlsSink:
    return HlsSink(folder / "live" / "50% a.m3u8", LIVE, rate=Fraction(25), **options)


def test_hls_is_a_playlist_of_whole_segments(clips: Any) -> None:
    sink = hls(clips.folder)
    folder = clips.folder / "live"
    for index, pixels in enumerate(RISING):
        sink.write(Frame(index / 25, pixels))
        if index == 80:  # while it runs, what the list names is there
            names = re.findall(r"^[^#].*$", (folder / "50% a.m3u8").read_text(), re.MULTILINE)
            assert names == ["50% a-00000.ts"]
            assert len(clips.read(folder / names[0])) == 50
    sink.finish()
    text = (folder / "50% a.m3u8").read_text()
    assert "#EXT-X-ENDLIST" in text
    assert "#EXT-X-PROGRAM-DATE-TIME:" in text
    names = re.findall(r"^[^#].*$", text, re.MULTILINE)
    assert names == [f"50% a-{number:05d}.ts" for number in range(3)]
    assert sorted(path.name for path in folder.iterdir()) == sorted([*names, "50% a.m3u8"])
    with av.open(str(folder / "50% a.m3u8")) as container:
        levels = [f.to_ndarray(format="rgb24").mean() for f in container.decode(video=0)]
    assert levels == pytest.approx([pixels.mean() for pixels in RISING], abs=2)
    assert sink.files == [str(folder / "50% a.m3u8")]


def test_hls_segments_are_as_long_as_asked(clips: Any) -> None:
    sink = hls(clips.folder, seconds=4)
    for index, pixels in enumerate(RISING):
        sink.write(Frame(index / 25, pixels))
    sink.finish()
    assert len(clips.read(clips.folder / "live" / "50% a-00000.ts")) == 100


def test_hls_replaces_nothing_unasked(clips: Any) -> None:
    (clips.folder / "live").mkdir()
    (clips.folder / "live" / "50% a-00000.ts").write_bytes(b"mine")
    with pytest.raises(OutputExistsError, match=r"50% a-00000.ts must not be there yet"):
        hls(clips.folder)
    hls(clips.folder, overwrite=True).finish()
    assert (clips.folder / "live" / "50% a-00000.ts").read_bytes() == b"mine"


def test_a_name_that_ffmpeg_would_put_a_number_into(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match=r"a%3d.m3u8 must not contain a pattern"):
        HlsSink(tmp_path / "a%3d.m3u8", LIVE)


def test_hls_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "live").touch()
    sink = hls(tmp_path)
    with pytest.raises(VideoError, match=r"50% a.m3u8 cannot be written: .*Choose another place"):
        sink.write(Frame(0.0, np.zeros((48, 64), np.uint8)))
    sink.abort()
