"""Chroma that fits is kept; chroma that does not is scaled, whole."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from clfnet.colour.gamut import Float, add_chroma

CHROMA = arrays(np.float32, (4, 5, 3), elements=st.floats(-2, 2, width=32))
GREYS = arrays(np.float32, (4, 5), elements=st.floats(0, 1, width=32))


def _reference(grey: float, chroma: Float) -> list[float]:
    """Shrink the step from grey until R, G and B are inside, one bound after the other."""
    factor = 1.0
    for step in chroma.astype(float):
        if grey + step > 1:
            factor = min(factor, (1 - grey) / step)
        if grey + step < 0:
            factor = min(factor, -grey / step)
    return [grey + step * factor for step in chroma.astype(float)]


@given(GREYS, CHROMA)
def test_colours_are_scaled_toward_grey(grey: Float, chroma: Float) -> None:
    found = add_chroma(grey, chroma)
    assert found.dtype == np.float32
    assert (found.min() >= 0, found.max() <= 1) == (True, True)
    for place in np.ndindex(4, 5):
        expected = _reference(float(grey[place]), chroma[place])
        np.testing.assert_allclose(found[place], expected, atol=1e-6)
