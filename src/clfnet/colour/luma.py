"""Luma and chroma of a colour image: take luma out, put another one in, keep the colour.

Images are float32 in [0, 1], (H, W) grey or (H, W, 3) sRGB. A `Space` says what luma is: `BT601`
weighs stored values, as video has them; `LinearLight` weighs light itself. What both need stands
below them: the transfer curve of sRGB, chroma that fits in [0, 1], and the saturation guard.
"""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from clfnet.errors import ConfigError

Float = NDArray[np.float32]

BT601_WEIGHTS = np.array([0.299, 0.587, 0.114], np.float32)
"""The share of R, G and B in luma."""

BT709_WEIGHTS = np.array([0.2126, 0.7152, 0.0722], np.float32)
"""The share of R, G and B in luminance."""

BLACK = 1e-12
"""A luminance up to this has no colour to scale: far below the smallest step of 16 bits."""

DARK = 0.1
"""A pixel whose brightest channel is below this has a colour that is not to be trusted."""

LIT = 0.4
"""A pixel whose brightest channel is at least this keeps its chroma to the bit."""


_STRIP = 2**15  # pixels: of which a dozen planes stay in a core's cache


class Space(Protocol):
    """How a colour image comes apart into luma and the rest, and together again.

    `with_luma(rgb, luma(rgb))` is `rgb` but for float rounding, less than half a level of 16 bits.
    """

    def luma(self, rgb: Float) -> Float:
        """Return the luma, float32, (H, W), in [0, 1], of float32, (H, W, 3), in [0, 1]."""
        ...

    def with_luma(self, rgb: Float, new: Float, *, guard: bool = True) -> Float:
        """Return the image with the luma `new`, its hue kept, in [0, 1] without clipping."""
        ...


class BT601:
    """Luma and chroma after ITU-R BT.601, full range: sums of stored values, as video has them.

    Chroma is what is left of a colour when its luma is taken away: (R - Y, G - Y, B - Y), which is
    Cr and Cb unscaled, and G - Y, which follows from them. Its own luma is 0.
    """

    def luma(self, rgb: Float) -> Float:
        """Return the luma of a colour image.

        Args:
            rgb: float32, (H, W, 3), in [0, 1].

        Returns:
            float32, (H, W), in [0, 1].

        Example:
            >>> bt601.luma(np.array([[[1, 0, 0], [1, 1, 1]]], np.float32)).round(3).tolist()
            [[0.29899999499320984, 1.0]]
        """
        return weighted(rgb, BT601_WEIGHTS)

    def with_luma(self, rgb: Float, new: Float, *, guard: bool = True) -> Float:
        """Give a colour image another luma and keep its chroma.

        Chroma stays as it is, so that a*b* of CIELAB hardly change; it is scaled toward grey where
        the colour would leave [0, 1]. The guard (see `kept_chroma`) scales it, where the image is
        dark, by new / old luma if that falls, so that saturation does not rise, and by
        √(old / new) if it rises.

        Args:
            rgb: float32, (H, W, 3), in [0, 1].
            new: the luma it gets, float32, (H, W), in [0, 1].
            guard: fade chroma in the dark.

        Returns:
            float32, (H, W, 3), in [0, 1], of exactly this luma but for rounding.

        Example:
            >>> red = np.array([[[0.9, 0.1, 0.1]]], np.float32)
            >>> bt601.with_luma(red, np.array([[0.9]], np.float32)).round(2).tolist()  # paler
            [[[1.0, 0.8600000143051147, 0.8600000143051147]]]
        """
        return _in_strips(partial(self._with_luma, guard=guard), rgb, new)

    def _with_luma(self, rgb: Float, new: Float, *, guard: bool) -> Float:
        old = self.luma(rgb)
        chroma = rgb - old[..., None]  # (H, W, 3)
        if guard:
            in_the_dark = np.minimum(ratio(new, old), np.sqrt(ratio(old, new)))
            chroma *= kept_chroma(rgb, in_the_dark)[..., None]
        return add_chroma(new, chroma)


