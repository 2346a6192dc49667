"""Files in, files out; a bad one stops no other."""

from pathlib import Path

import numpy as np
import pytest
import tifffile

from clfnet.errors import ImageError, InputError
from clfnet.inspection import Look, Plan, find
from clfnet.inspection.run import Inspected, Outputs, Report, inspect
from clfnet.io.image import read_image
from clfnet.thermal import ThermalOptions


def _run(*inputs: Path, outputs: Outputs | None = None, report: Report | None = None,
         options: ThermalOptions | None = None) -> list[Inspected]:  # fmt: skip
    return [
        *inspect(
            find(map(str, inputs)),
            Plan(),
            options or ThermalOptions(),
            look=Look(),
            outputs=outputs or Outputs(),
            report=report,
        )
    ]


def test_one_image_into_files(map_file: Path, tmp_path: Path, celsius: np.ndarray) -> None:
    places = Outputs(tmp_path / "new" / "a.jpg", tmp_path / "celsius.tif")
    (done,) = _run(map_file, outputs=places)
    assert done.written == [*places[:2]]
    assert read_image(tmp_path / "new" / "a.jpg").width > 640
    np.testing.assert_array_equal(tifffile.imread(tmp_path / "celsius.tif"), celsius)
    (again,) = _run(map_file, outputs=places)
    assert "must not exist yet" in str(again.error)
    (over,) = _run(map_file, outputs=places._replace(overwrite=True))
    assert over.error is None


def test_several_into_folders(folder: Path, sequence: Path, tmp_path: Path) -> None:
    (folder / "4_ir.png").write_bytes(b"broken")
    done = _run(folder, sequence, outputs=Outputs(tmp_path / "out", tmp_path / "maps"))
    assert [each.file.name for each in done if each.error] == ["4_ir.png"]
    names = ["1_ir", "2_ir", "3_ir", "clip_000001", "clip_000002", "clip_000003"]
    assert sorted(path.stem for path in (tmp_path / "out").iterdir()) == names
    assert sorted(path.name for path in (tmp_path / "maps").iterdir()) == [
        f"{name}.tiff" for name in names
    ]


def test_one_file_for_several_images_is_refused(
    folder: Path, sequence: Path, tmp_path: Path
) -> None:
    for inputs in (folder, sequence):
        with pytest.raises(InputError, match="--output must be a folder for several images"):
            _run(inputs, outputs=Outputs(tmp_path / "a.png"))
    (one,) = _run(sequence, outputs=Outputs(tmp_path / "a.png"), options=ThermalOptions(page=2))
    assert one.error is None


def test_outputs_that_cannot_be(map_file: Path, tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=r"--tiff must end in \.tif, \.tiff, got .*a\.png"):
        _run(map_file, outputs=Outputs(None, tmp_path / "a.png"))
    with pytest.raises(InputError, match="must not be one of the inputs"):
        _run(map_file, outputs=Outputs(None, map_file))


def test_the_report_s_pages(folder: Path, flir: Path) -> None:
    done = _run(folder, flir, report=Report())
    captions = [[each.caption for each in one.page.pictures] for one in done if one.page]
    both, alone = ["Thermal (ironbow)", "Visible"], ["Thermal (ironbow)"]
    framed = ["Thermal (ironbow)", "Visible, with the frame of the thermal image"]
    assert captions == [both, both, alone, framed]


def test_the_fused_image_beside(flir: Path) -> None:
    from clfnet.inference.fuser import Fuser

    (done,) = _run(flir, report=Report(Fuser("average")))
    assert done.page is not None
    assert [each.caption for each in done.page.pictures] == ["Thermal (ironbow)", "Fused"]
