"""Two streams in, one out."""

import json
import signal
import subprocess
import sys
import textwrap
import threading
import time
import weakref
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import clfnet
from clfnet.errors import InputError, OutputExistsError, VideoError
from clfnet.io.image import Image, Pixels, write_image
from clfnet.method import FloatImage
from clfnet.video.frames import Frame
from clfnet.video.pipeline import fuse_video
from clfnet.video.range import fixed
from clfnet.video.threads import AHEAD, Drain

Array = NDArray[Any]
Clips = Any


def maximum(infrared: FloatImage, visible: Pixels) -> Array:
    heat = np.rint(255 * infrared).astype(np.uint8)
    return np.maximum(visible, heat if visible.ndim == 2 else heat[..., None])


class Seen:
    """A fuser that keeps the grey levels it was given, and returns the visible frame."""

    def __init__(self) -> None:
        self.pairs: list[tuple[float, float]] = []

    def __call__(self, infrared: FloatImage, visible: Pixels) -> Array:
        self.pairs.append((float(infrared.mean()) * 255, float(visible.mean())))
        return visible


def test_two_videos(clips: Clips) -> None:
    infrared = clips.write("ir.mp4", clips.stamped(20))
    visible = clips.write("vi.mp4", clips.stamped(20), sound="aac")
    told = []
    report = fuse_video(
        maximum,
        infrared,
        visible,
        clips.folder / "o.mp4",
        progress=lambda at: told.append((at.frames, at.expected)),
    )
    assert clips.numbers(clips.folder / "o.mp4") == list(range(20))
    assert told == [(count, 20) for count in range(1, 21)]
    assert (report.frames, report.repeated, report.dropped) == (20, 0, 0)
    assert (report.width, report.height, report.codec) == (64, 48, "H.264")
    assert report.audio == "aac copied"
    assert report.duration == pytest.approx(0.8)
    assert not report.interrupted
    assert report.fps == pytest.approx(20 / report.seconds)
    assert (report.visible.unused_head, report.visible.unused_tail) == (0, 0)
    assert report.infrared.damage == ()


def test_the_report_is_json(clips: Clips) -> None:
    infrared = clips.write("ir.mp4", clips.stamped(3))
    report = fuse_video(maximum, infrared, infrared, clips.folder / "o.mkv")
    found = json.loads(json.dumps(report.as_dict()))
    assert found["output"] == str(clips.folder / "o.mkv")
    assert found["infrared"]["name"] == str(infrared)
    assert found["infrared"]["damage"] == []
    assert set(found) == set(report.__dataclass_fields__)


def test_rates_offset_and_lengths_differ(clips: Clips) -> None:
    infrared = clips.write("ir.mp4", clips.stamped(9), rate=9)
    visible = clips.write("vi.mp4", clips.stamped(28), rate=Fraction(30000, 1001), sound="aac")
    fuser = Seen()
    report = fuse_video(fuser, infrared, visible, clips.folder / "o.mkv", offset=0.3)
    # The infrared begins at 0.3 s of the visible: with half a frame, from frame 8 (0.267 s) on.
    assert clips.numbers(clips.folder / "o.mkv") == list(range(8, 28))
    times = np.arange(8, 28) * 1001 / 30000 - 0.3
    wanted = np.clip(np.rint(times * 9), 0, 8)
    assert [round((heat - 24) / 8) for heat, _ in fuser.pairs] == wanted.tolist()
    assert report.frames == 20
    assert report.repeated == 20 - len(set(wanted))
    assert report.visible.unused_head == pytest.approx(8 * 1001 / 30000)
    assert report.visible.unused_tail == pytest.approx(0, abs=0.01)
    assert report.infrared.unused_head == 0
    assert report.infrared.unused_tail == pytest.approx(1.3 - 28 * 1001 / 30000, abs=0.01)
    assert report.largest_lag is not None
    assert report.largest_lag < 0.06


def test_irregular_times_stay(clips: Clips) -> None:
    times = [0.0, 0.1, 0.15, 0.5, 0.9]
    infrared = clips.write("ir.mp4", clips.stamped(25))
    visible = clips.write("vi.mkv", clips.stamped(5), times=times)
    fuse_video(maximum, infrared, visible, clips.folder / "o.mp4")
    found = [time for time, _ in clips.read(clips.folder / "o.mp4")]
    assert found == pytest.approx(times, abs=0.001)


