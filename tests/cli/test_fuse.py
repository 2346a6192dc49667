"""`clfnet fuse`: where results go, and what is reported."""

import json
import os
import struct
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
import tifffile
from numpy.typing import NDArray

from clfnet.colour.palette import paint
from clfnet.example import night_street
from clfnet.io.image import Image, read_image, write_image

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def _model(manifest: Path) -> None:
    """`clfnet` is the maximum here."""


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    for name in ("a", "b"):
        write_image(tmp_path / "ir" / f"{name}.png", Image(np.full((4, 6), 90, np.uint8)))
        write_image(tmp_path / "vi" / f"{name}.jpg", Image(np.full((4, 6, 3), 50, np.uint8)))
    return tmp_path / "ir", tmp_path / "vi"


@pytest.fixture
def pair(folders: tuple[Path, Path]) -> tuple[Path, Path]:
    return folders[0] / "a.png", folders[1] / "a.jpg"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_two_files(run: Run, tmp_path: Path, pair: tuple[Path, Path]) -> None:
    output = tmp_path / "new" / "fused.png"
    assert run("fuse", *pair, "-o", output) == (0, f"{output}\n", "")
    assert (read_image(output).pixels == 90).all()


def test_two_files_into_a_folder(run: Run, tmp_path: Path, pair: tuple[Path, Path]) -> None:
    (tmp_path / "there").mkdir()
    run("fuse", *pair, "-o", tmp_path / "there")
    run("fuse", *pair, "-o", f"{tmp_path}/new/", "--format", "png")
    assert (names(tmp_path / "there"), names(tmp_path / "new")) == (["a.jpg"], ["a.png"])


def test_two_folders(run: Run, tmp_path: Path, folders: tuple[Path, Path]) -> None:
    code, out, err = run("fuse", *folders, "-o", tmp_path / "out", "--threads", "1")
    assert (code, err) == (0, "")
    assert out.split() == [str(tmp_path / "out" / name) for name in ("a.jpg", "b.jpg")]
    run("fuse", *folders, "-o", tmp_path / "tif", "--format", "tif")
    assert names(tmp_path / "tif") == ["a.tif", "b.tif"]


def test_nothing_is_overwritten_unasked(
    run: Run, tmp_path: Path, folders: tuple[Path, Path]
) -> None:
    run("fuse", *folders, "-o", tmp_path / "out")
    (tmp_path / "out" / "a.jpg").write_bytes(b"mine")
    code, out, err = run("fuse", *folders, "-o", tmp_path / "out")
    assert (code, out, err.count("must not exist yet")) == (2, "", 2)
    assert (tmp_path / "out" / "a.jpg").read_bytes() == b"mine"
    assert run("fuse", *folders, "-o", tmp_path / "out", "--overwrite")[0] == 0
    assert read_image(tmp_path / "out" / "a.jpg").width == 6


def test_hot_in_celsius(run: Run, tmp_path: Path, flir: Path) -> None:
    """The spot is at 53 °C, the ground at 44 °C; the palette says that it keeps the visible."""
    for hot, painted in (("50C", True), ("55 °C", False)):
        output = tmp_path / f"{hot}.png"
        options = ["--palette", "whitehot", "--hot", hot]
        code, _, err = run("fuse", flir, "-o", output, *options)
        assert code == 0
        assert err.count("clfnet: note: with a palette the visible image is kept") == 1
        assert (read_image(output).pixels[..., 2] > 200).any() == painted


def test_hot_in_celsius_of_an_image_for_the_eye(
    run: Run, tmp_path: Path, pair: tuple[Path, Path]
) -> None:
    code, _, err = run("fuse", *pair, "-o", tmp_path / "a.png", "--palette=lava", "--hot=40C")
    assert code == 2
    assert "`hot` in °C must have temperatures, but the infrared image holds levels" in err


def test_one_bad_file_does_not_stop_the_rest(
    run: Run, tmp_path: Path, folders: tuple[Path, Path]
) -> None:
    (folders[1] / "a.jpg").write_bytes(b"broken")
    code, out, err = run("fuse", *folders, "-o", tmp_path / "out")
    assert (code, out) == (3, f"{tmp_path / 'out' / 'b.jpg'}\n")
    assert err.startswith(f"clfnet: error: {folders[1] / 'a.jpg'} must be")
    assert err.count("\n") == 1


