"""`clfnet explain`: what it writes and prints."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from clfnet.cli.command import command
from clfnet.cli.explain import explain
from clfnet.errors import ClfnetError, ImageError, InputError, OutputExistsError, WeightsError
from clfnet.io.image import Image, read_image, write_image

app = command(explain)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A pair, and a fused image whose left half is infrared and whose right half is visible."""
    random = np.random.default_rng(0)
    infrared, visible = random.integers(0, 256, (2, 64, 96), np.uint8)
    fused = np.hstack([infrared[:, :48], visible[:, 48:]])
    for name, pixels in {"ir": infrared, "vis": visible, "fused": fused}.items():
        write_image(tmp_path / f"{name}.png", Image(pixels))
    return tmp_path


def _run(root: Path, *options: str, output: str = "map.png") -> str:
    files = [str(root / "ir.png"), str(root / "vis.png"), "-o", str(root / output)]
    result = CliRunner().invoke(app, [*files, *options])
    if result.exception:
        raise result.exception
    assert result.stderr == ""
    return result.stdout


def test_writes_the_picture_and_prints_shares(root: Path) -> None:
    out = _run(root, f"--fused={root / 'fused.png'}", "--region=door=0,0,30,64", "--grid=2")
    path, title, *rows = out.splitlines()
    assert path == str(root / "map.png")
    assert title == "infrared's share, %"
    names = [row.rsplit(maxsplit=1)[0].strip() for row in rows[:3]]
    assert names == ["overall", "hottest 2%", "door"]
    overall, _, door = (int(row.split()[-1]) for row in rows[:3])
    assert 40 <= overall <= 60
    assert door > 90
    assert [list(map(int, row.split()[-2:])) for row in rows[3:]] == [
        [pytest.approx(92, abs=8), pytest.approx(8, abs=8)]
    ] * 2
    assert rows[3].split()[:2] == ["grid", "2x2"]
    assert read_image(root / "map.png").width > 720


def test_json_and_the_raw_map(root: Path) -> None:
    options = ["--json", "--region=0,0,30,64", f"--map={root / 'share.tif'}"]
    found = json.loads(_run(root, f"--fused={root / 'fused.png'}", *options))
    assert found.keys() == {"output", "map", "model", "overall", "hottest", "regions", "grid"}
    assert (found["map"], found["model"]) == (str(root / "share.tif"), "clfnet")
    share = read_image(root / "share.tif").pixels
    assert share.dtype == np.uint16
    assert share.shape == (64, 96)
    assert found["overall"] == pytest.approx(share.mean() / 65535, abs=1e-4)
    assert found["regions"] == {"0,0,30,64": pytest.approx(share[:, :30].mean() / 65535, abs=1e-4)}
    assert np.shape(found["grid"]) == (3, 3)
    assert found["grid"][1][2] == pytest.approx(share[21:42, 64:].mean() / 65535, abs=1e-4)


def test_the_model_fuses_where_no_fused_picture_is_given(root: Path) -> None:
    found = json.loads(_run(root, "--json", "--sources", "--smoothing=4"))
    assert 0 < found["overall"] < 1
    assert read_image(root / "map.png").width > 3 * 360


def test_files_that_are_there_are_kept(root: Path) -> None:
    (root / "map.png").write_bytes(b"precious")
    (root / "share.png").write_bytes(b"precious")
    with pytest.raises(OutputExistsError, match=r"map\.png must not exist"):
        _run(root)
    with pytest.raises(OutputExistsError, match=r"share\.png must not exist"):
        _run(root, f"--map={root / 'share.png'}", output="new.png")
    assert not (root / "new.png").exists()
    _run(root, "--overwrite")
    assert read_image(root / "map.png").width > 720


@pytest.mark.parametrize(
    ("options", "output", "kind", "message"),
    [
        ([], "map.gif", ImageError, "must end in one of"),
        ([], "ir.png", InputError, "must not be one of the inputs"),
        (["--map={root}/map.png"], "map.png", InputError, "written twice"),
        (["--fused={root}/map.png"], "map.png", InputError, "one of the inputs"),
        (["--fused={root}/no.png"], "map.png", ImageError, "is not there"),
        (["--region=1,2,3"], "map.png", InputError, "`region` must be"),
        (["--region=90,0,9,9"], "map.png", InputError, "inside the 96x64 image"),
        (["--grid=65"], "map.png", InputError, "`grid` must be 1 to 64"),
        (["--smoothing=1"], "map.png", InputError, "`smoothing` must be at least 2"),
        (["--model=laplacian"], "map.png", WeightsError, "--fused FILE --model clfnet"),
        (["--model=clfnot"], "map.png", WeightsError, "Did you mean `clfnet`"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_written(
    root: Path, options: list[str], output: str, kind: type[ClfnetError], message: str
) -> None:
    before = {path: path.read_bytes() for path in root.iterdir()}
    with pytest.raises(kind, match=message) as caught:
        _run(root, *(option.format(root=root) for option in options), "--overwrite", output=output)
    assert caught.value.exit_code == 2
    assert "\n" not in str(caught.value)
    assert {path: path.read_bytes() for path in root.iterdir()} == before