class LinearLight:
    """Luminance in linear light after ITU-R BT.709 and sRGB: products, as light behaves.

    A new luminance is the same surface under more or less light, so R, G and B are scaled by one
    factor. The luma that stands for a luminance is the grey of that luminance, as sRGB stores it:
    what a fusion method sees is an ordinary image.
    """

    def luma(self, rgb: Float) -> Float:
        """Return the grey that is as bright as each pixel, as sRGB stores it.

        Args:
            rgb: float32, (H, W, 3), in [0, 1].

        Returns:
            float32, (H, W), in [0, 1].

        Example:
            >>> linear.luma(np.array([[[1, 0, 0], [0.5, 0.5, 0.5]]], np.float32)).round(3).tolist()
            [[0.49799999594688416, 0.5]]
        """
        return linear_to_srgb(_luminance(srgb_to_linear(rgb)))

    def with_luma(self, rgb: Float, new: Float, *, guard: bool = True) -> Float:
        """Give a colour image another luminance and keep its hue and saturation.

        Linear R, G and B are scaled by the new over the old luminance, and desaturated toward grey
        where the colour would leave [0, 1]. The guard (see `kept_chroma`) keeps, where the image
        is dark and its luma rises, (old / new luma)^1.5 of the saturation, which leaves about as
        much chroma as `BT601` does.

        Args:
            rgb: float32, (H, W, 3), in [0, 1].
            new: the luma it gets (encoded, as from `luma`), float32, (H, W), in [0, 1].
            guard: fade chroma in the dark.

        Returns:
            float32, (H, W, 3), in [0, 1], of exactly this luma but for rounding. Black becomes
            grey.

        Example:
            >>> red = np.array([[[0.4, 0.1, 0.1]]], np.float32)
            >>> linear.with_luma(red, linear.luma(red) / 2).round(2).tolist()
            [[[0.2199999988079071, 0.03999999910593033, 0.03999999910593033]]]
        """
        return _in_strips(partial(self._with_luma, guard=guard), rgb, new)

    def _with_luma(self, rgb: Float, new: Float, *, guard: bool) -> Float:
        light = srgb_to_linear(rgb)
        old, target = _luminance(light), srgb_to_linear(new)
        gain = np.divide(target, old, out=np.zeros_like(old), where=old > BLACK)
        if guard:
            gain = gain * kept_chroma(rgb, ratio(linear_to_srgb(old), new) ** 1.5)
        chroma = (light - old[..., None]) * gain[..., None]  # (H, W, 3)
        return np.clip(linear_to_srgb(add_chroma(target, chroma)), 0.0, 1.0)


bt601 = BT601()
linear = LinearLight()

SPACES: Mapping[str, Space] = MappingProxyType({"bt601": bt601, "linear": linear})
"""The spaces by name."""


def find_space(name: str) -> Space:
    """Return the space of a name.

    Raises:
        ConfigError: there is no such space.

    Example:
        >>> find_space("linear").luma(np.ones((1, 1, 3), np.float32)).round(3).tolist()
        [[1.0]]
    """
    if name not in SPACES:
        raise ConfigError(f"`space` must be one of {', '.join(SPACES)}, got {name!r}.")
    return SPACES[name]


def weighted(rgb: Float, weights: Float) -> Float:
    """Return the weighted sum of each pixel's channels, clipped to [0, 1].

    Written out, since a matrix product (`rgb @ weights`) is rounded in a way that depends on the
    shape: a tile would differ from the same pixels of the whole image.

    Args:
        rgb: float32, (H, W, 3), in [0, 1].
        weights: float32, (3,); their sum is 1 but for rounding.

    Returns:
        float32, (H, W), in [0, 1].

    Example:
        >>> weighted(np.array([[[1, 0.5, 0]]], np.float32), np.array([0.5, 0.25, 0.25], np.float32))
        array([[0.625]], dtype=float32)
    """
    total = rgb[..., 0] * weights[0]
    total += rgb[..., 1] * weights[1]
    total += rgb[..., 2] * weights[2]
    clipped: Float = np.clip(total, 0.0, 1.0, out=total)
    return clipped


def kept_chroma(rgb: Float, in_the_dark: Float) -> Float:
    """Return the share of its chroma that each pixel keeps.

    With t rising smoothly (3x² − 2x³) from 0 to 1 as the brightest of R, G and B rises from `DARK`
    to `LIT`, the share is `in_the_dark` to the power of 1 − t. The brightest channel, not luma,
    says how much signal there is: a blue lamp has little luma, but its colour is no noise.

    Args:
        rgb: the visible image, float32, (H, W, 3), in [0, 1].
        in_the_dark: the share kept where it is dark, float32, (H, W), in [0, 1].

    Returns:
        float32, (H, W), in [0, 1]; exactly 1 where the image is lit.

    Example:
        >>> rgb = np.array([[[0, 0.05, 0], [0, 0.25, 0], [0, 0.5, 0]]], np.float32)
        >>> kept_chroma(rgb, np.full((1, 3), 0.5, np.float32)).tolist()
        [[0.5, 0.7071067690849304, 1.0]]
    """
    brightest = _largest(rgb)
    rise = np.clip((brightest - np.float32(DARK)) / np.float32(LIT - DARK), 0, 1)
    smooth = rise * rise * (3 - 2 * rise)
    trust = np.maximum(smooth, brightest >= LIT)  # not 1 but for rounding
    kept: Float = in_the_dark ** (1 - trust)  # anything to the power of 0 is 1, to the bit
    return kept


def ratio(numerator: Float, denominator: Float) -> Float:
    """Return the ratio of two lumas, (H, W), at most 1; 1 where both are 0."""
    return _quotient(numerator, np.maximum(numerator, denominator))


