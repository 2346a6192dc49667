"""The first alignment: all shifts at many scales and rotations, by correlation of descriptors."""

from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from clfnet.align import geometry
from clfnet.align.descriptors import centred, describe, inset
from clfnet.align.geometry import Matrix, Size
from clfnet.align.warp import Values, coverage, resize, transform
from clfnet.deadline import check_time

SCALES = tuple(float(scale) for scale in np.geomspace(0.5, 2.0, 17))
"""Ratios of the two fields of view that are tried."""
WIDE_SCALES = tuple(float(s) for s in (*np.geomspace(0.27, 0.47, 7), *np.geomspace(2.1, 3.7, 7)))
"""Further ratios, of wide lenses beside narrow ones, that are tried when those fail."""
AROUND = tuple(float(s) for s in np.geomspace(0.85, 1 / 0.85, 5))
"""What a ratio that focal lengths tell is multiplied by: they are rounded, and images are cut."""
ROTATIONS = (-8.0, -4.0, 0.0, 4.0, 8.0)
"""Degrees that are tried."""
LEAST_OVERLAP = 0.5
"""Of the smaller image; a start that overlaps less is not considered."""

_SIDE = 144  # pixels of the longer side: enough for streets and houses, and quick
_MARGIN = 2
_PEAKS = 2  # starts taken from each correlation
_APART = 0.04  # of the diagonal: starts nearer to each other are one
_TRUST = 0.75  # exponent of the overlap: small overlaps correlate by chance


Number = TypeVar("Number", float, NDArray[np.float64])


class Start(NamedTuple):
    """A first guess.

    Attributes:
        evidence: correlation times a power of the overlap.
        homography: infrared to visible pixels.
    """

    evidence: float
    homography: Matrix


def evidence(correlation: Number, overlap: Number) -> Number:
    """Weigh a correlation by how much of the images it is over.

    Args:
        correlation: of descriptors, −1 to 1.
        overlap: area shared, over the geometric mean of both areas.
    """
    weighed: Number = correlation * overlap**_TRUST
    return weighed


def orientation_evidence(infrared: Values, visible: Values) -> float:
    """Return how well a pair may fit at some of the scales, not turned: to rank orientations."""
    return max(
        start.evidence
        for scale in SCALES[::4]
        for start in _at_scale(infrared, visible, scale, (0.0,))
    )


def starts(
    infrared: Values, visible: Values, count: int, scales: tuple[float, ...] = SCALES
) -> list[Start]:
    """Return the best guesses that differ, the best first.

    Args:
        infrared: float32, (H, W), spread.
        visible: float32, (H, W), spread; of any other size.
        count: how many at most.
        scales: ratios of the two fields of view that are tried.
    """
    found = [start for scale in scales for start in _at_scale(infrared, visible, scale)]
    found.sort(key=lambda start: -start.evidence)
    outline = geometry.corners(infrared.shape[1::-1])
    apart = _APART * float(np.hypot(*visible.shape))
    kept: list[Start] = []
    places: list[NDArray[np.float64]] = []
    for start in found:
        place = geometry.apply(start.homography, outline)
        if all(np.linalg.norm(place - other, axis=1).mean() > apart for other in places):
            kept.append(start)
            places.append(place)
        if len(kept) == count:
            break
    return kept


def _at_scale(
    infrared: Values, visible: Values, scale: float, rotations: tuple[float, ...] = ROTATIONS
) -> list[Start]:
    """Correlate at one ratio of the fields of view, at every rotation."""
    # Half of the ratio each, so that both keep about the same detail at every ratio.
    heat = shrunk(infrared, _SIDE * np.sqrt(scale))
    light = shrunk(visible, _SIDE / np.sqrt(scale))
    shape = (
        fast_length(light.shape[0] + heat.shape[0]),
        fast_length(light.shape[1] + heat.shape[1]),
    )
    known = inset(light.shape, _MARGIN)
    fixed = _spectra(centred(describe(light), known), known, shape)
    to_visible = geometry.scaling(light.shape[1::-1], visible.shape[1::-1])
    from_infrared = geometry.scaling(infrared.shape[1::-1], heat.shape[1::-1])
    found = []
    for degrees in rotations:
        check_time()
        turn = _rotation(degrees, heat.shape[1::-1])
        back = geometry.inverse(turn)
        turned = transform(heat, back, heat.shape[1::-1])
        valid = coverage(back, heat.shape[1::-1], heat.shape[1::-1], margin=_MARGIN)
        valid &= inset(heat.shape, _MARGIN)
        moving = _spectra(centred(describe(turned, valid), valid), valid, shape)
        scores = _scores(fixed, moving, shape, int(known.sum()), int(valid.sum()))
        for value, shift in _peaks(scores, light.shape):
            matrix = to_visible @ shift @ turn @ from_infrared
            found.append(Start(value, geometry.normalised(matrix)))
    return found