def test_sixteen_bit_infrared_is_ranged_steadily(clips: Clips) -> None:
    rng = np.random.default_rng(0)
    still = 20000 + 500 * rng.random((48, 64))
    counts = [(still + rng.normal(0, 3, still.shape)).astype(np.uint16) for _ in range(10)]
    infrared = clips.write("ir.mkv", counts, codec="ffv1", pix_fmt="gray16le", form="gray16le")
    visible = clips.write("vi.mp4", clips.stamped(10))
    ranged: list[FloatImage] = []

    def keep(heat: FloatImage, light: Pixels) -> Array:
        ranged.append(heat)
        return light

    fuse_video(keep, infrared, visible, clips.folder / "o.mp4")
    assert ranged[0].min() == 0
    assert ranged[0].max() == 1
    assert ranged[0].mean() == pytest.approx(0.5, abs=0.05)
    scale = (counts[5][7, 9].astype(float) - counts[2][7, 9]) / 490
    assert ranged[5][7, 9] - ranged[2][7, 9] == pytest.approx(scale, rel=0.05)


def test_a_range_can_be_given(clips: Clips) -> None:
    infrared = clips.write("ir.mp4", clips.stamped(2))
    fuser = Seen()
    fuse_video(fuser, infrared, infrared, clips.folder / "o.mp4", ranging=fixed(0.0, 0.25))
    assert [heat for heat, _ in fuser.pairs] == pytest.approx([24 * 4, 32 * 4], abs=5)


def test_folders_of_frames(clips: Clips) -> None:
    for index, pixels in enumerate(clips.stamped(12)):
        write_image(clips.folder / "ir" / f"{index}.png", Image(pixels))
        write_image(clips.folder / "vi" / f"street{index}.png", Image(pixels))
    folders = clips.folder / "ir", clips.folder / "vi"
    report = fuse_video(maximum, *folders, clips.folder / "frames", fps=10)
    names = sorted(file.stem for file in (clips.folder / "frames").iterdir())
    assert names == sorted(f"street{index}" for index in range(12))
    assert report.codec == "PNG"
    assert report.duration == pytest.approx(1.2)
    assert report.audio == "the output holds none"
    fuse_video(maximum, *folders, clips.folder / "o.webm", fps=10)
    assert clips.numbers(clips.folder / "o.webm") == list(range(12))
    with pytest.raises(OutputExistsError):
        fuse_video(maximum, *folders, clips.folder / "frames", fps=10)


def test_sizes_are_the_fuser_s_business(clips: Clips) -> None:
    infrared = clips.write("ir.mp4", clips.stamped(3, (24, 32)))
    visible = clips.write("vi.mp4", clips.stamped(3))
    shapes = []

    def fuse(heat: FloatImage, light: Pixels) -> Array:
        shapes.append((heat.shape, light.shape))
        return light[:40]

    report = fuse_video(fuse, infrared, visible, clips.folder / "o.mp4")
    assert set(shapes) == {((24, 32), (48, 64, 3))}
    assert (report.width, report.height) == (64, 40)
    assert (report.infrared.width, report.infrared.height) == (32, 24)


def test_the_fuser_of_the_package(clips: Clips) -> None:
    infrared = clips.write("ir.mp4", clips.stamped(3))
    fuser = clfnet.Fuser("maximum")
    fuse_video(fuser, infrared, infrared, clips.folder / "o.mp4")
    assert clips.numbers(clips.folder / "o.mp4") == [0, 1, 2]


def test_frames_bounds_the_result(clips: Clips) -> None:
    infrared = clips.write("ir.mp4", clips.stamped(20), sound="aac")
    told = []
    report = fuse_video(
        maximum, infrared, infrared, clips.folder / "o.mp4", frames=7,
        progress=lambda at: told.append((at.frames, at.expected)),
    )  # fmt: skip
    assert clips.numbers(clips.folder / "o.mp4") == list(range(7))
    assert told[-1] == (7, 7)
    assert (report.interrupted, report.visible.unused_tail) == (False, None)


