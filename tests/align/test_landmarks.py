from pathlib import Path

import numpy as np
import pytest

from clfnet.align import Landmarks, fit_rig, read_landmarks
from clfnet.align.geometry import Matrix, Points, apply
from clfnet.align.landmarks import (
    fit_affine,
    fit_homography,
    fit_similarity,
    residuals,
)
from clfnet.errors import AlignmentError, InputError

SIMILARITY = np.array([[2.0, -0.1, 9.0], [0.1, 2.0, 4.0], [0, 0, 1]])
AFFINE = np.array([[2.0, 0.3, 5.0], [-0.1, 1.7, 12.0], [0, 0, 1]])
HOMOGRAPHY = np.array([[2.0, 0.1, 5.0], [-0.1, 1.9, 12.0], [2e-4, 4e-4, 1]])
SIZES = ((200, 150), (640, 480))


def _points(count: int) -> Points:
    return np.random.default_rng(count).uniform(5, [195, 145], (count, 2))


@pytest.mark.parametrize(
    ("matrix", "count", "name"),
    [
        (SIMILARITY, 2, "similarity"),
        (SIMILARITY, 3, "similarity"),
        (SIMILARITY, 12, "similarity"),
        (AFFINE, 5, "affine"),
        (AFFINE, 12, "affine"),
        (HOMOGRAPHY, 8, "homography"),
    ],
)
def test_exact_landmarks_give_their_map(matrix: Matrix, count: int, name: str) -> None:
    points = _points(count)
    rig = fit_rig(Landmarks(points, apply(matrix, points)), *SIZES)
    np.testing.assert_allclose(rig.homography, matrix, atol=1e-6)
    assert rig.made.startswith(f"{name} from {count} landmarks, off by 0.0 px")
    assert rig.quality is None


@pytest.mark.parametrize("seed", range(5))
def test_few_noisy_landmarks_are_not_overfitted(seed: int) -> None:
    points = _points(6)
    noise = np.random.default_rng(seed).normal(0, 3, points.shape)
    rig = fit_rig(Landmarks(points, apply(SIMILARITY, points) + noise), *SIZES)
    corners = np.array([[0.0, 0.0], [199.0, 0.0], [199.0, 149.0], [0.0, 149.0]])
    offsets = apply(rig.homography, corners) - apply(SIMILARITY, corners)
    overfit = apply(fit_homography(points, apply(SIMILARITY, points) + noise), corners)
    worst = np.linalg.norm(overfit - apply(SIMILARITY, corners), axis=1).max()
    assert np.linalg.norm(offsets, axis=1).max() < max(15, worst)
    assert not rig.made.startswith("homography")


@pytest.mark.parametrize("fit", [fit_similarity, fit_affine])
def test_least_squares_is_least(fit: object) -> None:
    points = _points(9)
    target = apply(AFFINE, points) + np.random.default_rng(1).normal(0, 2, points.shape)
    marks = Landmarks(points, target)
    best = fit(points, target)  # type: ignore[operator]
    least = (residuals(best, marks) ** 2).sum()
    turn = np.array([[1.0, -1e-3, 0], [1e-3, 1.0, 0], [0, 0, 1]])
    grow = np.diag([1.001, 1.001, 1.0])
    shift = np.array([[1.0, 0, 0.05], [0, 1, 0.05], [0, 0, 1]])
    for change in (turn, grow, shift):
        assert (residuals(change @ best, marks) ** 2).sum() > least


def test_residuals_are_distances_in_visible_pixels() -> None:
    marks = Landmarks(np.array([[1.0, 1.0]]), np.array([[5.0, 6.0]]))
    assert residuals(np.diag([2.0, 2.0, 1.0]), marks) == pytest.approx([5.0])


def test_landmarks_that_coincide_are_refused() -> None:
    same = np.full((3, 2), 7.0)
    with pytest.raises(AlignmentError, match="must lie apart"):
        fit_rig(Landmarks(same, _points(3)), *SIZES)
    with pytest.raises(AlignmentError, match="must lie apart"):
        fit_rig(Landmarks(_points(3), same), *SIZES)


def test_landmarks_on_a_line_give_a_similarity() -> None:
    points = np.column_stack([np.arange(10, 90, 10), np.arange(10, 90, 10)]).astype(float)
    rig = fit_rig(Landmarks(points, apply(SIMILARITY, points)), *SIZES)
    np.testing.assert_allclose(rig.homography, SIMILARITY, atol=1e-6)


def test_landmarks_outside_are_refused() -> None:
    points = _points(3)
    with pytest.raises(InputError, match=r"infrared image of 100x80 pixels, got"):
        fit_rig(Landmarks(points, points), (100, 80), (640, 480))
    with pytest.raises(InputError, match=r"visible image of 100x80 pixels, got"):
        fit_rig(Landmarks(points, points), (640, 480), (100, 80))


def test_columns_come_in_any_order(tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    path.write_bytes(b"\xef\xbb\xbfx_vi, y_vi,x_ir,y_ir\r\n1,2,3,4\r\n\r\n5.5,6,7,8e0\r\n")
    marks = read_landmarks(path)
    assert marks.visible.tolist() == [[1, 2], [5.5, 6]]
    assert marks.infrared.tolist() == [[3, 4], [7, 8]]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "must begin with the header"),
        (b"1,2,3,4\n5,6,7,8\n", "must begin with the header"),
        (b"x_ir,y_ir,x_vi,y_vi\n1,2,3,4\n", "at least 2 landmarks, got 1"),
        (b"x_ir,y_ir,x_vi,y_vi\n", "at least 2 landmarks, got 0"),
        (b"x_ir,y_ir,x_vi,y_vi\n1,2,3,4\n1,2,3\n", "Line 3 .* must be four numbers"),
        (b"x_ir,y_ir,x_vi,y_vi\n1,2,3,nan\n1,2,3,4\n", "Line 2 .* must be four numbers"),
        (b"x_ir,y_ir,x_vi,y_vi\n1,2,3,a\n1,2,3,4\n", "Line 2 .* must be four numbers"),
        (b"\xff\xfe1", "no UTF-8"),
        (b"x_ir,y_ir,x_vi,y_vi\n" + b"1,2,3,4\n" * 200_000, "at most 1000000 bytes"),
    ],
)
def test_other_files_are_refused(data: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    path.write_bytes(data)
    with pytest.raises(InputError, match=message) as caught:
        read_landmarks(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        read_landmarks(tmp_path / "points.csv")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028"])
def test_lines_may_end_in_any_way(end: str, tmp_path: Path) -> None:
    lines = ["x_ir,y_ir,x_vi,y_vi", "1,2,3,4", "5,6,7,9", ""]
    (tmp_path / "p.csv").write_bytes(end.join(lines).encode())
    found = read_landmarks(tmp_path / "p.csv")
    np.testing.assert_array_equal(found.infrared, [[1, 2], [5, 6]])
    np.testing.assert_array_equal(found.visible, [[3, 4], [7, 9]])


def test_a_cell_without_end_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_bytes(b'x_ir,y_ir,x_vi,y_vi\n"' + b"1" * 200_000)
    with pytest.raises(InputError) as told:
        read_landmarks(tmp_path / "p.csv")
    assert len(str(told.value)) < 3000
