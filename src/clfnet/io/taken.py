"""Pairing of files by the time at which they were taken (EXIF)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from clfnet.errors import PairingError
from clfnet.io.files import open_input
from clfnet.io.pairing import Pairs

MOST_APART = 2.0
"""Seconds between the two images of a pair."""

_EXPOSURE, _DATE = 0x8769, 306
_TAKEN, _FRACTION = 36867, 37521


def match_by_time(infrared: Mapping[str, Path], visible: Mapping[str, Path]) -> Pairs:
    """Match images by the time that their EXIF tells, at most `MOST_APART` seconds apart.

    Cameras that count both kinds in one series call a pair 0007 and 0008. The nearest in time
    belong together, each to one.

    Args:
        infrared: files by name.
        visible: files by name; a pair has its name.

    Raises:
        PairingError: no two belong together.
    """
    heat = {file: taken_at(file) for file in infrared.values()}
    light = {file: taken_at(file) for file in visible.values()}
    near = sorted(
        (abs(a - b), first, second)
        for first, a in heat.items()
        for second, b in light.items()
        if a is not None and b is not None and abs(a - b) <= timedelta(seconds=MOST_APART)
    )
    partners: dict[Path, Path] = {}
    for _, first, second in near:
        if first not in partners and second not in partners.values():
            partners[first] = second
    if not partners:
        raise PairingError(
            f"infrared and visible files must have been taken within {MOST_APART:g} s by their "
            f"EXIF to be pairs by time, but no two were. Pair them by name, or list them in a "
            f"file: clfnet batch PAIRS.csv."
        )
    names = {file: name for name, file in visible.items()}
    pairs = sorted(partners.items())
    used = {*partners, *partners.values()}
    unpaired = sorted(file for file in (*heat, *light) if file not in used)
    named = [names[second] for _, second in pairs]
    return Pairs([*pairs], named, unpaired, note="by when they were taken")


def taken_at(path: Path) -> datetime | None:
    """Return when a JPEG, TIFF or PNG file was taken, by its EXIF; None where that says nothing."""
    from PIL.JpegImagePlugin import JpegImageFile
    from PIL.PngImagePlugin import PngImageFile
    from PIL.TiffImagePlugin import TiffImageFile

    for kind in (JpegImageFile, TiffImageFile, PngImageFile):
        try:
            with open_input(path) as file:
                exif = kind(file).getexif()
                return _time(exif.get_ifd(_EXPOSURE), exif.get(_DATE))
        except Exception:  # noqa: BLE001, S112 -- of another kind, or damaged: it says nothing
            continue
    return None


def _time(exposure: Mapping[int, Any], date: Any) -> datetime | None:
    text = str(exposure.get(_TAKEN) or date or "").strip("\0 ")
    try:
        taken = datetime.strptime(text[:19], "%Y:%m:%d %H:%M:%S")
    except ValueError:
        return None
    fraction = str(exposure.get(_FRACTION, "")).strip("\0 ")
    return taken + timedelta(seconds=float(f"0.{fraction}") if fraction.isdecimal() else 0.0)