def test_damage_is_told(clips: Clips) -> None:
    visible = clips.write("vi.avi", clips.stamped(20), codec="mjpeg", pix_fmt="yuvj420p")
    infrared = clips.write("ir.mp4", clips.stamped(20))
    data = visible.read_bytes()
    visible.write_bytes(data[: len(data) // 2])
    report = fuse_video(maximum, infrared, visible, clips.folder / "o.mp4")
    assert 5 < report.frames < 15
    assert report.visible.damage
    assert clips.numbers(clips.folder / "o.mp4")[:5] == list(range(5))


def test_no_overlap(clips: Clips) -> None:
    infrared = clips.write("ir.mp4", clips.stamped(5))
    with pytest.raises(VideoError, match=r"must overlap in time, got 9.00 to 9.20 s and 0.00"):
        fuse_video(maximum, infrared, infrared, clips.folder / "o.mp4", offset=9)
    assert not (clips.folder / "o.mp4").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"offset": float("nan")}, "`offset` must be a number of seconds"),
        ({"frames": 0}, "`frames` must be at least 1, got 0"),
        ({"fps": 30}, "`fps` is for folders of frames, got 30"),
    ],
)
def test_arguments_that_make_no_sense(clips: Clips, options: dict[str, Any], message: str) -> None:
    infrared = clips.write("ir.mp4", clips.stamped(2))
    with pytest.raises(VideoError, match=message):
        fuse_video(maximum, infrared, infrared, clips.folder / "o.mp4", **options)


def test_an_input_is_never_the_output(clips: Clips) -> None:
    infrared = clips.write("ir.mp4", clips.stamped(2))
    before = infrared.read_bytes()
    with pytest.raises(InputError, match="must not be one of the inputs"):
        fuse_video(maximum, infrared, infrared, infrared, overwrite=True)
    assert infrared.read_bytes() == before


def clfnet_threads() -> list[str]:
    """Those of a run; the threads of a method's tiles stay for the next image."""
    names = [thread.name for thread in threading.enumerate()]
    return [name for name in names if name in ("clfnet-read", "clfnet-write")]


def test_an_error_of_the_fuser_stops_all_and_leaves_nothing(clips: Clips) -> None:
    infrared = clips.write("ir.mp4", clips.stamped(60))
    calls = []

    def fail(heat: FloatImage, light: Pixels) -> Array:
        calls.append(0)
        if len(calls) == 10:
            raise RuntimeError("no")
        return light

    with pytest.raises(RuntimeError, match="no"):
        fuse_video(fail, infrared, infrared, clips.folder / "o.mp4")
    assert [file.name for file in clips.folder.iterdir()] == ["ir.mp4"]
    assert clfnet_threads() == []


def test_an_error_of_the_encoder_stops_all(clips: Clips) -> None:
    infrared = clips.write("ir.mp4", clips.stamped(60))
    heights = iter(range(10, 90))

    def shrink(heat: FloatImage, light: Pixels) -> Array:
        return light[: next(heights)]

    with pytest.raises(VideoError, match="must keep their size"):
        fuse_video(shrink, infrared, infrared, clips.folder / "o.mp4")
    assert [file.name for file in clips.folder.iterdir()] == ["ir.mp4"]
    assert clfnet_threads() == []


def test_ctrl_c_in_the_fuser_completes_what_there_is(clips: Clips) -> None:
    infrared = clips.write("ir.mp4", clips.stamped(28), sound="aac")
    calls = []

    def interrupted(heat: FloatImage, light: Pixels) -> Array:
        calls.append(0)
        if len(calls) == 11:
            raise KeyboardInterrupt
        return light

    report = fuse_video(interrupted, infrared, infrared, clips.folder / "o.mp4")
    assert (report.interrupted, report.frames) == (True, 10)
    assert clips.numbers(clips.folder / "o.mp4") == list(range(10))
    assert clfnet_threads() == []


@pytest.mark.parametrize("before", [False, True])
def test_ctrl_c_while_the_encoder_finishes(
    clips: Clips, monkeypatch: pytest.MonkeyPatch, before: bool
) -> None:
    infrared = clips.write("ir.mp4", clips.stamped(5))
    finish, presses = Drain.finish, [KeyboardInterrupt()]

    def press(drain: Drain) -> None:
        finish(drain)
        if presses:
            raise presses.pop()

    def fuse(heat: FloatImage, light: Pixels) -> Array:
        if before and number(light) == 3:
            raise KeyboardInterrupt
        return light

    number = clips.number
    monkeypatch.setattr(Drain, "finish", press)
    if before:  # twice: the user is in a hurry
        with pytest.raises(KeyboardInterrupt):
            fuse_video(fuse, infrared, infrared, clips.folder / "o.mp4")
        return
    report = fuse_video(fuse, infrared, infrared, clips.folder / "o.mp4")
    assert (report.interrupted, report.frames) == (True, 5)
    assert clips.numbers(clips.folder / "o.mp4") == list(range(5))


