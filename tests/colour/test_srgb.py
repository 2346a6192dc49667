"""The curve of sRGB: published values, and there and back."""

import numpy as np
import pytest

from clfnet.colour.srgb import decode, encode


@pytest.mark.parametrize(
    ("stored", "light"),
    [(0, 0), (10 / 255, 0.0030353), (11 / 255, 0.0033465), (0.5, 0.2140411), (1, 1)],
)
def test_published_values(stored: float, light: float) -> None:
    assert decode(np.array([stored], np.float32))[0] == pytest.approx(light, abs=1e-7)
    assert encode(np.array([light], np.float32))[0] == pytest.approx(stored, abs=1e-5)


def test_every_16_bit_level_survives_there_and_back() -> None:
    levels = np.arange(65536)
    stored = (levels / 65535).astype(np.float32)
    found = encode(decode(stored))
    assert found.dtype == np.float32
    np.testing.assert_array_equal(np.rint(found * 65535), levels)
    assert (np.diff(decode(stored)) > 0).all()
