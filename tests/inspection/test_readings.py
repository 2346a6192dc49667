"""Which files are measured, and which are refused with what reason."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from clfnet.errors import ConfigError, ImageError, PairingError
from clfnet.inspection import find, readings
from clfnet.inspection.readings import Reading
from clfnet.io.image import Image, write_image
from clfnet.thermal import ThermalOptions
from clfnet.thermal.surroundings import Surroundings


def _read(path: Path, options: ThermalOptions | None = None) -> list[Reading]:
    (source,) = find([str(path)])
    return [*readings(source, options or ThermalOptions())]


def test_a_map_of_temperatures(map_file: Path, celsius: np.ndarray) -> None:
    (reading,) = _read(map_file)
    np.testing.assert_array_equal(reading.celsius, celsius)
    assert (reading.name, reading.frame, reading.visible) == ("map", None, None)


def test_a_flir_file_brings_its_visible_image(flir: Path) -> None:
    (reading,) = _read(flir)
    assert reading.visible is not None
    assert reading.visible.width == 80
    assert reading.alignment is not None
    assert reading.thermal.camera.model == "FLIR Test"


def test_a_flir_file_without_one(
    tmp_path: Path, fff_block: Callable[..., bytes], counts: np.ndarray
) -> None:
    path = tmp_path / "a.fff"
    path.write_bytes(fff_block(counts))
    (reading,) = _read(path)
    assert (reading.visible, reading.alignment) == (None, None)


def test_a_sequence_is_its_images(sequence: Path) -> None:
    found = _read(sequence)
    assert [each.name for each in found] == ["clip_000001", "clip_000002", "clip_000003"]
    heats = [float(each.celsius.mean()) for each in found]
    assert heats[0] + 1 < heats[1] < heats[2] - 1
    (second,) = _read(sequence, ThermalOptions(page=2))
    assert second.frame == 2
    np.testing.assert_array_equal(second.celsius, found[1].celsius)
    (less,) = _read(sequence, ThermalOptions(page=2, surroundings=Surroundings(emissivity=0.6)))
    assert less.celsius.mean() > second.celsius.mean() + 1
    with pytest.raises(ImageError, match="must have an image 4, but has 3"):
        _read(sequence, ThermalOptions(page=4))


def test_a_matrix_in_kelvin(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("293.15,303.15\n313.15,323.15\n")
    (reading,) = _read(path, ThermalOptions(unit="kelvin"))
    np.testing.assert_allclose(reading.celsius, [[20, 30], [40, 50]], atol=1e-3)


def test_dji_s_counts_by_what_the_user_measured(
    tmp_path: Path, dji_jpeg: Callable[[Path, np.ndarray], None]
) -> None:
    counts = np.linspace(7000, 9000, 512 * 640).reshape(512, 640).astype(np.uint16)
    path = tmp_path / "DJI_0001_T.JPG"
    dji_jpeg(path, counts)
    with pytest.raises(ImageError, match=r"holds counts.*--calibration.*Thermal SDK converts"):
        _read(path)
    (reading,) = _read(path, ThermalOptions(calibration="7000=20C,9000=60C"))
    np.testing.assert_allclose(reading.celsius, (counts - 7000.0) / 50 + 20, atol=1e-4)
    assert reading.thermal.camera.make == "DJI"


@pytest.mark.parametrize("painted", [False, True])
def test_an_image_for_the_eye_does_not_measure(tmp_path: Path, painted: bool) -> None:
    level = np.linspace(0, 255, 64 * 48).reshape(48, 64).astype(np.uint8)
    pixels = np.stack([level, level // 2, 255 - level], axis=2) if painted else level
    write_image(tmp_path / "a.png", Image(pixels))
    with pytest.raises(
        ImageError, match=r"a\.png must measure temperatures, but is a display image,"
    ):
        _read(tmp_path / "a.png")


@pytest.mark.parametrize(
    ("model", "measures"), [("Vue Pro 640 13mm", False), ("FLIR Vue", False), ("Vue Pro R", True)]
)
def test_a_vue_without_r(tmp_path: Path, model: str, measures: bool) -> None:
    notes = PIL.Image.Exif()
    notes[272] = model
    picture = PIL.Image.fromarray(np.arange(64, dtype=np.uint8).reshape(8, 8))
    picture.save(tmp_path / "a.jpg", exif=notes)
    with pytest.raises(ImageError) as caught:
        _read(tmp_path / "a.jpg")
    assert (f"is of a {model}, which does not measure" in str(caught.value)) != measures


def test_constants_that_give_no_temperature(
    tmp_path: Path, fff_block: Callable[..., bytes]
) -> None:
    path = tmp_path / "a.fff"
    path.write_bytes(fff_block(np.zeros((4, 4), np.uint16), constants={"o": -7000}))
    with pytest.raises(ImageError, match="make no temperature of any of its counts"):
        _read(path)


def test_options_that_do_not_fit(map_file: Path) -> None:
    with pytest.raises(ConfigError, match="`emissivity` must be given for a radiometric file"):
        _read(map_file, ThermalOptions(surroundings=Surroundings(emissivity=0.9)))


def test_a_folder_that_holds_both_kinds(folder: Path) -> None:
    found = find([str(folder)])
    names = [(each.name, each.visible and each.visible.name) for each in found]
    assert names == [("1_ir", "1_vis.png"), ("2_ir", "2_vis.png"), ("3_ir", None)]
    (reading,) = readings(found[1])
    assert reading.visible is not None
    assert reading.visible.pixels[0, 0, 0] == 120


def test_patterns_and_folders_of_thermal_files(folder: Path, map_file: Path) -> None:
    assert [each.name for each in find([f"{folder}/[12]_ir.*", str(map_file)])] == [
        "1_ir",
        "2_ir",
        "map",
    ]
    assert len(find([str(map_file), str(map_file)])) == 1  # the same file twice is one
    sub = find([str(folder.parent)], recursive=True)
    assert {each.name for each in sub} >= {"map", "mixed/3_ir"}


def test_a_visible_folder_or_file(folder: Path, map_file: Path, tmp_path: Path) -> None:
    light = tmp_path / "light"
    light.mkdir()
    write_image(light / "map.png", Image(np.zeros((4, 4), np.uint8)))
    (source,) = find([str(map_file)], visible=light / "map.png")
    assert source.visible == light / "map.png"
    thermal = tmp_path / "thermal"
    thermal.mkdir()
    for name in ("map", "alone"):
        (thermal / f"{name}.tiff").write_bytes(map_file.read_bytes())
    found = find([str(thermal)], visible=light)
    assert {each.name: each.visible and each.visible.name for each in found} == {
        "map": "map.png",
        "alone": None,
    }
    with pytest.raises(PairingError, match="`visible` must be a folder for several"):
        find([str(folder)], visible=light / "map.png")


def test_what_cannot_be_found(tmp_path: Path, map_file: Path) -> None:
    with pytest.raises(PairingError, match="must match thermal files, but matches none"):
        find([f"{tmp_path}/*.seq"])
    other = tmp_path / "other" / "map.tiff"
    other.parent.mkdir()
    other.write_bytes(map_file.read_bytes())
    with pytest.raises(PairingError, match="are both called map"):
        find([str(map_file), str(other)])
    with pytest.raises(ImageError, match=r"gone\.jpg"):
        _read(tmp_path / "gone.jpg")
