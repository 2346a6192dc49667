"""From an upload to a fused pair; runs in a worker thread."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from clfnet.align import Rig, read_landmarks, register_landmarks
from clfnet.errors import ConfigError
from clfnet.inference.alignment import Placed
from clfnet.inference.arrays import from_unit, grey
from clfnet.io.image import Image
from clfnet.serve.http.form import Fusing
from clfnet.serve.http.uploads import INFRARED, TEXT, VISIBLE, Upload
from clfnet.thermal import Pair

if TYPE_CHECKING:
    from clfnet.serve.service import Service

FILES = {"infrared": INFRARED, "visible": VISIBLE, "rig": TEXT, "points": TEXT}
FILES_DESCRIBED = {
    "infrared": "PNG, JPEG, BMP, TIFF, NPY, or a FLIR radiometric JPEG or FFF.",
    "visible": "PNG, JPEG, BMP or TIFF; left out for a radiometric file, which holds both.",
    "rig": "A rig file of POST /v1/align or `clfnet align`.",
    "points": "Landmarks, CSV with the header x_ir,y_ir,x_vi,y_vi.",
}
"""What OpenAPI says of them."""


class FusedPair(NamedTuple):
    """What became of a pair.

    Attributes:
        pair: as its files hold it.
        fused: the picture, described.
        record: what was done.
        placed: the pair as it was fused; None if nobody asked.
    """

    pair: Pair
    fused: Image
    record: dict[str, Any]
    placed: Placed | None


def check_fields(upload: Upload, fusing: Fusing) -> None:
    """Refuse what contradicts itself, before the work.

    Raises:
        RefusedError: `infrared` is missing.
        ConfigError: two of `rig`, `points` and `align` are given.
    """
    upload.needed("infrared")
    given = [name for name in ("rig", "points") if upload.file(name)]
    given += ["align"] if fusing.options.align != "off" else []
    if len(given) > 1:
        raise ConfigError(
            f"`{given[0]}` must not be given with `{given[1]}`: both align the pair. Leave one out."
        )


def fuse_upload(service: "Service", upload: Upload, fusing: Fusing, *, placed: bool) -> FusedPair:
    """Fuse what was uploaded.

    Args:
        service: whose models and limits count.
        upload: infrared, visible, rig, points.
        fusing: how.
        placed: tell also what the pair looks like as it is fused.

    Raises:
        ClfnetError: the library refuses; files are called as the client calls them.
    """
    infrared, visible = upload.needed("infrared"), upload.file("visible")
    with upload.named():
        fuser = fusing.fuser(service.models.get(fusing.model or service.models.default))
        files = infrared.path, visible.path if visible else None
        pair = fuser.read(*files, max_pixels=service.settings.max_pixels)
        rig = _rig(upload, pair)
        fuser = fusing.fuser(fuser.method, rig) if rig else fuser
        names = infrared.name, (visible or infrared).name
        shown = fuser.place(pair, names) if placed else None
        if shown and shown.rig and fuser.alignment.automatic:  # found once, used twice
            fuser = fusing.fuser(fuser.method, shown.rig)
        fused, record = fuser.fuse_pair(pair, names)
    service.telemetry.fused(fuser.method.name)
    return FusedPair(pair, fused, record, shown)


def source_pictures(pair: FusedPair) -> Mapping[str, Image]:
    """Return infrared and visible as they were fused, 8 bits, on the grid of the result."""
    if pair.placed is None:
        raise ValueError("not placed")
    named = {"infrared": pair.placed.heat, "visible": pair.placed.light}
    return {name: Image(from_unit(each, np.dtype(np.uint8))) for name, each in named.items()}


def _rig(upload: Upload, pair: Pair) -> Rig | None:
    if (file := upload.file("rig")) is not None:
        return Rig.read(file.path)
    if (points := upload.file("points")) is not None:
        light = grey(pair.visible.pixels)
        return register_landmarks(read_landmarks(points.path), pair.thermal.values, light)
    return None
