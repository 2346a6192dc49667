"""Videos, network streams and test images, decoded."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from clfnet.errors import VideoError
from clfnet.inference.arrays import grey
from clfnet.video import stream
from clfnet.video import stream as module
from clfnet.video.stream import StreamSource

Clips = Any


def test_frames_times_size_and_rate(clips: Clips) -> None:
    path = clips.write("a.mp4", clips.stamped(20), rate=Fraction(30000, 1001))
    source = StreamSource(str(path))
    frames = list(source)
    assert [clips.number(frame.pixels) for frame in frames] == list(range(20))
    assert [f.time for f in frames] == pytest.approx([i * 1001 / 30000 for i in range(20)])
    assert (source.width, source.height, source.live) == (64, 48, False)
    assert source.rate == Fraction(30000, 1001)
    assert source.duration == pytest.approx(20 * 1001 / 30000, abs=0.01)
    assert source.damage == []
    source.close()


def test_16_bit_thermal_is_bit_exact(clips: Clips) -> None:
    rng = np.random.default_rng(0)
    counts = [rng.integers(0, 65536, (48, 64)).astype(np.uint16) for _ in range(3)]
    path = clips.write("t.mkv", counts, codec="ffv1", pix_fmt="gray16le", form="gray16le")
    for frame, expected in zip(StreamSource(str(path)), counts, strict=True):
        assert frame.pixels.dtype == np.uint16
        np.testing.assert_array_equal(frame.pixels, expected)


def test_8_bit_grey_stays_grey(clips: Clips) -> None:
    path = clips.write("g.mkv", clips.stamped(2), codec="ffv1", pix_fmt="gray")
    frames = list(StreamSource(str(path)))
    assert [(f.pixels.shape, f.pixels.dtype.name) for f in frames] == [((48, 64), "uint8")] * 2
    np.testing.assert_array_equal(frames[1].pixels, clips.stamped(2)[1])


def test_ten_bit_colour_keeps_its_depth(clips: Clips) -> None:
    rows, columns = np.mgrid[0:48, 0:64]
    ramp = np.dstack([columns * 1000, rows * 1300, columns * 0 + 30000]).astype(np.uint16)
    path = clips.write("d.mkv", [ramp], codec="ffv1", pix_fmt="yuv444p10le", form="rgb48le")
    (frame,) = StreamSource(str(path))
    assert frame.pixels.dtype == np.uint16
    assert np.abs(frame.pixels.astype(int) - ramp).mean() < 100


@pytest.mark.parametrize(("shape", "matrix"), [((48, 64), "ITU601"), ((720, 64), "ITU709")])
def test_colours_of_unstated_kind_follow_the_size(
    clips: Clips, shape: tuple[int, int], matrix: str
) -> None:
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]]
    colours = np.dstack([columns * 4, rows * 255 // shape[0], 255 - columns * 2]).astype(np.uint8)
    frame = av.VideoFrame.from_ndarray(colours, "rgb24").reformat(
        format="yuv444p", dst_colorspace=matrix, dst_color_range="MPEG"
    )
    path = clips.folder / "c.mkv"
    with av.open(str(path), "w") as container:
        out: Any = container.add_stream("ffv1", rate=25)
        out.height, out.width, out.pix_fmt = *shape, "yuv444p"
        plain = av.VideoFrame.from_ndarray(frame.to_ndarray(), "yuv444p")
        container.mux(out.encode(plain))
        container.mux(out.encode(None))
    (found,) = StreamSource(str(path))
    assert np.abs(found.pixels.astype(int) - colours).mean() < 1.5


def test_irregular_times_stay(clips: Clips) -> None:
    times = [0.0, 0.04, 0.2, 0.21, 1.0]
    path = clips.write("v.mkv", clips.stamped(5), times=times)
    assert [f.time for f in StreamSource(str(path))] == pytest.approx(times, abs=1e-3)


@pytest.mark.parametrize("degrees", [90, 180, -90])
def test_rotation_is_applied(clips: Clips, degrees: int) -> None:
    picture = np.full((48, 64), 30, np.uint8)
    picture[:24, :32] = 220  # bright at the top left
    path = clips.folder / "r.mp4"
    with av.open(str(path), "w") as container:
        out: Any = container.add_stream("libx264", rate=25)
        out.height, out.width, out.pix_fmt = 48, 64, "yuv420p"
        out.set_display_rotation(degrees)
        container.mux(out.encode(av.VideoFrame.from_ndarray(picture, "gray")))
        container.mux(out.encode(None))
    with av.open(str(path)) as container:
        turned = next(container.decode(video=0)).rotation  # counter-clockwise, as FFmpeg tells it
    source = StreamSource(str(path))
    (frame,) = source
    grey = frame.pixels.mean(axis=2)
    assert (source.height, source.width) == grey.shape
    assert grey.shape == ((48, 64) if degrees == 180 else (64, 48))
    corners = {
        0: grey[2, 2], 90: grey[-3, 2], 180: grey[-3, -3], -180: grey[-3, -3], -90: grey[2, -3]
    }  # fmt: skip
    assert corners[turned] > 150
    assert sorted([grey[2, 2], grey[2, -3], grey[-3, 2], grey[-3, -3]])[2] < 60


def cut(path: Path, share: float) -> Path:
    data = path.read_bytes()
    short = path.with_name("cut" + path.suffix)
    short.write_bytes(data[: int(len(data) * share)])
    return short


def noisy(count: int) -> list[Any]:
    rng = np.random.default_rng(0)
    return [rng.integers(0, 255, (48, 64, 3)).astype(np.uint8) for _ in range(count)]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.mkv", {}),
        ("a.mp4", {"movflags": "faststart"}),
        ("a.mp4", {"movflags": "frag_keyframe+empty_moov", "frag_duration": "100000"}),
        ("a.avi", {}),
        ("a.ts", {}),
    ],
)
def test_a_truncated_file_gives_the_frames_up_to_there(
    clips: Clips, name: str, options: dict[str, str]
) -> None:
    whole = clips.write(name, noisy(40), options=options)
    assert len(list(StreamSource(str(whole)))) == 40
    assert StreamSource(str(whole)).damage == []
    source = StreamSource(str(cut(whole, 0.6)))
    assert 8 < len(list(source)) < 36
    if name != "a.ts" and "empty_moov" not in options.get("movflags", ""):
        assert source.damage, "a header tells how long the file was to be"


def test_damage_in_the_middle_is_skipped(clips: Clips) -> None:
    path = clips.write("a.mkv", noisy(40), options={"cluster_time_limit": "200"})
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 3000] = bytes(3000)
    path.write_bytes(data)
    source = StreamSource(str(path))
    frames = list(source)
    assert 20 < len(frames) <= 40
    assert all(a.time < b.time for a, b in pairwise(frames))


def test_an_index_that_is_missing_is_told(clips: Clips) -> None:
    whole = clips.write("a.mp4", noisy(20))  # its index comes last
    with pytest.raises(VideoError, match=r"must be a whole video, but .*cut short"):
        StreamSource(str(cut(whole, 0.5)))


def test_not_a_video(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"this is not a video at all" * 40)
    with pytest.raises(VideoError, match=r"a.mp4 must be a whole video") as caught:
        StreamSource(str(path))
    assert "\n" not in str(caught.value)
    path.write_bytes(b"")
    with pytest.raises(VideoError, match=r"a.mp4 must be"):
        StreamSource(str(path))


def test_no_video_stream(clips: Clips) -> None:
    path = clips.folder / "a.mp4"
    with av.open(str(path), "w") as container:
        voice: Any = container.add_stream("aac", rate=48000)
        voice.layout = "mono"
        clips._add_sound(container, voice, 0.3)
    with pytest.raises(VideoError, match=r"must hold a video stream, but has audio only"):
        StreamSource(str(path))


def test_no_frame(clips: Clips) -> None:
    path = clips.write("a.mkv", clips.stamped(1))
    with av.open(str(path)) as container:
        packet = next(container.demux(video=0))
        at, size = packet.pos, packet.size
    data = bytearray(path.read_bytes())
    payload = data.index(bytes(packet), at)
    data[payload : payload + size] = bytes(size)
    path.write_bytes(data)
    with pytest.raises(VideoError, match=r"must hold frames, but none can be decoded"):
        StreamSource(str(path))


def test_frames_too_large(clips: Clips, monkeypatch: pytest.MonkeyPatch) -> None:
    path = clips.write("a.mp4", clips.stamped(1))
    monkeypatch.setattr(stream, "MAX_PIXELS", 64 * 48 - 1)
    with pytest.raises(VideoError, match=r"at most .* megapixels, but they are 64x48"):
        StreamSource(str(path))


def test_a_playlist_does_not_lead_elsewhere(tmp_path: Path) -> None:
    path = tmp_path / "list.m3u8"
    path.write_text(
        "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n"
    )
    with pytest.raises(VideoError, match=r"list.m3u8 must"):
        StreamSource(str(path))


def test_a_camera_that_is_not_there() -> None:
    with pytest.raises(
        VideoError, match=r"/dev/video99 must be a source that can be opened, but: "
    ):
        StreamSource("/dev/video99")


def test_a_device_is_live() -> None:
    source = StreamSource("lavfi:testsrc=size=64x48:rate=10")
    assert (source.live, source.duration, source.rate) == (True, None, Fraction(10))
    frames = iter(source)
    assert [next(frames).time for _ in range(3)] == pytest.approx([0.0, 0.1, 0.2])
    source.close()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


class _Endless(_Quiet):
    """Serves a file without its length, as a camera does."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "video/mp2t")
        self.end_headers()
        name = self.path.lstrip("/")
        self.wfile.write((Path(self.directory) / name).read_bytes())