def test_all_bad_is_the_users_input(run: Run, tmp_path: Path, folders: tuple[Path, Path]) -> None:
    for path in folders[1].iterdir():
        path.write_bytes(b"broken")
    assert run("fuse", *folders, "-o", tmp_path / "out")[0] == 2
    assert not (tmp_path / "out").exists()


def test_a_file_without_partner_is_listed(
    run: Run, tmp_path: Path, folders: tuple[Path, Path]
) -> None:
    write_image(folders[0] / "c.png", Image(np.zeros((2, 2), np.uint8)))
    write_image(folders[1] / "d.png", Image(np.zeros((2, 2), np.uint8)))
    code, out, err = run("fuse", *folders, "-o", tmp_path / "out", "--json")
    assert code == 3
    assert err.count("must have a partner") == 2
    unpaired = [entry for entry in json.loads(out) if "error" in entry]
    assert [(entry["infrared"], entry["visible"]) for entry in unpaired] == [
        (str(folders[0] / "c.png"), None),
        (None, str(folders[1] / "d.png")),
    ]


def test_stems_that_do_not_match_are_told(
    run: Run, tmp_path: Path, pair: tuple[Path, Path]
) -> None:
    write_image(tmp_path / "other" / "z.png", Image(np.zeros((2, 2), np.uint8)))
    code, out, err = run("fuse", pair[0].parent, tmp_path / "other", "-o", tmp_path / "out")
    assert (code, out) == (2, "")
    assert "no two do (e.g. a.png, z.png)" in err


def test_one_file_twice_is_told(run: Run, tmp_path: Path, pair: tuple[Path, Path]) -> None:
    code, out, err = run("fuse", pair[0], pair[0], "-o", tmp_path / "out.png")
    assert (code, out, err.count("must be two images")) == (2, "", 1)


def test_a_plan_is_shown_before_the_work(
    run: Run, tmp_path: Path, folders: tuple[Path, Path]
) -> None:
    write_image(folders[0] / "c.png", Image(np.zeros((2, 2), np.uint8)))
    code, out, err = run("fuse", *folders, "-o", tmp_path / "out", "--dry-run")
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        *(f"{folders[0]}/{n}.png + {folders[1]}/{n}.jpg -> {tmp_path}/out/{n}.jpg" for n in "ab"),
        f"without a partner: {folders[0]}/c.png",
    ]
    assert not (tmp_path / "out").exists()
    _, out, _ = run("fuse", *folders, "-o", tmp_path / "out", "--dry-run", "--json")
    assert len(json.loads(out)["pairs"]) == 2


def test_one_folder_of_both_kinds(run: Run, tmp_path: Path) -> None:
    for name in ("DJI_1_T", "DJI_1_W", "DJI_1_Z"):
        write_image(tmp_path / "dcim" / f"{name}.png", Image(np.full((4, 6), 9, np.uint8)))
    code, out, err = run("fuse", tmp_path / "dcim", "-o", tmp_path / "out")
    assert (code, out) == (0, f"{tmp_path / 'out' / 'DJI_1_W.png'}\n")
    assert "1 pair by their names" in err
    assert "1 image of another lens" in err


def test_json(run: Run, tmp_path: Path, folders: tuple[Path, Path]) -> None:
    (folders[0] / "b.png").write_bytes(b"broken")
    code, out, _ = run("fuse", *folders, "-o", tmp_path / "out", "--json")
    assert code == 3
    good, bad = json.loads(out)
    assert good.pop("seconds") > 0
    done = good.pop("done")
    assert done["model"] == "clfnet"
    assert done["infrared"] == {"range": "full", "low": 0.0, "high": 255.0, "unit": "level"}
    assert good == {
        "infrared": str(folders[0] / "a.png"),
        "visible": str(folders[1] / "a.jpg"),
        "output": str(tmp_path / "out" / "a.jpg"),
        "width": 6,
        "height": 4,
    }
    assert set(bad) == {"infrared", "visible", "output", "error"}


