"""From visible to fused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from clfnet.colour.strength import Float, blend
from clfnet.errors import ConfigError

UNIT = st.floats(0, 1, width=32)
GREYS = arrays(np.float32, (4, 5), elements=UNIT)


@given(GREYS, GREYS)
def test_the_ends_are_exact(visible: Float, fused: Float) -> None:
    np.testing.assert_array_equal(blend(visible, fused, 0), visible)
    np.testing.assert_array_equal(blend(visible, fused, 1), fused)


@given(GREYS, GREYS, st.floats(0, 1), st.floats(0, 1))
def test_between_it_goes_one_way(visible: Float, fused: Float, one: float, other: float) -> None:
    less, more = (blend(visible, fused, s) for s in sorted((one, other)))
    assert less.dtype == np.float32
    np.testing.assert_allclose(less, visible + min(one, other) * (fused - visible), atol=1e-6)
    assert (np.abs(more - visible) >= np.abs(less - visible) - 2e-7).all()


@given(GREYS, st.floats(0, 1))
def test_equal_images_stay(image: Float, strength: float) -> None:
    np.testing.assert_array_equal(blend(image, image, strength), image)


@pytest.mark.parametrize("strength", [-0.1, 1.1, float("nan")])
def test_out_of_range(strength: float) -> None:
    with pytest.raises(ConfigError, match=rf"`strength` must be in \[0, 1\], got {strength}"):
        blend(np.zeros((1, 1), np.float32), np.zeros((1, 1), np.float32), strength)