def test_ctrl_c_before_the_first_frame(clips: Clips) -> None:
    infrared = clips.write("ir.mp4", clips.stamped(5))

    def interrupted(heat: FloatImage, light: Pixels) -> Array:
        raise KeyboardInterrupt

    report = fuse_video(interrupted, infrared, infrared, clips.folder / "o.mp4")
    assert (report.interrupted, report.frames, report.output) == (True, 0, None)
    assert not (clips.folder / "o.mp4").exists()


def test_memory_is_bounded_whatever_the_length(clips: Clips) -> None:
    alive = {"now": 0, "most": 0}

    def release() -> None:
        alive["now"] -= 1

    class Counting(Camera):
        live = False

        def __iter__(self) -> Iterator[Frame]:
            for index in range(300):
                pixels = np.full((48, 64), index % 200, np.uint8)
                alive["now"] += 1
                alive["most"] = max(alive.values())
                weakref.finalize(pixels, release)
                yield Frame(index / 25, pixels)

    infrared, visible = (Counting(name, 25, []) for name in ("ir", "vi"))
    report = fuse_video(maximum, infrared, visible, clips.folder / "o.mkv")
    assert report.frames == 300
    assert alive["most"] <= 3 * (AHEAD + 4)  # three queues, and what is in work beside each


class Camera:
    """A live source: frames at a rate, for ever."""

    width, height, live, duration, damage = 64, 48, True, None, ()

    def __init__(self, name: str, rate: int, stamped: list[Array]) -> None:
        self.name, self.rate, self._stamped = name, Fraction(rate), stamped
        self._closed = False

    def __iter__(self) -> Iterator[Frame]:
        for index in range(10_000):
            if self._closed:
                return
            time.sleep(float(1 / self.rate))
            yield Frame(float(index / self.rate), self._stamped[index % 28])

    def close(self) -> None:
        self._closed = True


def test_two_cameras(clips: Clips) -> None:
    stamped = clips.stamped(28)
    infrared, visible = Camera("ir", 50, stamped), Camera("vi", 200, stamped)

    def slow(heat: FloatImage, light: Pixels) -> Array:
        time.sleep(0.02)
        return light

    report = fuse_video(slow, infrared, visible, clips.folder / "o.mkv", frames=15)
    assert report.frames == 15
    assert report.late > 5  # three of four visible frames come too early
    assert report.largest_lag is None
    found = clips.read(clips.folder / "o.mkv")
    assert len(found) == 15
    assert found[-1][0] > 0.1  # late frames leave gaps: the pace is the scene's
    assert clfnet_threads() == []


def test_latency_is_measured_of_live_sources_alone(clips: Clips) -> None:
    class Stamped(Camera):
        def __iter__(self) -> Iterator[Frame]:
            for frame in super().__iter__():
                yield frame._replace(arrived=time.monotonic())

    def slow(heat: FloatImage, light: Pixels) -> Array:
        time.sleep(0.03)
        return light

    stamped = clips.stamped(28)
    told: list[Any] = []
    report = fuse_video(
        slow, Stamped("ir", 50, stamped), Stamped("vi", 200, stamped), clips.folder / "o.mkv",
        frames=12, progress=told.append,
    )  # fmt: skip
    assert report.latency_p50 is not None
    assert report.latency_p99 is not None
    assert 0.03 <= report.latency_p50 <= report.latency_p99 < 2
    assert (told[-1].frames, told[-1].late) == (12, pytest.approx(report.late, abs=60))
    assert told[-1].latency_p50 is not None
    clip = clips.write("ir.mp4", clips.stamped(3))
    recorded = fuse_video(maximum, clip, clip, clips.folder / "o.mp4", progress=told.append)
    assert (recorded.latency_p50, recorded.late, told[-1].latency_p99) == (None, 0, None)


def test_an_old_infrared_frame_goes_with_nothing(clips: Clips) -> None:
    class Old(Camera):
        age = 0.0

        def __iter__(self) -> Iterator[Frame]:
            for frame in super().__iter__():
                yield frame._replace(arrived=time.monotonic() - self.age)

    infrared, visible = (Old(name, 50, clips.stamped(28)) for name in ("ir", "vi"))
    infrared.age = 2.0
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    report = fuse_video(maximum, infrared, visible, clips.folder / "o.mp4", stop=stop)
    assert (report.frames, report.output) == (0, None)
    assert report.outdated > 3