def test_stretch(run: Run, tmp_path: Path) -> None:
    ramp = np.array([[50, 60, 100]], np.uint8)
    for name in ("a.png", "v.png"):
        write_image(tmp_path / name, Image(ramp))
    run("fuse", tmp_path / "a.png", tmp_path / "v.png", "-o", tmp_path / "b.png", "--stretch")
    assert read_image(tmp_path / "b.png").pixels.tolist() == [[0, 51, 255]]


def test_a_model_of_ones_own(
    run: Run, tmp_path: Path, pair: tuple[Path, Path], maximum_onnx: Path
) -> None:
    assert run("fuse", *pair, "-o", tmp_path / "a.png", "--model", maximum_onnx)[0] == 0
    code, _, err = run("fuse", *pair, "-o", tmp_path / "b.png", "--model", "clfnot")
    assert (code, "Did you mean `clfnet`" in err, err.count("\n")) == (2, True, 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["{ir}", "{vi}/a.jpg", "-o", "{out}"], "two files or two folders"),
        (["{ir}", "{vi}", "-o", "{vi}/a.jpg"], "is a file"),
        (["{ir}/a.png", "{vi}/a.jpg", "-o", "{out}"], "must end in one of .png"),
        (["{ir}/a.png", "{vi}/a.jpg", "-o", "{out}.png", "--format", "jpg"], "--format"),
        (["{ir}/no.png", "{vi}/a.jpg", "-o", "{out}.png"], "no.png must be an image file"),
        (["{ir}/no", "{vi}/no", "-o", "{out}.png"], "no must be an image file"),
        (["{ir}/a.png", "{vi}/a.jpg", "-o", "{vi}/a.jpg", "--overwrite"], "one of the inputs"),
        (["{ir}", "{vi}", "-o", "{vi}", "--overwrite"], "one of the inputs"),
    ],
)
def test_what_cannot_be_is_one_line_or_one_per_file(
    run: Run, tmp_path: Path, folders: tuple[Path, Path], arguments: list[str], message: str
) -> None:
    places = {"ir": folders[0], "vi": folders[1], "out": tmp_path / "out"}
    code, out, err = run("fuse", *(argument.format(**places) for argument in arguments))
    assert (code, out) == (2, "")
    assert all(line.startswith("clfnet: error: ") and message in line for line in err.splitlines())
    assert names(tmp_path) == ["ir", "vi", "weights"]


def test_jpeg_is_accepted_for_jpg(run: Run, tmp_path: Path, pair: tuple[Path, Path]) -> None:
    assert run("fuse", *pair, "-o", tmp_path / "a.jpeg", "--format", "jpg")[0] == 0