class _Stalling(_Quiet):
    """Serves a file, and then keeps the line open in silence."""

    over = threading.Event()

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write((Path(self.directory) / "a.ts").read_bytes())
        self.wfile.flush()
        self.over.wait(5)


@contextmanager
def serve(handler: type[_Quiet], folder: Path) -> Iterator[str]:
    bound = partial(handler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), bound) as serving:
        thread = threading.Thread(target=serving.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{serving.server_address[1]}"
        serving.shutdown()
        thread.join()


@pytest.fixture(params=[_Quiet, _Endless])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, bool]]:
    with serve(request.param, tmp_path) as url:
        yield url, request.param is _Endless


def test_http(clips: Clips, server: tuple[str, bool]) -> None:
    url, endless = server
    name = "a.ts" if endless else "a.mp4"
    clips.write(name, clips.stamped(20), options={} if endless else {"movflags": "faststart"})
    source = StreamSource(f"{url}/{name}")
    assert source.live == endless
    assert [clips.number(frame.pixels) for frame in source] == list(range(20))
    source.close()


def test_a_stream_that_falls_silent_has_ended(
    clips: Clips, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "_PATIENCE", 0.5)
    clips.write("a.ts", clips.stamped(20))
    with serve(_Stalling, clips.folder) as url:
        source = StreamSource(f"{url}/a.ts")
        assert len(list(source)) >= 18
        assert source.damage == ["no frame for 0.5 s"]
        source.close()
        _Stalling.over.set()


