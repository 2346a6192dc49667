"""`clfnet fuse` as its users start it: a process, real files of every kind."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import tifffile
from numpy.typing import NDArray

from clfnet.io.image import Image, Pixels, read_image, to_uint8, write_image
from clfnet.weights import Model

HEIGHT, WIDTH = 24, 33


def clfnet(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "clfnet", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def smooth(depth: int, channels: int, seed: int) -> Pixels:
    """An image that JPEG hardly changes."""
    y, x = np.mgrid[:HEIGHT, :WIDTH] / max(HEIGHT, WIDTH)
    waves = [np.sin((2 + seed) * x + c) * np.cos(2 * y + seed) for c in range(channels)]
    levels = (np.dstack(waves) * 0.35 + 0.5) * (2**depth - 1)
    pixels: Pixels = np.squeeze(levels).astype(np.uint8 if depth == 8 else np.uint16)
    return pixels


def expected(infrared: Pixels, visible: Pixels) -> NDArray[np.float64]:
    """The luma that the maximum gives, in [0, 1]."""

    def luma(pixels: Pixels) -> NDArray[np.float64]:
        unit = pixels / np.iinfo(pixels.dtype).max
        weighted: NDArray[np.float64] = unit @ [0.299, 0.587, 0.114] if unit.ndim == 3 else unit
        return weighted

    return np.maximum(luma(infrared), luma(visible))


KINDS = {  # stem: infrared suffix, bits, channels; visible suffix, bits, channels, alpha
    "grey-png": (".png", 8, 1, ".png", 8, 1, False),
    "deep-png": (".png", 16, 1, ".png", 16, 3, False),
    "deep-alpha-png": (".tif", 16, 1, ".png", 16, 3, True),
    "alpha-png": (".bmp", 8, 1, ".png", 8, 3, True),
    "grey-alpha-png": (".jpg", 8, 1, ".png", 8, 1, True),
    "deep-tif": (".png", 16, 1, ".tiff", 16, 3, False),
    "deep-alpha-tif": (".tif", 16, 3, ".tif", 16, 1, True),
    "bmp": (".tif", 8, 1, ".bmp", 8, 3, False),
    "jpg": (".jpeg", 8, 3, ".JPG", 8, 3, False),
    "with spaces, ünï.code": (".png", 8, 1, ".jpeg", 8, 1, False),
}


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    infrared, visible = tmp_path / "ir", tmp_path / "vi"
    for stem, (ir, ir_bits, ir_channels, vi, bits, channels, has_alpha) in KINDS.items():
        alpha = smooth(bits, 1, 5) if has_alpha else None
        write_image(infrared / (stem + ir), Image(smooth(ir_bits, ir_channels, 1)))
        write_image(visible / (stem + vi), Image(smooth(bits, channels, 2), alpha))
    return infrared, visible


def test_a_mixed_folder(tmp_path: Path, folders: tuple[Path, Path], maximum_onnx: Path) -> None:
    output = tmp_path / "out"
    options = ("--model", maximum_onnx, "--range", "full", "--json")
    done = clfnet("fuse", *folders, "-o", output, *options)
    assert done.returncode == 0
    black_hot, note = done.stderr.splitlines()  # made images are bright on the whole
    assert black_hot.startswith("clfnet: note: infrared: looks black-hot")
    assert note.startswith("clfnet: note: infrared: in colour, and not by a palette known here")
    assert note.endswith("(2 images)")
    entries = {Path(entry["visible"]).stem: entry for entry in json.loads(done.stdout)}
    assert set(entries) == set(KINDS)
    for entry in entries.values():
        assert Path(entry["output"]).name == Path(entry["visible"]).name
        assert (entry["width"], entry["height"]) == (WIDTH, HEIGHT)
        infrared, visible = read_image(Path(entry["infrared"])), read_image(Path(entry["visible"]))
        fused = read_image(Path(entry["output"]))
        assert fused.pixels.dtype == visible.pixels.dtype
        assert fused.pixels.shape == visible.pixels.shape
        if visible.alpha is not None:
            assert fused.alpha is not None
            np.testing.assert_array_equal(fused.alpha, visible.alpha)
        found = expected(fused.pixels, np.zeros_like(fused.pixels))  # its luma
        wanted = expected(infrared.pixels, visible.pixels)
        lossy = entry["output"].lower().endswith((".jpg", ".jpeg"))
        step = 4 / 255 if lossy else 0.51 / np.iinfo(fused.pixels.dtype).max
        assert np.abs(found - wanted).max() <= step, entry["output"]


def test_results_are_what_another_reader_sees(
    tmp_path: Path, folders: tuple[Path, Path], maximum_onnx: Path
) -> None:
    clfnet("fuse", *folders, "-o", tmp_path / "out", "--model", maximum_onnx)
    for path in (tmp_path / "out").iterdir():
        if path.suffix.startswith(".tif"):
            shape = tifffile.imread(path).shape
        else:
            with PIL.Image.open(path) as picture:
                shape = np.asarray(picture).shape
        assert shape[:2] == (HEIGHT, WIDTH)
    deep = tifffile.imread(tmp_path / "out" / "deep-tif.tiff")
    np.testing.assert_array_equal(deep, read_image(tmp_path / "out" / "deep-tif.tiff").pixels)


def test_orientation_is_applied(tmp_path: Path, maximum_onnx: Path) -> None:
    sideways, exif = PIL.Image.new("RGB", (30, 20), "red"), PIL.Image.Exif()
    exif[274] = 6
    sideways.save(tmp_path / "vi.jpg", exif=exif)
    write_image(tmp_path / "ir.png", Image(np.zeros((30, 20), np.uint8)))
    model = ("--model", maximum_onnx)
    done = clfnet(
        "fuse", tmp_path / "ir.png", tmp_path / "vi.jpg", "-o", tmp_path / "a.jpg", *model
    )
    assert (done.returncode, done.stderr) == (0, "")
    with PIL.Image.open(tmp_path / "a.jpg") as picture:
        assert picture.size == (20, 30)
        assert picture.getexif().get(274, 1) == 1


def test_one_broken_file(tmp_path: Path, folders: tuple[Path, Path], maximum_onnx: Path) -> None:
    broken = folders[1] / "deep-png.png"
    broken.write_bytes(broken.read_bytes()[:200])
    done = clfnet("fuse", *folders, "-o", tmp_path / "out", "--model", maximum_onnx)
    assert done.returncode == 3
    assert len(done.stdout.splitlines()) == len(KINDS) - 1
    assert len(list((tmp_path / "out").iterdir())) == len(KINDS) - 1
    notes = [line for line in done.stderr.splitlines() if line.startswith("clfnet: note:")]
    (line,) = (line for line in done.stderr.splitlines() if line not in notes)
    assert len(notes) == 2  # black-hot, and in colour
    assert line.startswith(f"clfnet: error: {broken} must be a whole image")


def test_nothing_is_overwritten_and_nothing_half_written(
    tmp_path: Path, folders: tuple[Path, Path], maximum_onnx: Path
) -> None:
    output = tmp_path / "out"
    output.mkdir()
    (output / "bmp.bmp").write_bytes(b"mine")
    model = ("--model", maximum_onnx)
    done = clfnet("fuse", *folders, "-o", output, *model)
    assert done.returncode == 3
    assert "bmp.bmp must not exist yet" in done.stderr
    assert (output / "bmp.bmp").read_bytes() == b"mine"
    assert clfnet("fuse", *folders, "-o", output, *model, "--overwrite").returncode == 0
    assert read_image(output / "bmp.bmp").width == WIDTH
    assert len(list(output.iterdir())) == len(KINDS)  # no temporary names either


def test_sizes_that_differ_are_both_named(tmp_path: Path, maximum_onnx: Path) -> None:
    write_image(tmp_path / "ir.png", Image(np.zeros((240, 320), np.uint8)))
    write_image(tmp_path / "vi.png", Image(np.zeros((480, 640, 3), np.uint8)))
    done = clfnet(
        "fuse", tmp_path / "ir.png", tmp_path / "vi.png", "-o", tmp_path / "out.png",
        "--model", maximum_onnx,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert "320x240" in line
    assert "640x480" in line
    assert "is flat" in line
    assert "--points FILE" in line
    assert not (tmp_path / "out.png").exists()


def test_a_folder_that_may_not_be_written(
    tmp_path: Path, folders: tuple[Path, Path], maximum_onnx: Path
) -> None:
    (tmp_path / "file").write_bytes(b"")
    done = clfnet("fuse", *folders, "-o", tmp_path / "file" / "out", "--model", maximum_onnx)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert all(line.startswith("clfnet: error: ") for line in done.stderr.splitlines())


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
def test_ctrl_c_leaves_whole_files_only(tmp_path: Path, maximum_onnx: Path) -> None:
    frame = np.random.default_rng(0).integers(0, 255, (400, 400, 3), np.uint8)
    for i in range(150):
        for name in ("ir", "vi"):
            (tmp_path / name).mkdir(exist_ok=True)
            write_image(tmp_path / name / f"{i:03}.bmp", Image(frame))
    command = ["fuse", tmp_path / "ir", tmp_path / "vi", "-o", tmp_path / "out", "--format", "png"]
    process = subprocess.Popen(
        [sys.executable, "-m", "clfnet", *map(str, command), "--model", str(maximum_onnx)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    while not (tmp_path / "out").is_dir() or not any((tmp_path / "out").glob("*.png")):
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in stderr
    written = sorted((tmp_path / "out").iterdir())
    assert 0 < len(written) < 150
    assert all(path.suffix == ".png" and read_image(path).width == 400 for path in written)


def test_the_shipped_model_on_real_pairs(tmp_path: Path, shared: Path, shipped: Model) -> None:
    source = shared / "data" / "msrs"
    done = clfnet("fuse", source / "ir", source / "vi", "-o", tmp_path, "--threads", "1")
    assert (done.returncode, done.stderr) == (0, "")
    for path in sorted(tmp_path.iterdir()):
        fused, visible = read_image(path), read_image(source / "vi" / path.name)
        assert fused.pixels.shape == visible.pixels.shape
        assert to_uint8(fused.pixels).std() > 10