def test_a_bar_shows_on_a_terminal_if_it_takes_long(
    run: Run, tmp_path: Path, folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setattr("clfnet.cli.fuse._PATIENCE", -1.0)
    monkeypatch.setattr("clfnet.cli.fuse._is_terminal", lambda: True)
    code, out, err = run("fuse", *folders, "-o", tmp_path / "out")
    assert (code, len(out.split())) == (0, 2)
    assert "fusing" in err


def test_a_radiometric_file_and_a_folder_of_them(
    run: Run, tmp_path: Path, flir: Path, maximum_onnx: Path
) -> None:
    model = ("--model", maximum_onnx)
    out = tmp_path / "one.png"
    assert run("fuse", flir, "-o", out, *model, "--temperatures", tmp_path / "t.tiff")[0] == 0
    assert read_image(out).pixels.shape == (48, 64, 3)
    assert tifffile.imread(tmp_path / "t.tiff").shape == (24, 32)
    options = ("--temperatures", tmp_path / "celsius", "--format", "png", "--outside", "keep")
    code, stdout, _ = run("fuse", flir.parent, "-o", tmp_path / "out", *model, *options)
    assert (code, stdout.split()) == (0, [str(tmp_path / "out" / "flir.png")])
    assert read_image(tmp_path / "out" / "flir.png").pixels.shape == (60, 80, 3)
    assert (tmp_path / "celsius" / "flir.tiff").exists()


def test_a_folder_without_pairs_is_one_line(
    run: Run, tmp_path: Path, folders: tuple[Path, Path]
) -> None:
    code, out, err = run("fuse", folders[0], "-o", tmp_path / "out")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "must hold pairs that names tell" in err
    assert "2 images, e.g. a.png. Give the folder of the visible images too" in err
    assert not (tmp_path / "out").exists()


def test_counts_in_a_folder(
    run: Run, tmp_path: Path, counts: NDArray[np.uint16], maximum_onnx: Path
) -> None:
    (tmp_path / "ir").mkdir()
    np.save(tmp_path / "ir" / "a.npy", counts)
    write_image(tmp_path / "vi" / "a.png", Image(np.zeros(counts.shape, np.uint8)))
    folders = tmp_path / "ir", tmp_path / "vi"
    options = ("--model", maximum_onnx, "--range", "16000,18000")
    assert run("fuse", *folders, "-o", tmp_path / "out", *options)[0] == 0
    expected = np.clip((counts - 16000.0) / 2000, 0, 1) * 255
    np.testing.assert_allclose(read_image(tmp_path / "out" / "a.png").pixels, expected, atol=0.51)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--range", "most"], "`range` must be auto, full,"),
        (["--align", "no.json"], "no.json must be a rig file"),
        (["--palette", "hot"], "`palette` must be one of"),
        (["--space", "lab"], "`space` must be one of"),
        (["--strength", "2"], "`strength` must be in [0, 1], got 2.0"),
        (["--kelvin-per-count", "0.01"], "must be given for counts only"),
        (["--offset", "1"], "--offset must not be given for images. Leave it out."),
        (["--grid", "both"], "`grid` must be one of visible, infrared, got 'both'"),
    ],
)
def test_wrong_options_are_one_line(
    run: Run, tmp_path: Path, pair: tuple[Path, Path], options: list[str], message: str
) -> None:
    code, out, err = run("fuse", *pair, "-o", tmp_path / "x.png", *options)
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1
    assert not (tmp_path / "x.png").exists()


def test_options_that_streams_do_not_have(run: Run, tmp_path: Path) -> None:
    streams = ("fuse", "a.mp4", "b.mp4", "-o", tmp_path / "c.mp4")
    for options, message in {
        ("--stretch",): "`stretch` must not be given for a video",
        ("--depth", "16"): "`depth` must not be given for a video",
        ("--range", "agc"): "agc would flicker",
    }.items():
        code, _, err = run(*streams, *options, "--model", "maximum")
        assert (code, err.count("\n")) == (2, 1)
        assert message in err
    code, _, err = run("fuse", "a.mp4", "-o", tmp_path / "c.mp4", "--model", "maximum")
    assert (code, "VISIBLE must be given for a video" in err) == (2, True)


def test_two_folders_of_frames_make_a_video(run: Run, tmp_path: Path) -> None:
    for kind in ("ir", "vi"):
        for index in range(3):
            frame = Image(np.full((24, 32), 60 * index, np.uint8))
            write_image(tmp_path / kind / f"{index}.png", frame)
    folders = tmp_path / "ir", tmp_path / "vi"
    output = tmp_path / "out.mp4"
    code, out, err = run("fuse", *folders, "-o", output, "--model", "maximum", "--fps", "5")
    assert (code, out) == (0, f"{output}\n")
    assert "3 frames, 0.60 s, 32x24 H.264" in err


@pytest.mark.slow
def test_frames_of_two_sizes_are_aligned_once(run: Run, tmp_path: Path) -> None:
    scene = night_street(320, 240)
    folders = tmp_path / "ir", tmp_path / "vi"
    for index in range(2):
        write_image(folders[0] / f"{index}.png", Image(scene.infrared[::2, ::2]))
        write_image(folders[1] / f"{index}.png", Image(scene.visible))
    options = ("--model", "maximum", "--fps", "5", "-o")
    for align in ("needed", "auto"):
        output = tmp_path / f"{align}.mp4"
        code, _, err = run("fuse", *folders, *options, output, "--align", align)
        assert code == 0, err
        assert err.count("all frames are aligned alike") == 1
    code, _, err = run("fuse", *folders, *options, tmp_path / "off.mp4", "--align", "off")
    assert (code, err.count("aligned alike")) == (2, 0)
    assert not (tmp_path / "off.mp4").exists()


