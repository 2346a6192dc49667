"""The shipped networks of the literature do what they are described to do, without torch."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from clfnet import Fuser
from clfnet.example import night_street
from clfnet.metrics import to_grey
from clfnet.metrics.image import GreyImage


@pytest.fixture(scope="module")
def sources() -> tuple[GreyImage, GreyImage]:
    scene = night_street(320, 240)
    return scene.infrared, to_grey(scene.visible)


def test_of_two_equal_images_densefuse_makes_the_same(
    sources: tuple[GreyImage, GreyImage],
) -> None:
    fuser = Fuser("densefuse", threads=1)
    for image in sources:
        assert _psnr(fuser(image, image), image) > 30


def test_of_two_equal_images_pmgi_keeps_what_its_norms_leave(
    sources: tuple[GreyImage, GreyImage],
) -> None:
    """Not their level: that of an image is lost in the first norm."""
    fuser = Fuser("pmgi", threads=1)
    for image in sources:
        assert np.corrcoef(fuser(image, image).ravel(), image.ravel())[0, 1] > 0.9


def test_densefuse_is_nearly_the_average(sources: tuple[GreyImage, GreyImage]) -> None:
    """What its authors' weights make, too, and what the paper's Table II shows of it."""
    mean = np.mean(np.stack(sources), axis=0)
    assert _psnr(Fuser("densefuse", threads=1)(*sources), mean) > 30


def _psnr(one: NDArray[Any], other: NDArray[Any]) -> float:
    """Of grey levels, in dB."""
    return float(-10 * np.log10(np.mean((one.astype(float) - other) ** 2) / 255**2))
