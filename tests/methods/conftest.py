"""What the tests of the methods share."""

import numpy as np
import pytest

from clfnet.methods.classical import Plane


@pytest.fixture(params=[(12, 17), (40, 33)], ids=str)
def pair(request: pytest.FixtureRequest) -> tuple[Plane, Plane]:
    """An infrared and a visible image of noise."""
    rng = np.random.default_rng(0)
    return rng.random(request.param), rng.random(request.param)


@pytest.fixture
def scene() -> tuple[Plane, Plane]:
    """A warm blob before a smooth background, and a texture on a grey one; 64×64."""
    y, x = np.mgrid[:64, :64].astype(float)
    blob = 0.2 + 0.7 * (np.hypot(x - 16, y - 16) < 6)
    texture = 0.5 + 0.2 * np.sin(x * 2.1) * np.sin(y * 1.7) * (x > 36)
    return blob, texture
