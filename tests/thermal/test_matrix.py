"""Matrices as small sensors and programs write them."""

from pathlib import Path

import numpy as np
import pytest

from clfnet.errors import ImageError
from clfnet.thermal.read import read_thermal

WARM = np.round(20 + np.random.default_rng(0).random((24, 32)) * 15, 2).astype(np.float32)


def _text(values: np.ndarray, separator: str, *, comma: bool = False) -> str:
    lines = [separator.join(f"{value:.2f}" for value in row) for row in values]
    text = "\n".join(lines)
    return text.replace(".", ",") if comma else text


@pytest.mark.parametrize(
    "text",
    [
        _text(WARM, ","),
        _text(WARM, ";", comma=True),
        _text(WARM, "\t"),
        _text(WARM, "  "),
        "Camera,E5\nEmissivity,0.95\n\n" + _text(WARM, ","),
        "\ufeff" + _text(WARM, ", "),
        _text(np.column_stack([np.arange(24), WARM]), ","),  # numbered rows
        _text(WARM.reshape(1, -1), ","),  # one frame of an MLX90640 in a line
    ],
)
def test_text(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text, "utf-8")
    found = read_thermal(path)
    np.testing.assert_allclose(found.values, WARM, atol=1e-4)
    assert found.unit == "count"


@pytest.mark.parametrize("gap", ["", "-", "N/A", "nan"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_an_empty_field_is_no_data(tmp_path: Path, gap: str, separator: str) -> None:
    """In the first, a middle and the last column, where it must not shorten the row."""
    rows = [[f"{value:.2f}" for value in row] for row in WARM]
    for row, column in ((3, 0), (5, 7), (9, 31), (23, 31)):
        rows[row][column] = gap
    (tmp_path / "a.csv").write_text("\n".join(separator.join(row) for row in rows))
    found = read_thermal(tmp_path / "a.csv")
    assert found.data is not None
    assert np.argwhere(~found.data).tolist() == [[3, 0], [5, 7], [9, 31], [23, 31]]
    np.testing.assert_allclose(found.known, WARM[found.data], atol=0.006)


@pytest.mark.parametrize(
    "text",
    [
        _text(WARM, ",").replace("\n", ",\n") + ",\n",
        ",,,\n" + "," * 31 + "\n" + _text(WARM, ",") + "\n" + "," * 31 + "\n",
        ","
        + ",".join(map(str, range(32)))
        + "\n"
        + _text(np.column_stack([np.arange(24), WARM]), ","),
        "\n".join(",".join(f'"{value}"' for value in row) for row in WARM),
    ],
)
def test_what_programs_put_around_it(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.csv").write_text(text)
    np.testing.assert_allclose(read_thermal(tmp_path / "a.csv").values, WARM, atol=1e-4)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_text_as_spreadsheets_write_it(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.csv").write_text(_text(WARM, "\t"), encoding)
    np.testing.assert_allclose(read_thermal(tmp_path / "a.csv").values, WARM, atol=1e-4)


@pytest.mark.parametrize(("side", "shape"), [(64, (8, 8)), (4800, (60, 80)), (19200, (120, 160))])
def test_known_sensors_in_a_line(tmp_path: Path, side: int, shape: tuple[int, int]) -> None:
    (tmp_path / "a.txt").write_text(" ".join(map(str, range(20, 20 + side))))
    assert read_thermal(tmp_path / "a.txt").values.shape == shape


@pytest.mark.parametrize("binary", [True, False])
@pytest.mark.parametrize("most", [255, 16383, 65535])
def test_pgm_keeps_its_numbers(tmp_path: Path, binary: bool, most: int) -> None:
    values = np.random.default_rng(1).integers(0, most + 1, (6, 5))
    head = f"P{5 if binary else 2}\n# by a Lepton\n5 6\n{most}\n".encode()
    stored = values.astype(np.uint8 if most < 256 else ">u2").tobytes()
    body = stored if binary else " ".join(map(str, values.ravel())).encode()
    (tmp_path / "a.pgm").write_bytes(head + body)
    found = read_thermal(tmp_path / "a.pgm").values
    np.testing.assert_array_equal(found, values)
    assert found.dtype == (np.uint8 if most < 256 else np.uint16)


def test_npz(tmp_path: Path) -> None:
    np.savez(tmp_path / "one.npz", frame=WARM)
    np.savez(tmp_path / "two.npz", time=np.zeros(3), temperature=WARM)
    np.savez(tmp_path / "unclear.npz", a=WARM, b=WARM)
    for name in ("one", "two"):
        np.testing.assert_array_equal(read_thermal(tmp_path / f"{name}.npz").values, WARM)
    with pytest.raises(ImageError, match=r"unclear\.npz must hold one array"):
        read_thermal(tmp_path / "unclear.npz")


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.csv", b"no,numbers\nhere,either\n", "must hold a matrix of numbers"),
        ("a.pgm", b"P5\n5 6\n255\nxx", "must be a whole image"),
        ("a.pgm", b"P2\n2 1\n65535\n7 65536", "a number beyond the maximum"),
        ("a.pgm", b"P2\n2 1\n255\n7 -1", "a number beyond the maximum"),
        ("a.pgm", b"P5\n2 1\n65536\n1234", "a maximum of 65536"),
        ("a.pgm", b"P5\n99999 99999\n255\n", "at most 200 megapixels"),
        ("a.npz", b"PK\x03\x04xx", "must be a whole image"),
    ],
)
def test_bad_ones_are_named(tmp_path: Path, name: str, data: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ImageError, match=message):
        read_thermal(tmp_path / name)
