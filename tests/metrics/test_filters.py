import subprocess
import sys

import numpy as np
import pytest

from clfnet.errors import MissingExtraError
from clfnet.metrics.filters import Border, blur_inside, correlate, gaussian, sobel

PAD = {"constant": "constant", "nearest": "edge", "mirror": "reflect"}


@pytest.mark.parametrize("border", ["constant", "nearest", "mirror"])
def test_correlate_is_the_sum_over_the_window(border: Border) -> None:
    rng = np.random.default_rng(0)
    image, vertical, horizontal = rng.random((6, 9)), rng.random(5), rng.random(3)
    padded = np.pad(image, ((2, 2), (1, 1)), mode=PAD[border])  # type: ignore[call-overload]
    expected = [
        [(np.outer(vertical, horizontal) * padded[i : i + 5, j : j + 3]).sum() for j in range(9)]
        for i in range(6)
    ]
    np.testing.assert_allclose(correlate(image, vertical, horizontal, border), expected)


@pytest.mark.parametrize("step", [1, 2])
def test_blur_inside_is_the_sum_over_windows_in_the_image(step: int) -> None:
    rng = np.random.default_rng(0)
    image, window = rng.random((8, 11)), rng.random(5)
    expected = [
        [(np.outer(window, window) * image[i : i + 5, j : j + 5]).sum() for j in range(0, 7, step)]
        for i in range(0, 4, step)
    ]
    np.testing.assert_allclose(blur_inside(image, window, step), expected)
    assert blur_inside(image[:5, :5], window, step).shape == (1, 1)


def test_gaussian_sums_to_one_and_is_symmetric() -> None:
    window = gaussian(17, 17 / 5)
    assert window.sum() == pytest.approx(1, rel=1e-15)
    assert np.array_equal(window, window[::-1])
    assert window[8] / window[7] == pytest.approx(np.exp(1 / (2 * 3.4**2)))


def test_sobel_rises_to_the_right_and_downwards() -> None:
    right, down = sobel(np.add.outer(10.0 * np.arange(4), np.arange(5)), "nearest")
    assert right[1, 2] == 8
    assert down[1, 2] == 80


def test_without_scipy_the_message_has_the_pip_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy.ndimage", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'clfnet\[evaluate\]'"):
        correlate(np.ones((2, 2)), np.ones(1), np.ones(1), "nearest")


def test_importing_the_metrics_imports_no_scipy() -> None:
    code = "import sys, clfnet.metrics; sys.exit('scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