def test_damaged_files_are_fused_only_if_asked_for(
    run: Run, tmp_path: Path, pair: tuple[Path, Path]
) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (48, 64), np.uint8)
    for path in pair:
        write_image(path, Image(noise), overwrite=True)
    pair[1].write_bytes(pair[1].read_bytes()[:-200] + b"\xff\xd9")
    output = tmp_path / "fused.png"
    code, out, err = run("fuse", *pair, "-o", output)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "--allow-damaged" in err
    code, out, _ = run("fuse", *pair, "-o", output, "--allow-damaged", "--json")
    assert code == 0
    (noted,) = json.loads(out)[0]["done"]["damaged"]
    assert noted.startswith("visible: Corrupt JPEG data")
    with PIL.Image.open(output) as picture:
        assert json.loads(picture.info["Description"])["damaged"] == [noted]


def test_files_that_lack_only_their_end_are_fused(
    run: Run, tmp_path: Path, pair: tuple[Path, Path]
) -> None:
    pair[1].write_bytes(pair[1].read_bytes()[:-2])
    assert run("fuse", *pair, "-o", tmp_path / "fused.png")[0] == 0


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a POSIX system")
def test_a_pipe_does_not_hang_a_folder(
    run: Run, tmp_path: Path, folders: tuple[Path, Path]
) -> None:
    (folders[0] / "a.png").unlink()
    os.mkfifo(folders[0] / "a.png")
    code, out, err = run("fuse", *folders, "-o", tmp_path / "out")
    assert (code, out.split()) == (3, [str(tmp_path / "out" / "b.jpg")])
    assert "a.png must be readable, but: not a regular file" in err


@pytest.mark.parametrize("left", [None, b"", b"part"])
def test_files_that_vanish_during_the_run_are_named(
    run: Run,
    tmp_path: Path,
    folders: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
    left: bytes | None,
) -> None:
    def write(path: Path, image: Image, **options: Any) -> None:
        write_image(path, image, **options)
        if path.name == "b.jpg":  # the second: somebody takes the first away meanwhile
            (path.parent / "a.jpg").unlink()
            if left is not None:
                (path.parent / "a.jpg").write_bytes(left)

    monkeypatch.setattr("clfnet.inference.files.write_image", write)
    code, out, err = run("fuse", *folders, "-o", tmp_path / "out", "--threads", "1")
    assert (code, out.split()) == (3, [str(tmp_path / "out" / "b.jpg")])
    assert "a.jpg must still be there when the run ends, but" in err


def test_what_is_worth_knowing_is_said_once(run: Run, tmp_path: Path) -> None:
    rainbow = paint("rainbow", np.linspace(0, 1, 600, dtype=np.float32).reshape(20, 30))
    for name in ("a", "b"):
        painted = np.rint(rainbow * 255).astype(np.uint8)
        write_image(tmp_path / "ir" / f"{name}.png", Image(painted))
        write_image(tmp_path / "vi" / f"{name}.png", Image(np.full((20, 30), 50, np.uint8)))
    code, _, err = run("fuse", tmp_path / "ir", tmp_path / "vi", "-o", tmp_path / "out")
    assert (code, err.count("painted (rainbow)"), "(2 images)" in err) == (0, 1, True)
    _, out, _ = run(
        "fuse", tmp_path / "ir", tmp_path / "vi", "-o", tmp_path / "o", "--json", "--invert"
    )
    done = json.loads(out)[0]["done"]
    assert done["infrared"]["invert"] is True
    assert "painted" in done["notes"][0]


def test_a_dji_camera_from_the_command_line(run: Run, tmp_path: Path) -> None:
    y, x = np.mgrid[:128, :160]
    counts = (7000 + 3 * x + y).astype("<u2").tobytes()
    exif = PIL.Image.Exif()
    exif[271] = "DJI"
    buffer = BytesIO()
    PIL.Image.fromarray(np.zeros((128, 160), np.uint8)).save(buffer, "JPEG", exif=exif)
    whole = buffer.getvalue()
    parts = [counts[i : i + 65000] for i in range(0, len(counts), 65000)]
    segments = b"".join(b"\xff\xe3" + struct.pack(">H", len(p) + 2) + p for p in parts)
    (tmp_path / "DJI_1_T.JPG").write_bytes(whole[:2] + segments + whole[2:])
    write_image(tmp_path / "DJI_1_W.png", Image(np.zeros((128, 160), np.uint8)))
    code, out, _ = run("fuse", tmp_path, "-o", tmp_path / "out", "--model", "infrared")
    assert (code, out) == (0, f"{tmp_path / 'out' / 'DJI_1_W.png'}\n")
    fused = read_image(tmp_path / "out" / "DJI_1_W.png").pixels.astype(int)
    expected = (3 * x + y) / (3 * x + y).max() * 255
    assert np.abs(fused - expected).max() < 12  # percentiles
    code, _, err = run("fuse", tmp_path / "DJI_1_T.JPG", "-o", tmp_path / "x.png")
    assert (code, "Give the visible image (_W, _V or _Z) too" in err) == (2, True)