def shrunk(image: Values, side: float) -> Values:
    """Return (H, W) at another size, whose longer side has so many pixels."""
    factor = side / max(image.shape)
    width, height = (max(8, round(length * factor)) for length in image.shape[1::-1])
    return resize(image, (width, height))


_Spectrum = NDArray[np.complex128]


def _spectra(
    descriptors: NDArray[np.float32], valid: NDArray[np.bool_], shape: tuple[int, int]
) -> tuple[_Spectrum, _Spectrum, _Spectrum]:
    """Return the spectra of descriptors, of their energy and of their mask."""
    energy = np.einsum("chw,chw->hw", descriptors, descriptors)
    return (
        np.fft.rfft2(descriptors, shape),
        np.fft.rfft2(energy, shape),
        np.fft.rfft2(valid.astype(np.float32), shape),
    )


def _scores(
    fixed: tuple[_Spectrum, _Spectrum, _Spectrum],
    moving: tuple[_Spectrum, _Spectrum, _Spectrum],
    shape: tuple[int, int],
    fixed_area: int,
    moving_area: int,
) -> NDArray[np.float64]:
    """Return the evidence for every shift, the correlation being over the overlap alone.

    After Padfield, "Masked Object Registration in the Fourier Domain", 2012, but with means taken
    once over each whole image.
    """
    channels, energy, mask = (np.conj(spectrum) for spectrum in moving)
    product = np.fft.irfft2(np.einsum("chw,chw->hw", fixed[0], channels), shape)
    fixed_energy = np.fft.irfft2(fixed[1] * mask, shape)
    moving_energy = np.fft.irfft2(fixed[2] * energy, shape)
    area = np.fft.irfft2(fixed[2] * mask, shape)
    norm = np.sqrt(np.maximum(fixed_energy, 1e-3) * np.maximum(moving_energy, 1e-3))
    overlap = np.maximum(area, 0) / np.sqrt(max(1, fixed_area * moving_area))
    scores = product / norm * overlap**_TRUST
    scores[area < LEAST_OVERLAP * min(fixed_area, moving_area)] = -1
    return np.asarray(scores, np.float64)


def _peaks(
    scores: NDArray[np.float64], size: Size, count: int = _PEAKS
) -> list[tuple[float, Matrix]]:
    """Return the highest scores and their shifts; size is rows and columns of the fixed one."""
    found = []
    for _ in range(count):
        row, column = np.unravel_index(int(scores.argmax()), scores.shape)
        y = int(row) if row < size[0] else int(row) - scores.shape[0]
        x = int(column) if column < size[1] else int(column) - scores.shape[1]
        shift = np.array([[1.0, 0, x], [0, 1, y], [0, 0, 1]])
        found.append((float(scores[row, column]), shift))
        scores[max(0, row - 5) : row + 6, max(0, column - 5) : column + 6] = -1
    return found


def _rotation(degrees: float, size: Size) -> Matrix:
    """Return a rotation about an image's middle."""
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    x, y = (size[0] - 1) / 2, (size[1] - 1) / 2
    return np.array(
        [
            [cosine, -sine, x - cosine * x + sine * y],
            [sine, cosine, y - sine * x - cosine * y],
            [0, 0, 1],
        ]
    )


_FAST: list[int] = sorted(
    2**a * 3**b * 5**c for a in range(1, 11) for b in range(5) for c in range(4)
)


def fast_length(length: int) -> int:
    """Return the next even length whose transform is quick."""
    return next(fast for fast in _FAST if fast >= length)
