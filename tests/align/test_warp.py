import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clfnet.align.geometry import Matrix, apply, inverse, scaling
from clfnet.align.warp import Mask, Values, coverage, largest_box, resample, resize, transform
from clfnet.errors import AlignmentError

TILTED = np.array([[0.9, 0.1, -2.0], [-0.08, 0.95, 16.0], [1e-3, -2e-3, 1.0]])
"""Parts of the new grid lie left of, above and below the old image."""


def _bilinear(image: Values, matrix: Matrix, size: tuple[int, int]) -> tuple[Values, Mask]:
    values, covered = np.zeros((size[1], size[0]), np.float32), np.zeros((size[1], size[0]), bool)
    for row in range(size[1]):
        for column in range(size[0]):
            x, y = apply(matrix, np.array([[column, row]], float))[0]
            if not (-0.5 <= x <= image.shape[1] - 0.5 and -0.5 <= y <= image.shape[0] - 0.5):
                continue
            covered[row, column] = True
            left, top = int(np.floor(x)), int(np.floor(y))
            for i, j in ((0, 0), (0, 1), (1, 0), (1, 1)):
                weight = (1 - abs(x - left - j)) * (1 - abs(y - top - i))
                place = np.clip([top + i, left + j], 0, np.array(image.shape) - 1)
                values[row, column] += weight * image[place[0], place[1]]
    return values, covered


def _reference_box(mask: Mask) -> int:
    height, width = mask.shape
    best = 0
    for top in range(height):
        for bottom in range(top + 1, height + 1):
            for left in range(width):
                for right in range(left + 1, width + 1):
                    if mask[top:bottom, left:right].all():
                        best = max(best, (bottom - top) * (right - left))
    return best


def test_transform_is_bilinear() -> None:
    image = np.random.default_rng(0).random((20, 30), np.float32)
    expected, covered = _bilinear(image, TILTED, (25, 18))
    np.testing.assert_array_equal(coverage(TILTED, (30, 20), (25, 18)), covered)
    found = transform(image, TILTED, (25, 18))
    np.testing.assert_allclose(found[covered], expected[covered], atol=1e-4)


def test_resample_keeps_a_plane() -> None:
    y, x = np.mgrid[:40, :60].astype(np.float32)
    planes = np.stack([x, y, 2 * x - y], axis=2)
    values, covered = resample(planes, TILTED, (50, 30))
    rows, columns = np.nonzero(coverage(TILTED, (60, 40), (50, 30), margin=2))
    place = apply(TILTED, np.column_stack([columns, rows]))
    assert covered.size > covered.sum() > len(rows) > 500
    for channel, expected in enumerate([place[:, 0], place[:, 1], 2 * place[:, 0] - place[:, 1]]):
        np.testing.assert_allclose(values[rows, columns, channel], expected, atol=0.15)
    assert (values[~covered] == 0).all()


def test_the_same_grid_is_the_same_picture() -> None:
    image = np.random.default_rng(0).random((12, 17), np.float32)
    values, covered = resample(image, np.eye(3), (17, 12))
    assert covered.all()
    np.testing.assert_allclose(values, image, atol=1e-6)


def test_nothing_leaves_the_range() -> None:
    image = np.zeros((20, 20), np.float32)
    image[:, 10:] = 1
    values, covered = resample(image, np.diag([0.23, 0.31, 1.0]), (80, 60))
    assert covered.all()
    assert values.min() == 0
    assert values.max() == 1


def test_shrinking_does_not_alias() -> None:
    stripes = np.tile(np.array([0, 1], np.float32), (64, 128))  # (64, 256)
    values, covered = resample(stripes, scaling((64, 16), (256, 64)), (64, 16))
    assert covered.all()
    np.testing.assert_allclose(values[:, 2:-2], 0.5, atol=0.01)


def test_enlarging_covers_the_whole_picture() -> None:
    image = np.random.default_rng(0).random((6, 8), np.float32)
    values, covered = resample(image, scaling((32, 24), (8, 6)), (32, 24))
    assert covered.all()
    np.testing.assert_allclose(values.mean(), image.mean(), rtol=0.02)


def test_resize_maps_positions_as_scaling_does() -> None:
    ramp = np.tile(np.arange(40, dtype=np.float32), (30, 1))
    small = resize(ramp, (10, 15))
    place = apply(scaling((10, 15), (40, 30)), np.column_stack([np.arange(10), np.zeros(10)]))
    np.testing.assert_allclose(small[7, 1:-1], place[1:-1, 0], atol=1e-3)


def test_large_pictures_are_quick() -> None:
    heat = np.random.default_rng(0).random((120, 160), np.float32)
    start = time.process_time()
    _, covered = resample(heat, scaling((4000, 3000), (160, 120)), (4000, 3000))
    largest_box(covered)
    assert time.process_time() - start < 5


@settings(deadline=None)
@given(
    st.floats(-0.5, 0.5),
    st.floats(0.3, 1.5),
    st.tuples(st.floats(-4, 8), st.floats(-4, 8)),
    st.floats(-0.02, 0.02),
)
def test_box_is_the_largest(
    angle: float, scale: float, shift: tuple[float, float], tilt: float
) -> None:
    c, s = scale * np.cos(angle), scale * np.sin(angle)
    matrix = np.array([[c, -s, shift[0]], [s, c, shift[1]], [tilt, 0, 1]])
    mask = coverage(inverse(matrix), (9, 7), (12, 10))
    if not mask.any():
        with pytest.raises(AlignmentError, match="must overlap"):
            largest_box(mask)
        return
    box = largest_box(mask)
    assert mask[box.slices].all()
    assert mask[box.slices].size == _reference_box(mask)
