"""Dual-tree complex wavelets: the stronger oriented detail at each scale."""

from itertools import product

import numpy as np
import pywt
from numpy.typing import NDArray

from clfnet.methods.classical import Plane
from clfnet.methods.selection import stronger
from clfnet.methods.trivial import average

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]

Q_SHIFT = [0.03516384, 0, -0.08832942, 0.23389032, 0.76027237, 0.58751830, 0, -0.11430184, 0, 0]
"""Kingsbury's low-pass filter with a quarter sample of delay; reversed, it has three quarters."""

FIRST = "sym4"
"""The orthogonal wavelet of the first scale, where the trees lie one sample apart."""

_PERIODIC = "periodization"


def dtcwt(infrared: Plane, visible: Plane, *, levels: int = 4) -> Plane:
    """Return the image whose dual-tree transform has the stronger details and the mean top.

    Two wavelet trees, half a sample apart, are the real and the imaginary part of wavelets of one
    sign of frequency; along rows and columns they give six orientations, and magnitudes that hardly
    depend on the position of the grid. At each place the complex coefficient of larger magnitude is
    kept.

    Source of the rule: Lewis, O'Callaghan, Nikolov, Bull and Canagarajah, "Pixel- and region-based
    image fusion with complex wavelets", Inf. Fusion 8(2), 119 (2007), Sec. 2. Of the transform:
    Selesnick, Baraniuk and Kingsbury, "The dual-tree complex wavelet transform", IEEE Signal
    Process. Mag. 22(6), 123 (2005); of its filters: Kingsbury, ICIP (2000), of ten taps. Four
    levels are usual; the wavelet of the first scale is our choice. Images are mirrored at their
    borders, and small ones have fewer levels.

    Args:
        infrared: float64, (H, W), in [0, 1].
        visible: the same.
        levels: how many scales of detail, at most.

    Returns:
        float64, (H, W); strong details of both may leave [0, 1].

    Example:
        >>> image = np.eye(32)
        >>> bool(np.allclose(dtcwt(image, image), image, atol=1e-6))
        True
    """
    levels = min(levels, int(np.log2(min(infrared.shape))))
    first, second = (forward(_padded(image, levels), levels) for image in (infrared, visible))
    top = average(first[0], second[0])
    details = [stronger(*both) for both in zip(first[1], second[1], strict=True)]
    height, width = infrared.shape
    margin = _margin(levels)
    return inverse(top, details)[margin : margin + height, margin : margin + width]


def forward(image: Plane, levels: int) -> tuple[Real, list[Complex]]:
    """Return the dual-tree complex wavelet transform of a periodic image.

    Args:
        image: float64, (H, W), multiples of 2^levels.
        levels: how many scales.

    Returns:
        The low-pass images of the four pairs of trees, (4, H/2^levels, W/2^levels), and for each
        scale, the finest first, complex coefficients of six orientations, (2, 3, h, w).

    Example:
        >>> top, details = forward(np.zeros((8, 8)), 2)
        >>> top.shape, [scale.shape for scale in details]
        ((4, 2, 2), [(2, 3, 4, 4), (2, 3, 2, 2)])
    """
    tops, details = [image] * 4, []
    for level in range(levels):
        split = [
            pywt.dwt2(top, wavelets, _PERIODIC)
            for top, wavelets in zip(tops, _wavelets(level), strict=True)
        ]
        tops = [top for top, _ in split]
        details.append(_oriented(np.stack([np.stack(bands) for _, bands in split])))
    return np.stack(tops), details


def inverse(top: Real, details: list[Complex]) -> Plane:
    """Return the image of a transform; exact to 1e-7, as the filters have eight digits.

    Args:
        top: as from `forward`.
        details: as from `forward`.

    Returns:
        float64, (H, W): the mean over the four pairs of trees.
    """
    tops = list(top)
    for level, scale in reversed(list(enumerate(details))):
        tops = [
            pywt.idwt2((top, tuple(bands)), wavelets, _PERIODIC)
            for top, bands, wavelets in zip(tops, _trees(scale), _wavelets(level), strict=True)
        ]
    return np.asarray(np.mean(tops, axis=0))


def _wavelets(level: int) -> list[tuple[pywt.Wavelet, ...]]:
    """The wavelets along columns and rows, of the pairs of trees aa, ab, ba, bb."""
    if level == 0:
        taps = pywt.Wavelet(FIRST).rec_lo
        trees = [*taps, 0.0, 0.0], [0.0, *taps, 0.0]
    else:
        trees = Q_SHIFT, Q_SHIFT[::-1]
    banks = [pywt.Wavelet("", pywt.orthogonal_filter_bank(tree)) for tree in trees]
    return list(product(banks, repeat=2))


def _oriented(bands: Real) -> Complex:
    """(a + ib)(a ± ib), along columns and rows: (4, 3, h, w) to (2, 3, h, w)."""
    aa, ab, ba, bb = bands
    return np.stack([aa - bb + 1j * (ab + ba), aa + bb + 1j * (ba - ab)])


def _trees(bands: Complex) -> Real:
    """What `_oriented` undoes: (2, 3, h, w) to (4, 3, h, w)."""
    same, opposite = bands
    total, difference = same + opposite, opposite - same
    return np.stack([total.real, -difference.imag, total.imag, difference.real]) / 2


def _padded(image: Plane, levels: int) -> Plane:
    """Mirror the image so far beyond its borders that the other side does not matter."""
    margin = _margin(levels)
    return np.pad(
        image, [(margin, margin + -side % 2**levels) for side in image.shape], "symmetric"
    )


def _margin(levels: int) -> int:
    return (len(Q_SHIFT) << levels) // 2  # the length of the coarsest filter, in pixels
