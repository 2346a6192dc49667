"""Pairs of files to fused files."""

import json
import threading
import time
from pathlib import Path
from typing import get_args

import numpy as np
import PIL.Image
import pytest
import tifffile

from clfnet.errors import ConfigError, InputError, OutputExistsError, SizeMismatchError
from clfnet.example import night_street
from clfnet.inference.files import Job, fuse_file, fuse_files, plan
from clfnet.inference.fuser import Fuser
from clfnet.io.image import Image, read_image, write_image
from clfnet.method import FloatImage, Reach
from clfnet.options import Compression
from clfnet.thermal.flir import read_radiometric


class Maximum:
    """A fake method."""

    name = "maximum"

    def __call__(self, infrared: FloatImage, visible: FloatImage) -> FloatImage:
        return np.maximum(infrared, visible)


FUSER = Fuser(Maximum())


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    infrared, visible = tmp_path / "ir" / "a.png", tmp_path / "vi" / "a.bmp"
    write_image(infrared, Image(np.full((4, 6), 90, np.uint8)))
    write_image(visible, Image(np.full((4, 6, 3), 50, np.uint8)))
    return infrared, visible


def test_plan_keeps_stem_and_suffix() -> None:
    pairs = [(Path("ir/x.1.png"), Path("vi/x.1.JPG"))]
    assert plan(pairs, Path("out"))[0].output == Path("out/x.1.JPG")
    assert plan(pairs, Path("out"), suffix=".png")[0].output == Path("out/x.1.png")


def test_a_pair(tmp_path: Path, pair: tuple[Path, Path]) -> None:
    result = fuse_file(FUSER, Job(*pair, tmp_path / "new" / "a.png"))
    assert (result.width, result.height, result.error) == (6, 4, None)
    assert result.seconds > 0
    assert (read_image(tmp_path / "new" / "a.png").pixels == 90).all()


def test_compression_changes_the_file_alone(tmp_path: Path) -> None:
    scene = night_street()
    files = tmp_path / "ir.png", tmp_path / "vi.png"
    for file, pixels in zip(files, (scene.infrared, scene.visible), strict=True):
        write_image(file, Image(pixels))
    done = [
        fuse_file(Fuser(Maximum(), compression=each), Job(*files, tmp_path / f"{each}.png"))
        for each in get_args(Compression)
    ]
    fast, small = (read_image(tmp_path / f"{each}.png") for each in get_args(Compression))
    assert done[1].bytes < done[0].bytes
    np.testing.assert_array_equal(small.pixels, fast.pixels)
    assert done[0].record == done[1].record


def test_grey_stored_as_rgb_is_written_as_grey(tmp_path: Path) -> None:
    levels = night_street().visible[..., 0]
    infrared, grey, rgb = (tmp_path / f"{name}.png" for name in ("ir", "grey", "rgb"))
    write_image(infrared, Image(night_street().infrared))
    write_image(grey, Image(levels))
    write_image(rgb, Image(np.dstack([levels] * 3)))
    for visible in (grey, rgb):
        fuse_file(FUSER, Job(infrared, visible, tmp_path / f"of-{visible.name}"))
    assert (tmp_path / "of-rgb.png").read_bytes() == (tmp_path / "of-grey.png").read_bytes()
    assert Fuser(Maximum())(infrared, rgb).shape == (*levels.shape, 3)


def test_what_is_there_is_kept(tmp_path: Path, pair: tuple[Path, Path]) -> None:
    output = tmp_path / "a.png"
    output.write_bytes(b"mine")
    with pytest.raises(OutputExistsError):
        fuse_file(FUSER, Job(*pair, output))
    assert output.read_bytes() == b"mine"
    fuse_file(FUSER, Job(*pair, output), overwrite=True)
    assert read_image(output).width == 6


@pytest.mark.parametrize("which", [0, 1])
def test_inputs_are_never_overwritten(pair: tuple[Path, Path], which: int) -> None:
    before = pair[which].read_bytes()
    with pytest.raises(InputError, match="must not be one of the inputs"):
        fuse_file(FUSER, Job(*pair, pair[which]), overwrite=True)
    assert pair[which].read_bytes() == before


def test_one_bad_pair_does_not_stop_the_rest(tmp_path: Path, pair: tuple[Path, Path]) -> None:
    write_image(tmp_path / "small.png", Image(np.zeros((2, 2), np.uint8)))
    outputs = [tmp_path / "out" / f"{i}.png" for i in range(3)]
    jobs = [
        Job(*pair, outputs[0]),
        Job(pair[0], tmp_path / "small.png", outputs[1]),
        Job(*pair, outputs[2]),
    ]
    results = list(fuse_files(FUSER, jobs))
    assert [result.error is None for result in results] == [True, False, True]
    assert isinstance(results[1].error, SizeMismatchError)
    assert "6x4" in str(results[1].error)
    assert "2x2" in str(results[1].error)
    assert [path.name for path in sorted((tmp_path / "out").iterdir())] == ["0.png", "2.png"]


def test_results_come_one_by_one(tmp_path: Path, pair: tuple[Path, Path]) -> None:
    results = fuse_files(FUSER, [Job(*pair, tmp_path / f"{i}.png") for i in range(2)])
    next(results)
    assert not (tmp_path / "1.png").exists()


