import numpy as np
import pytest

from clfnet.align import geometry

TILTED = np.array([[1.1, 0.2, 5.0], [-0.1, 0.9, -3.0], [1e-4, 2e-4, 1.0]])


def test_apply_divides_by_depth() -> None:
    x, y = 30.0, 40.0
    depth = 1e-4 * x + 2e-4 * y + 1
    expected = [(1.1 * x + 0.2 * y + 5) / depth, (-0.1 * x + 0.9 * y - 3) / depth]
    np.testing.assert_allclose(geometry.apply(TILTED, np.array([[x, y]])), [expected])


def test_inverse_leads_back() -> None:
    points = np.array([[0.0, 0.0], [99.0, 49.0], [-7.0, 12.0]])
    back = geometry.apply(geometry.inverse(TILTED), geometry.apply(TILTED, points))
    np.testing.assert_allclose(back, points, atol=1e-9)


def test_scaling_takes_edges_to_edges() -> None:
    old, new = geometry.corners((160, 120)), geometry.corners((640, 360))
    np.testing.assert_allclose(geometry.apply(geometry.scaling((160, 120), (640, 360)), old), new)


def test_magnification_is_a_length() -> None:
    assert geometry.magnification(np.diag([3.0, 12.0, 1.0]), (10, 20)) == pytest.approx(6)


@pytest.mark.parametrize(
    "matrix",
    [
        np.zeros((3, 3)),
        np.diag([1.0, 0.0, 1.0]),
        np.diag([1.0, 1.0, 0.0]),
        np.array([[1.0, 0, 0], [0, 1, 0], [-0.02, 0, 1]]),  # the horizon crosses the image
        np.full((3, 3), np.nan),
        np.diag([1e-9, 1e-9, 1.0]),
    ],
)
def test_what_no_camera_sees_is_not_plain(matrix: geometry.Matrix) -> None:
    assert not geometry.is_plain(matrix, (100, 80))


def test_usual_maps_are_plain() -> None:
    for matrix in (np.eye(3), -2 * TILTED, np.diag([-1.0, 1.0, 1.0])):
        assert geometry.is_plain(matrix, (100, 80))


def test_nudge_moves_as_its_numbers_say_to_first_order() -> None:
    a, b, c, d, e, f, g, h = numbers = np.array([3, -2, 1, 4, -3, 2, 1.5, -1]) * 1e-3
    x, y = 0.8, -0.3  # of the half longer side, 50
    move = [a + c * x + d * y - x * (g * x + h * y), b + e * x + f * y - y * (g * x + h * y)]
    place = np.array([[49.5 + 50 * x, 29.5 + 50 * y]])
    moved = geometry.apply(geometry.nudge(numbers, (100, 60)), place)
    np.testing.assert_allclose(moved - place, [move], atol=1e-5)
