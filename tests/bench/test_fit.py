"""A fit finds what made the data."""

import pytest

from clfnet.bench.fit import fit
from clfnet.errors import InputError

SIZES = [0.1, 0.3, 1.0, 8.3]


def test_a_line() -> None:
    found = fit(SIZES, [0.25 + 3 * x for x in SIZES])
    assert found.per_megapixel == pytest.approx(3)
    assert found.fixed == pytest.approx(0.25)
    assert found.exponent < 1  # the fixed part weighs more on small images


@pytest.mark.parametrize("exponent", [0.5, 1, 1.5, 2])
def test_a_power(exponent: float) -> None:
    assert fit(SIZES, [2 * x**exponent for x in SIZES]).exponent == pytest.approx(exponent)


def test_small_sizes_count_as_much_as_large() -> None:
    """Relative squares: a tenth too much shifts the line alike, wherever it is."""
    exact = [3 * x for x in SIZES]
    small, large = exact.copy(), exact.copy()
    small[0] *= 1.1
    large[-1] *= 1.1
    assert fit(SIZES, small).fixed > 0.01
    assert abs(fit(SIZES, large).per_megapixel - 3) > 0.05


@pytest.mark.parametrize(
    ("x", "y"), [([1], [1]), ([2, 2], [1, 3]), ([0, 1], [1, 2]), ([1, 2], [0, 2])]
)
def test_too_little(x: list[float], y: list[float]) -> None:
    with pytest.raises(InputError, match="at least two sizes with costs above 0"):
        fit(x, y)
