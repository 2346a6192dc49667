"""Video files that fused frames go to."""

from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from clfnet.errors import InputError, OutputExistsError, VideoError
from clfnet.video.frames import Frame
from clfnet.video.output import open_sink

Clips = Any
SUFFIXES = [".mp4", ".mkv", ".webm"]


def write(sink: Any, frames: list[Any], times: list[float] | None = None) -> None:
    for index, pixels in enumerate(frames):
        sink.write(Frame(times[index] if times else index / 25, pixels))
    sink.finish()


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("shape", [(48, 64), (48, 64, 3)])
def test_frames_come_back(clips: Clips, suffix: str, shape: tuple[int, ...]) -> None:
    path = clips.folder / "new" / f"o{suffix}"
    sink = open_sink(path, rate=Fraction(25))
    write(sink, clips.stamped(20, shape))
    assert clips.numbers(path) == list(range(20))
    assert [time for time, _ in clips.read(path)] == pytest.approx(
        [i / 25 for i in range(20)], abs=0.0006
    )
    assert (sink.count, sink.width, sink.height) == (20, 64, 48)
    assert [file.name for file in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize(
    ("dtype", "full"), [(np.uint8, 255), (np.uint16, 65535), (np.float32, 1.0)]
)
def test_every_depth(clips: Clips, dtype: Any, full: float) -> None:
    path = clips.folder / "o.mp4"
    write(open_sink(path), [np.full((48, 64), full * 0.4, dtype)])
    assert clips.read(path)[0][1].mean() == pytest.approx(102, abs=2)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_colours_are_true_and_tagged(clips: Clips, suffix: str) -> None:
    rows, columns = np.mgrid[0:48, 0:64]
    colours = np.dstack([columns * 4, rows * 5, 255 - columns * 2]).astype(np.uint8)
    path = clips.folder / f"o{suffix}"
    write(open_sink(path), [colours])
    with av.open(str(path)) as container:
        frame = next(container.decode(video=0))
    assert (frame.colorspace, frame.color_range) == (1, 1)  # BT.709, limited
    found = frame.to_ndarray(format="rgb24").astype(int)
    assert np.abs(found - colours).mean() < 5
    assert np.abs((found - colours).mean(axis=(0, 1))).max() < 2.5


def test_an_odd_size_gets_a_copy_of_its_last_row_and_column(clips: Clips) -> None:
    path = clips.folder / "o.mp4"
    picture = np.zeros((47, 63), np.uint8)
    picture[-1], picture[:, -1] = 200, 200
    sink = open_sink(path)
    write(sink, [picture])
    (_, found), = clips.read(path)  # fmt: skip
    assert found.shape == (48, 64, 3)
    assert found[-2:].mean() == pytest.approx(200, abs=6)
    assert found[:, -2:].mean() == pytest.approx(200, abs=6)
    assert (sink.width, sink.height) == (64, 48)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_irregular_times_begin_at_0_and_stay(clips: Clips, suffix: str) -> None:
    path = clips.folder / f"o{suffix}"
    times = [3.0, 3.04, 3.2, 3.21, 4.5]
    write(open_sink(path, rate=Fraction(25)), clips.stamped(5), times)
    assert [time for time, _ in clips.read(path)] == pytest.approx(
        [time - 3.0 for time in times], abs=0.001
    )


@pytest.mark.parametrize("rate", [Fraction(24000, 1001), Fraction(30000, 1001), Fraction(9)])
def test_a_regular_rate_stays_exact(clips: Clips, rate: Fraction) -> None:
    path = clips.folder / "o.mp4"
    sink = open_sink(path, rate=rate)
    write(sink, clips.stamped(20), [float(i / rate) for i in range(20)])
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert stream.average_rate == rate
        assert stream.start_time == 0
        assert (stream.duration or 0) * (stream.time_base or 0) == 20 / rate


def test_a_finished_mp4_is_an_ordinary_one(clips: Clips) -> None:
    path = clips.folder / "o.mp4"
    write(open_sink(path), clips.stamped(100))
    data = path.read_bytes()
    assert data[4:8] == b"ftyp"
    with av.open(str(path)) as container:
        assert container.streams.video[0].frames == 100  # one index of all: seekable everywhere


def test_nothing_is_overwritten_unasked(clips: Clips) -> None:
    path = clips.folder / "o.mp4"
    path.write_bytes(b"mine")
    with pytest.raises(OutputExistsError):
        open_sink(path)
    assert path.read_bytes() == b"mine"
    write(open_sink(path, overwrite=True), clips.stamped(2))
    assert clips.numbers(path) == [0, 1]


def test_a_file_that_appears_meanwhile_is_kept(clips: Clips) -> None:
    path = clips.folder / "o.mp4"
    sink = open_sink(path)
    sink.write(Frame(0.0, clips.stamped(1)[0]))
    path.write_bytes(b"mine")
    with pytest.raises(OutputExistsError, match=r"appeared meanwhile .* the result is .*o.part-"):
        sink.finish()
    sink.abort()
    assert path.read_bytes() == b"mine"
    (part,) = clips.folder.glob("o.part-*")
    assert clips.numbers(part) == [0]


def test_abort_leaves_nothing(clips: Clips) -> None:
    sink = open_sink(clips.folder / "o.mkv")
    sink.write(Frame(0.0, clips.stamped(1)[0]))
    sink.abort()
    assert list(clips.folder.iterdir()) == []


def test_no_frame_makes_no_file(clips: Clips) -> None:
    open_sink(clips.folder / "o.mp4").finish()
    assert list(clips.folder.iterdir()) == []


def test_a_size_that_changes_is_refused(clips: Clips) -> None:
    sink = open_sink(clips.folder / "o.mp4")
    sink.write(Frame(0.0, np.zeros((48, 64), np.uint8)))
    with pytest.raises(VideoError, match="must keep their size, 64x48, but one is 32x48"):
        sink.write(Frame(0.1, np.zeros((48, 32), np.uint8)))
    sink.abort()


def test_a_place_that_cannot_be_written(clips: Clips) -> None:
    (clips.folder / "file").touch()
    sink = open_sink(clips.folder / "file" / "o.mp4")
    with pytest.raises(InputError, match=r"o.mp4 cannot be written: .*Choose another place\.$"):
        sink.write(Frame(0.0, clips.stamped(1)[0]))
    sink.abort()


def test_a_disk_that_is_full(clips: Clips) -> None:
    resource = pytest.importorskip("resource")
    sink = open_sink(clips.folder / "o.mkv")
    noise = np.random.default_rng(0).integers(0, 255, (240, 320), np.uint8)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill() -> None:
        for index in range(200):
            sink.write(Frame(index / 25, np.roll(noise, index * 7)))

    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, hard))
    try:
        with pytest.raises(InputError, match=r"o.mkv cannot be written: File too large"):
            fill()
        sink.abort()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(clips.folder.iterdir()) == []


