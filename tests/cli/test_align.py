"""`clfnet align`: from two files to a rig file."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from clfnet.align import Rig
from clfnet.cli.align import align
from clfnet.cli.command import command
from clfnet.errors import AlignmentError, ClfnetError, ImageError, InputError, OutputExistsError
from clfnet.io.image import Image, read_image, write_image

app = command(align)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pair")
    blocks = np.kron(np.random.default_rng(0).random((12, 16)), np.ones((16, 16)))
    colour = np.stack([blocks, blocks, blocks], axis=2)  # (192, 256, 3)
    thermal = (30_000 - 900 * blocks[8:184, 12:244]).astype(np.uint16)
    write_image(folder / "ir.png", Image(thermal))
    write_image(folder / "vi.png", Image((255 * colour).astype(np.uint8)))
    write_image(folder / "flat.png", Image(np.full((192, 256), 9, np.uint8)))
    (folder / "points.csv").write_text("x_ir,y_ir,x_vi,y_vi\n0,0,12,8\n200,150,212,158\n")
    return folder


def _run(root: Path, *options: str, visible: str = "vi.png") -> Result:
    result = CliRunner().invoke(app, [str(root / "ir.png"), str(root / visible), *options])
    if isinstance(result.exception, ClfnetError):
        raise result.exception
    assert result.exception is None
    return result


def test_writes_a_rig_and_says_how_good_it_is(root: Path, tmp_path: Path) -> None:
    path = tmp_path / "rig.json"
    lines = _run(root, "-o", str(path)).stdout.splitlines()
    rig = Rig.read(path)
    assert lines == [str(path), f"found by clfnet align; quality {rig.quality:.2f}"]
    np.testing.assert_allclose(rig.homography[:2, 2], [12, 8], atol=0.5)


def test_json_and_preview(root: Path, tmp_path: Path) -> None:
    path, picture = tmp_path / "rig.json", tmp_path / "new" / "preview.png"
    points = str(root / "points.csv")
    result = _run(root, "-o", str(path), "--preview", str(picture), "--json", "--points", points)
    values = json.loads(result.stdout)
    assert values["output"] == str(path)
    assert values["preview"] == str(picture)
    assert {key: values[key] for key in Rig.read(path).as_dict()} == Rig.read(path).as_dict()
    assert read_image(picture).width == 480 + 8 + 480


def test_landmarks_are_taken(root: Path, tmp_path: Path) -> None:
    path = tmp_path / "rig.json"
    result = _run(root, "-o", str(path), "--points", str(root / "points.csv"))
    rig = Rig.read(path)
    np.testing.assert_allclose(rig.homography, [[1, 0, 12], [0, 1, 8], [0, 0, 1]], atol=1e-9)
    assert "similarity from 2 landmarks" in result.stdout
    assert rig.quality is not None
    assert rig.quality > 0.8
    assert result.stderr == ""


def test_wrong_landmarks_are_taken_with_a_warning(root: Path, tmp_path: Path) -> None:
    points = tmp_path / "points.csv"
    points.write_text("x_ir,y_ir,x_vi,y_vi\n0,0,40,30\n200,150,240,170\n")
    result = _run(root, "-o", str(tmp_path / "rig.json"), "--points", str(points))
    assert "warning: quality 0." in result.stderr
    assert Rig.read(tmp_path / "rig.json").quality is not None


def test_a_refused_alignment_writes_nothing(root: Path, tmp_path: Path) -> None:
    with pytest.raises(AlignmentError, match="flat") as caught:
        _run(
            root, "-o", str(tmp_path / "r.json"), f"--preview={tmp_path}/p.png", visible="flat.png"
        )
    assert caught.value.exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_files_that_are_there_are_kept(root: Path, tmp_path: Path) -> None:
    rig, picture = tmp_path / "rig.json", tmp_path / "p.png"
    for path in (rig, picture):
        path.write_bytes(b"precious")
        with pytest.raises(OutputExistsError, match="--overwrite"):
            _run(root, "-o", str(rig), f"--preview={picture}")
        assert path.read_bytes() == b"precious"
        path.unlink()
    rig.write_bytes(b"old")
    _run(root, "-o", str(rig), "--overwrite", "--points", str(root / "points.csv"))
    assert Rig.read(rig).infrared_size == (232, 176)


def test_wrong_inputs_are_told(root: Path, tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="is not there"):
        _run(root, "-o", str(tmp_path / "r.json"), visible="none.png")
    with pytest.raises(ImageError, match="must end in one of"):
        _run(root, "-o", str(tmp_path / "r.json"), "--preview=p.gif")
    with pytest.raises(InputError, match="No such file"):
        _run(root, "-o", str(tmp_path / "r.json"), "--points=none.csv")
    assert list(tmp_path.iterdir()) == []