def test_a_url_is_no_place_for_images(
    run: Run, tmp_path: Path, pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    code, out, err = run("fuse", *pair, "-o", "rtsp://host/fused")
    assert (code, out) == (2, "")
    assert "OUTPUT must be a file or a folder for images, got rtsp://host/fused" in err
    assert names(tmp_path / "here") == []


def test_options_of_streams_are_refused_for_images(
    run: Run, tmp_path: Path, pair: tuple[Path, Path]
) -> None:
    for option in ("--encoder h264", "--segment-seconds 9", "--reconnect 9", "--pipe raw"):
        code, _, err = run("fuse", *pair, "-o", tmp_path / "o.png", *option.split())
        assert (code, err) == (
            2,
            f"clfnet: error: {option.split()[0]} must not be given for images. Leave it out.\n",
        )


def test_a_stream_to_an_unknown_scheme_is_refused(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    source = "lavfi:testsrc=size=64x48:rate=25"
    code, _, err = run("fuse", source, source, "-o", "gopher://host/fused", "--model", "maximum")
    assert code == 2
    assert "OUTPUT must begin with rtsp://, rtmp://, rtmps://, srt://, tcp:// or udp:// if" in err
    assert names(tmp_path / "here") == []


def test_a_pair_loads_nothing_that_it_does_not_need(tmp_path: Path) -> None:
    scene = night_street()
    write_image(tmp_path / "ir.png", Image(scene.infrared[:64, :64]))
    write_image(tmp_path / "vi.png", Image(scene.visible[:64, :64]))
    code = (
        "import sys; from clfnet.cli import app;"
        "app(['fuse', 'ir.png', 'vi.png', '-o', 'out.png', '--model', 'fast'],"
        " standalone_mode=False);"
        "print(*sorted(sys.modules))"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    idle = {
        *("av", "fastapi", "matplotlib", "openvino", "pydantic", "rich", "scipy", "simplejpeg"),
        *("sqlite3", "tifffile", "typer"),
        *("PIL.AvifImagePlugin", "PIL.Jpeg2KImagePlugin", "PIL.WebPImagePlugin", "torch"),
        *("clfnet.batch", "clfnet.evaluation", "clfnet.explain", "clfnet.metrics", "clfnet.serve"),
        *("clfnet.training", "clfnet.usefulness", "clfnet.video.pipeline", "clfnet.video.sink"),
    }
    assert not idle & set(done.stdout.split())


def test_pairs_by_time(run: Run, tmp_path: Path) -> None:
    """Names alone would pair 1 with 1, taken a minute apart."""
    for kind, name, second in (
        ("ir", "1", 1), ("ir", "2", 30), ("vi", "0", 2), ("vi", "1", 31),
    ):  # fmt: skip
        exif = PIL.Image.Exif()
        exif[306] = f"2026:03:01 12:00:{second:02}"
        (tmp_path / kind).mkdir(exist_ok=True)
        grey = PIL.Image.fromarray(np.full((4, 6), 90, np.uint8))
        grey.save(tmp_path / kind / f"{name}.jpg", exif=exif)
    folders = tmp_path / "ir", tmp_path / "vi"
    code, out, err = run("fuse", *folders, "-o", tmp_path / "out", "--by-time", "--dry-run")
    assert code == 0, err
    assert "2 pairs by when they were taken, e.g. 1.jpg, 0.jpg" in err
    assert [line.split(" -> ")[0].split("/")[-1] for line in out.splitlines()] == ["0.jpg", "1.jpg"]
