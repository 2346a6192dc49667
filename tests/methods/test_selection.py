import numpy as np

from clfnet.methods.selection import blend, preference, stronger


def test_preference_says_who_is_more_active() -> None:
    rng = np.random.default_rng(0)
    first, second = rng.integers(0, 3, (2, 50)).astype(float)
    expected = [1.0 if a > b else 0.0 if a < b else 0.5 for a, b in zip(first, second, strict=True)]
    assert set(expected) == {0.0, 0.5, 1.0}
    np.testing.assert_array_equal(preference(first, second), expected)


def test_blend_of_the_ends_is_exact() -> None:
    first, second = np.random.default_rng(0).random((2, 9))
    np.testing.assert_array_equal(blend(np.ones(9), first, second), first)
    np.testing.assert_array_equal(blend(np.zeros(9), first, second), second)


def test_stronger_complex_coefficients() -> None:
    first, second = np.array([3j, 1 + 1j, 2, 2]), np.array([2 + 2j, -2, -2, 2j])
    np.testing.assert_array_equal(stronger(first, second), [3j, -2, 0, 1 + 1j])