def test_a_sink_of_one_s_own(clips: Clips) -> None:
    class Times:
        codec, width, height, count = "times", 64, 48, 0

        def __init__(self) -> None:
            self.files: list[str] = []
            self.times: list[float] = []

        def write(self, frame: Frame) -> None:
            self.times.append(frame.time)
            self.count += 1

        def finish(self) -> None:
            self.files = ["kept"]

        def abort(self) -> None: ...

    clip, sink = clips.write("ir.mp4", clips.stamped(4)), Times()
    report = fuse_video(maximum, clip, clip, sink)
    assert sink.times == pytest.approx([0, 0.04, 0.08, 0.12])
    assert (report.output, report.files, report.frames) == ("times", ("kept",), 4)


def test_segments_of_two_videos(clips: Clips) -> None:
    clip = clips.write("ir.mp4", clips.stamped(28) * 2, sound="aac")
    report = fuse_video(maximum, clip, clip, clips.folder / "o.mp4", segment_seconds=1)
    assert [len(clips.read(Path(name))) for name in report.files] == [25, 25, 6]
    assert report.audio == "segments hold none"
    assert not (clips.folder / "o.mp4").exists()


def test_two_devices(clips: Clips) -> None:
    report = fuse_video(
        maximum,
        "lavfi:testsrc=size=64x48:rate=50,realtime",
        "lavfi:testsrc2=size=64x48:rate=25,realtime",
        clips.folder / "o.mp4",
        frames=10,
    )
    assert report.audio == "not recorded from live sources"
    assert len(clips.read(clips.folder / "o.mp4")) == report.frames == 10


def test_stop_ends_cameras(clips: Clips) -> None:
    stop = threading.Event()
    infrared, visible = (Camera(name, 100, clips.stamped(28)) for name in ("ir", "vi"))
    threading.Timer(0.2, stop.set).start()
    report = fuse_video(maximum, infrared, visible, clips.folder / "o.mp4", stop=stop)
    assert report.interrupted
    assert len(clips.numbers(clips.folder / "o.mp4")) == report.frames > 3


def test_live_goes_with_live(clips: Clips) -> None:
    camera = Camera("camera", 100, clips.stamped(28))
    clip = clips.write("ir.mp4", clips.stamped(2))
    with pytest.raises(VideoError, match="both live or both recorded, but camera is live"):
        fuse_video(maximum, clip, camera, clips.folder / "o.mp4")
    with pytest.raises(VideoError, match="`offset` must be 0 for live sources"):
        fuse_video(maximum, camera, camera, clips.folder / "o.mp4", offset=1)


SCRIPT = """
import sys, time
import numpy as np
from clfnet.video.pipeline import fuse_video

def slow(infrared, visible):
    time.sleep(0.005)
    return visible

def progress(at):
    print(at.frames, flush=True)

report = fuse_video(slow, *sys.argv[1:4], progress=progress)
print("done", report.frames, report.interrupted, flush=True)
"""


@pytest.fixture
def running(clips: Clips) -> Iterator[Any]:
    """Fuses 400 noisy frames in a process of its own; waits for the 90th."""
    rng = np.random.default_rng(0)
    noise = [rng.integers(0, 255, (48, 64), np.uint8) for _ in range(28)]
    frames = [noise[i % 28] for i in range(400)]
    clip = clips.write("ir.mkv", frames, rate=8, sound="aac", codec="ffv1", pix_fmt="gray")
    started = []

    def start(output: str) -> tuple[subprocess.Popen[str], Path]:
        path = clips.folder / output
        process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(SCRIPT), str(clip), str(clip), str(path)],
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip() == "90":
                break
        return process, path

    yield start
    for process in started:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


@pytest.mark.parametrize("output", ["o.mp4", "o.mkv"])
def test_ctrl_c_leaves_a_file_that_plays(running: Any, clips: Clips, output: str) -> None:
    process, path = running(output)
    process.send_signal(signal.SIGINT)
    word, frames, interrupted = process.communicate()[0].split("\n")[-2].split()
    assert (word, interrupted, process.returncode) == ("done", "True", 0)
    assert 90 <= int(frames) < 400
    assert len(clips.read(path)) == int(frames)
    assert sorted(file.name for file in clips.folder.iterdir()) == sorted(["ir.mkv", output])


@pytest.mark.parametrize("output", ["o.mp4", "o.mkv", "o.webm"])
def test_a_killed_process_leaves_a_part_that_plays(running: Any, clips: Clips, output: str) -> None:
    process, path = running(output)
    process.kill()
    process.wait()
    assert not path.exists()
    (part,) = clips.folder.glob("o.part-*")
    assert part.suffix == path.suffix
    assert 20 < len(clips.read(part)) <= 120
