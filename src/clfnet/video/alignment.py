"""One alignment for a whole video: from frames in which both cameras show structure."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any, NamedTuple, TypedDict, Unpack

import numpy as np
from numpy.typing import NDArray

from clfnet.align import Rig
from clfnet.errors import AlignmentError
from clfnet.inference.alignment import register_named
from clfnet.inference.arrays import grey
from clfnet.options import FuseOptions
from clfnet.video.frames import Frame, Source
from clfnet.video.pairing import NearestPairs
from clfnet.video.source import open_source, takes_fps
from clfnet.video.stream import is_device, is_url

TRIED = 5
"""Pairs of frames that are tried."""

_ENOUGH = 0.6  # a quality with which no further frames are tried
_LOOKED_AT = 200  # pairs of frames from which those to try are taken

Grey = NDArray[Any]


class Opening(TypedDict, total=False):
    """How two streams are opened; see `clfnet.video.source.open_source`.

    Attributes:
        fps: frames per second of folders and stacks.
        crop: the part of the infrared frames that is the image.
        crop_visible: that of the visible frames.
    """

    fps: float | None
    crop: str | None
    crop_visible: str | None


class Registered(NamedTuple):
    """An alignment, and the frames that it was found on: grey, (H, W) each."""

    rig: Rig
    infrared: Grey
    visible: Grey


def register_streams(
    infrared: str,
    visible: str,
    *,
    offset: float = 0.0,
    **opening: Unpack[Opening],
) -> Registered:
    """Find how the infrared camera's frames lie in the visible one's, once for all of them.

    Frames are paired by time, as fusing pairs them; those with the most contrast in the infrared
    are tried, and the best alignment is taken.

    Args:
        infrared: a recording or a folder of frames; see `clfnet.video.source.open_source`.
        visible: the same.
        offset: seconds by which the infrared recording began later than the visible one.
        **opening: see `Opening`.

    Raises:
        AlignmentError: no pair of frames can be registered.
        VideoError: a source cannot be opened, or is live.
    """
    opened = partial(_opened, infrared, visible, **opening)
    frames = sorted(_pairs(opened, offset), key=lambda pair: -_contrast(pair[0]))
    best: Registered | None = None
    failed: AlignmentError | None = None
    for heat, light in frames[:TRIED]:
        try:
            rig = register_named(heat, light, (infrared, visible))
        except AlignmentError as error:
            failed = failed or error
            continue
        if best is None or (rig.quality or 0) > (best.rig.quality or 0):
            best = Registered(rig, heat, light)
        if (rig.quality or 0) >= _ENOUGH:
            break
    if best is None:
        raise failed or AlignmentError(
            f"{infrared} and {visible} must have frames at the same time to be aligned, but have "
            f"none. Correct --offset."
        )
    return best


def aligned_once(
    options: FuseOptions,
    infrared: str,
    visible: str,
    *,
    offset: float = 0.0,
    **opening: Unpack[Opening],
) -> FuseOptions:
    """Return options with one alignment for all frames, where they ask for one to be found.

    Args:
        options: of fusing.
        infrared: a stream.
        visible: the same.
        offset: see `register_streams`.
        **opening: see `Opening`.

    Raises:
        AlignmentError: no pair of frames can be registered.
        VideoError: a source cannot be opened.
    """
    if options.align not in ("needed", "auto"):
        return options
    if options.align == "needed" and not sizes_differ(infrared, visible, **opening):
        return replace(options, align="off")
    found = register_streams(infrared, visible, offset=offset, **opening)
    return replace(options, align=found.rig)


def sizes_differ(infrared: str, visible: str, **opening: Unpack[Opening]) -> bool:
    """Tell whether two streams have frames of different sizes; a live one is not looked at.

    Raises:
        VideoError: a source cannot be opened.
        InputError: see `open_source`.
    """
    if any(is_url(spec) or is_device(spec) for spec in (infrared, visible)):
        return False
    sizes = []
    for source in _opened(infrared, visible, **opening):
        sizes.append((source.width, source.height))
        source.close()
    return sizes[0] != sizes[1]


def _opened(infrared: str, visible: str, **opening: Unpack[Opening]) -> list[Source]:
    fps = opening.get("fps")
    crops = opening.get("crop"), opening.get("crop_visible")
    return [
        open_source(spec, fps=fps if takes_fps(spec) else None, crop=crop)
        for spec, crop in zip((infrared, visible), crops, strict=True)
    ]


def _pairs(opened: Callable[[], list[Source]], offset: float) -> Iterator[tuple[Grey, Grey]]:
    """Yield pairs of grey frames, some of the first of them."""
    sources = opened()
    try:
        if any(source.live for source in sources):
            raise AlignmentError(
                "live sources cannot be aligned while they run. Record some seconds, align those, "
                "and give the rig file (--align RIG.json)."
            )
        rate = sources[0].rate
        period = float(1 / rate) if rate else 0.04
        paired = NearestPairs(iter(sources[0]), iter(sources[1]), offset=offset, period=period)
        step = max(1, _LOOKED_AT // (4 * TRIED))
        for heat, light in islice(paired, 0, _LOOKED_AT, step):
            yield _grey(heat), _grey(light)
    finally:
        for source in sources:
            source.close()


def _grey(frame: Frame) -> Grey:
    return frame.pixels if frame.pixels.ndim == 2 else grey(frame.pixels)


def _contrast(values: Grey) -> float:
    """Return how much of a frame's contrast is in its edges, relative to its noise-free span."""
    some = values[::2, ::2].astype(np.float32)
    span = float(np.ptp(some)) or 1.0
    return float(np.abs(np.diff(some, axis=1)).mean() / span)