def segmented(clips: Clips, **options: Any) -> Any:
    return open_sink(clips.folder / "o.mkv", rate=Fraction(25), segment_seconds=1, **options)


def test_segments_lose_nothing_and_are_whole_before_the_next_begins(clips: Clips) -> None:
    sink = segmented(clips)
    for index, pixels in enumerate(clips.stamped(28) * 2):
        sink.write(Frame(5 + index / 25, pixels))
        assert len(sink.files) == index // 25
    sink.finish()
    names = [f"o-{number:05d}.mkv" for number in range(3)]
    assert sink.files == [str(clips.folder / name) for name in names]
    assert sorted(file.name for file in clips.folder.iterdir()) == names
    found = [clips.numbers(clips.folder / name) for name in names]
    assert [len(each) for each in found] == [25, 25, 6]
    assert [*chain(*found)] == [*range(28)] * 2
    assert [clips.read(clips.folder / name)[0][0] for name in names] == [0, 0, 0]
    assert sink.count == 56


def test_a_gap_begins_a_segment_of_its_own(clips: Clips) -> None:
    sink = segmented(clips)
    write(sink, clips.stamped(4), [0.0, 0.5, 9.0, 9.9])
    assert [len(clips.read(Path(name))) for name in sink.files] == [2, 2]


def test_segments_of_before_are_kept_unless_asked(clips: Clips) -> None:
    (clips.folder / "o-00007.mkv").write_bytes(b"mine")
    (clips.folder / "o-notes.mkv").touch()
    with pytest.raises(OutputExistsError, match=r"o-00007.mkv"):
        segmented(clips)
    write(segmented(clips, overwrite=True), clips.stamped(2))
    assert clips.numbers(clips.folder / "o-00000.mkv") == [0, 1]


def test_an_error_completes_the_segment_it_finds(clips: Clips) -> None:
    sink = segmented(clips)
    for index, pixels in enumerate(clips.stamped(28)):
        sink.write(Frame(index / 25, pixels))
    sink.abort()
    assert [len(clips.read(Path(name))) for name in sink.files] == [25, 3]
    assert len(list(clips.folder.iterdir())) == 2