def test_too_large_for_memory_is_one_bad_pair(tmp_path: Path, pair: tuple[Path, Path]) -> None:
    class Greedy(Maximum):
        def __call__(self, infrared: FloatImage, visible: FloatImage) -> FloatImage:
            raise MemoryError

    (result,) = fuse_files(Fuser(Greedy()), [Job(*pair, tmp_path / "a.png")])
    assert "must fit into memory" in str(result.error)


def test_our_bugs_are_not_hidden(tmp_path: Path, pair: tuple[Path, Path]) -> None:
    class Broken(Maximum):
        def __call__(self, infrared: FloatImage, visible: FloatImage) -> FloatImage:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(fuse_files(Fuser(Broken(), threads=2), [Job(*pair, tmp_path / "a.png")]))


def test_a_radiometric_file_is_a_pair(tmp_path: Path, flir: Path) -> None:
    (job,) = plan([(flir,)], tmp_path / "out", temperatures_folder=tmp_path / "celsius")
    assert job == Job(flir, None, tmp_path / "out" / "flir.jpg", tmp_path / "celsius" / "flir.tiff")
    job = job._replace(output=tmp_path / "out" / "a.png")
    result = fuse_file(FUSER, job)
    assert result.temperatures == tmp_path / "celsius" / "flir.tiff"
    assert (result.width, result.height) == (64, 48)  # 80 / 1.25, and as high as it is wide
    written = tifffile.imread(job.temperatures)
    expected = read_radiometric(flir).celsius
    np.testing.assert_array_equal(written, expected)  # whatever the image is cut to
    with PIL.Image.open(job.output) as picture:
        assert json.loads(picture.info["Description"]) == result.record
    assert result.record["alignment"]["made"] == "camera's tags"


def test_temperatures_need_a_meaning(tmp_path: Path, pair: tuple[Path, Path]) -> None:
    job = Job(*pair, tmp_path / "a.png", tmp_path / "a.tiff")
    with pytest.raises(ConfigError, match=r"must measure temperatures.*is no temperature"):
        fuse_file(FUSER, job)
    assert not job.output.exists()
    with pytest.raises(InputError, match=r"must end in \.tif"):
        fuse_file(FUSER, job._replace(temperatures=tmp_path / "a.png"))


def test_deep_results_need_a_deep_format(tmp_path: Path, pair: tuple[Path, Path]) -> None:
    deep = Fuser(Maximum(), depth=16)
    with pytest.raises(ConfigError, match=r"a\.jpg must be PNG or TIFF to hold 16 bits"):
        fuse_file(deep, Job(*pair, tmp_path / "a.jpg"))
    fuse_file(deep, Job(*pair, tmp_path / "a.png"))
    np.testing.assert_array_equal(read_image(tmp_path / "a.png").pixels, 90 * 257)
    shallow = Fuser(Maximum(), depth=8)
    write_image(tmp_path / "deep.png", Image(np.full((4, 6), 60000, np.uint16)))
    fuse_file(shallow, Job(pair[0], tmp_path / "deep.png", tmp_path / "b.png"))
    assert (read_image(tmp_path / "b.png").pixels == 60000).all()  # the visible's is deeper


class Local(Maximum):
    """The same, of known reach."""

    reach = Reach(0)

    def __init__(self) -> None:
        self.at_once = self.most = 0
        self.lock = threading.Lock()

    def __call__(self, infrared: FloatImage, visible: FloatImage) -> FloatImage:
        with self.lock:
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        time.sleep(0.01)
        with self.lock:
            self.at_once -= 1
        return super().__call__(infrared, visible)


def test_several_pairs_at_once_keep_the_threads_busy(
    tmp_path: Path, pair: tuple[Path, Path]
) -> None:
    method = Local()
    jobs = [Job(*pair, tmp_path / f"{i}.png") for i in range(12)]
    jobs[5] = jobs[5]._replace(visible=tmp_path / "no.png")
    results = list(fuse_files(Fuser(method, threads=2), jobs))
    assert [result.output for result in results] == [job.output for job in jobs]
    assert [result.error is None for result in results] == [i != 5 for i in range(12)]
    assert method.most == 2
    expected = read_image(jobs[0].output).pixels
    assert all((read_image(job.output).pixels == expected).all() for job in jobs[6:])


def test_no_more_pairs_are_begun_than_are_asked_for(
    tmp_path: Path, pair: tuple[Path, Path]
) -> None:
    results = fuse_files(
        Fuser(Local(), threads=2), [Job(*pair, tmp_path / f"{i}.png") for i in range(9)]
    )
    assert next(results).error is None
    results.close()  # as Ctrl-C does
    assert len(list(tmp_path.glob("*.png"))) <= 4


def test_our_bugs_are_not_hidden_by_threads(tmp_path: Path, pair: tuple[Path, Path]) -> None:
    class Broken(Local):
        def __call__(self, infrared: FloatImage, visible: FloatImage) -> FloatImage:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(
            fuse_files(
                Fuser(Broken(), threads=2), [Job(*pair, tmp_path / f"{i}.png") for i in range(4)]
            )
        )