def add_chroma(grey: Float, chroma: Float) -> Float:
    """Add chroma to grey; where that leaves [0, 1], scale the chroma until it fits.

    Clipping R, G and B one by one would shift the hue and change the luma instead.

    Args:
        grey: float32, (H, W), in [0, 1].
        chroma: float32, (H, W, 3): how far R, G and B are from grey.

    Returns:
        float32, (H, W, 3), in [0, 1].

    Example:
        >>> red = np.array([[[0.56, -0.24, -0.24]]], np.float32)
        >>> add_chroma(np.array([[0.9]], np.float32), red).round(2).tolist()
        [[[1.0, 0.8600000143051147, 0.8600000143051147]]]
    """
    above, below = 1 - grey, grey  # how far the furthest of R, G and B may go
    up, down = _largest(chroma), -_smallest(chroma)
    fit = _quotient(above, np.maximum(up, above))  # (H, W), at most 1
    fit = np.minimum(fit, _quotient(below, np.maximum(down, below)), out=fit)
    fitted: Float = chroma * fit[..., None]
    fitted += grey[..., None]
    return np.clip(fitted, 0.0, 1.0, out=fitted)  # rounding


def _quotient(part: Float, whole: Float) -> Float:
    """Return part / whole, which is no less; 1 where both are 0."""
    with np.errstate(invalid="ignore"):
        found: Float = np.divide(part, whole)
    return np.fmin(found, np.float32(1), out=found)  # not NaN


def _largest(values: Float) -> Float:
    """Return `values.max(axis=2)` of (H, W, 3), many times as fast."""
    return np.maximum(np.maximum(values[..., 0], values[..., 1]), values[..., 2])


def _smallest(values: Float) -> Float:
    return np.minimum(np.minimum(values[..., 0], values[..., 1]), values[..., 2])


def _in_strips(with_luma: Callable[[Float, Float], Float], rgb: Float, new: Float) -> Float:
    """Recolour some rows at a time, R, G and B apart, so that all that is computed stays in cache.

    Args:
        with_luma: recolours (h, W, 3) by (h, W).
        rgb: (H, W, 3).
        new: (H, W).

    Returns:
        (H, W, 3), a plane per channel in memory.
    """
    height, width = new.shape
    planes = np.empty((3, height, width), np.float32)
    result, rows = np.moveaxis(planes, 0, 2), max(1, _STRIP // width)
    for top in range(0, height, rows):
        strip = slice(top, top + rows)
        apart = np.moveaxis(np.ascontiguousarray(np.moveaxis(rgb[strip], 2, 0)), 0, 2)
        result[strip] = with_luma(apart, new[strip])
    return result


def srgb_to_linear(values: Float) -> Float:
    """Return the light that stored values stand for.

    Args:
        values: float32 in [0, 1], any shape.

    Returns:
        The same shape, float32, in [0, 1], proportional to light.

    Example:
        >>> srgb_to_linear(np.array([0, 0.5, 1], np.float32)).round(3).tolist()
        [0.0, 0.21400000154972076, 1.0]
    """
    curve = ((values + np.float32(0.055)) / np.float32(1.055)) ** np.float32(2.4)
    return np.where(values <= 0.04045, values / np.float32(12.92), curve)


def linear_to_srgb(light: Float) -> Float:
    """Return the stored values of light; the inverse of `srgb_to_linear`."""
    curve = np.float32(1.055) * light ** np.float32(1 / 2.4) - np.float32(0.055)
    return np.where(light <= 0.0031308, light * np.float32(12.92), curve)


def _luminance(light: Float) -> Float:
    return weighted(light, BT709_WEIGHTS)


def blend(visible: Float, fused: Float, strength: float) -> Float:
    """Return (1 − strength) · visible + strength · fused.

    Args:
        visible: float32, any shape, in [0, 1].
        fused: float32, the same shape.
        strength: 0 gives `visible`, 1 gives `fused`, both to the bit; values rise or fall evenly
            between.

    Returns:
        float32, the same shape, never outside what the two span.

    Raises:
        ConfigError: `strength` is not in [0, 1].

    Example:
        >>> blend(np.array([0.2, 1], np.float32), np.array([0.6, 0], np.float32), 0.25).tolist()
        [0.30000001192092896, 0.75]
    """
    check_strength(strength)
    share = np.float32(strength)
    mixed: Float = (1 - share) * visible + share * fused
    return np.clip(mixed, np.minimum(visible, fused), np.maximum(visible, fused))  # rounding


def check_strength(strength: float) -> None:
    """Raise a `ConfigError` unless `strength` is in [0, 1]."""
    if not 0 <= strength <= 1:  # NaN is neither
        raise ConfigError(
            f"`strength` must be in [0, 1], got {strength}. 0 is the visible image, 1 the fused."
        )