def test_a_url_that_is_not_there() -> None:
    with pytest.raises(
        VideoError, match=r"http://127.0.0.1:9/a must be a source that can be opened"
    ):
        StreamSource("http://127.0.0.1:9/a")


@pytest.mark.parametrize("unstamped", [[0], [0, 1], [1], [0, 1, 2, 3]])
def test_frames_without_a_time_follow_those_before(
    clips: Clips, monkeypatch: pytest.MonkeyPatch, unstamped: list[int]
) -> None:
    whole = StreamSource._raw_frames

    def raw_frames(self: StreamSource) -> Iterator[av.VideoFrame]:
        for index, frame in enumerate(whole(self)):
            if index in unstamped:
                frame.pts = None
            yield frame

    monkeypatch.setattr(StreamSource, "_raw_frames", raw_frames)
    source = StreamSource(str(clips.write("a.mp4", clips.stamped(4), rate=25)))
    assert [frame.time for frame in source] == pytest.approx([0, 0.04, 0.08, 0.12])
    assert source.origin == 0


@pytest.mark.parametrize("pix_fmt", ["yuv420p", "yuvj422p", "yuv444p"])
def test_what_holds_no_colour_is_one_plane_with_the_levels_of_colours(
    clips: Clips, pix_fmt: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    codec = "mjpeg" if "j" in pix_fmt else "libx264"
    rng = np.random.default_rng(0)
    noise = [rng.integers(0, 255, (48, 66), np.uint8) for _ in range(3)]
    path = clips.write("a.mkv", noise, codec=codec, pix_fmt=pix_fmt)
    planes = [frame.pixels for frame in StreamSource(str(path))]
    monkeypatch.setattr(module, "_is_neutral", lambda raw: False)
    colours = [frame.pixels for frame in StreamSource(str(path))]
    for plane, colour in zip(planes, colours, strict=True):
        assert (plane.shape, plane.strides[-1], colour.strides[-1]) == ((48, 66, 3), 0, 1)
        np.testing.assert_array_equal(plane, colour)
        np.testing.assert_allclose(grey(plane), grey(colour), rtol=0, atol=1e-6)


def test_a_frame_with_colour_is_not_taken_for_grey(clips: Clips) -> None:
    plain = np.full((48, 64, 3), 90, np.uint8)
    red = plain.copy()
    red[20:30, 20:30, 0] = 200
    path = clips.write("a.mp4", [plain, red, plain])
    found = [frame.pixels.strides[-1] for frame in StreamSource(str(path))]
    assert found == [0, 1, 0]
