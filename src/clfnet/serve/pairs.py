"""From an upload to a fused pair; runs in a worker thread."""

from typing import TYPE_CHECKING

from clfnet.align import Rig, read_landmarks, register_landmarks
from clfnet.errors import ConfigError
from clfnet.inference.arrays import grey, read_sources
from clfnet.inference.fuser import FusedPair
from clfnet.serve.http.form import Fusing
from clfnet.serve.http.uploads import INFRARED, TEXT, VISIBLE, Upload
from clfnet.thermal import Pair, ThermalOptions

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


def check_fields(upload: Upload, fusing: Fusing) -> None:
    """Refuse what contradicts itself, before the work.

    Raises:
        RefusedError: `infrared` is missing.
        ConfigError: two of `rig`, `points` and `align` are given.
    """
    upload.needed("infrared")
    given = [name for name in ("rig", "points") if upload.file(name)]
    given += ["align"] if fusing.options.align == "auto" else []
    if len(given) > 1:
        raise ConfigError(
            f"`{given[0]}` must not be given with `{given[1]}`: both align the pair. Leave one out."
        )


def fuse_upload(
    service: "Service", upload: Upload, fusing: Fusing, *, sources: bool = False
) -> tuple[Pair, FusedPair]:
    """Fuse what was uploaded; return the pair as its files hold it, and what became of it.

    Args:
        service: whose models and limits count.
        upload: infrared, visible, rig, points.
        fusing: how.
        sources: return also what the pair looks like as it is fused.

    Raises:
        ClfnetError: the library refuses; files are called as the client calls them.
    """
    infrared, visible = upload.needed("infrared"), upload.file("visible")
    with upload.named():
        method = service.models.get(fusing.model or service.models.default)
        pair = read_sources(
            infrared.path,
            visible.path if visible else None,
            ThermalOptions.of(fusing.options),
            allow_damaged=fusing.options.allow_damaged,
            max_pixels=service.settings.max_pixels,
        )
        fuser = fusing.fuser(method, _rig(upload, pair))
        names = infrared.name, (visible or infrared).name
        done = fuser.fuse_pair(pair, names, sources=sources)
    service.telemetry.fused(fuser.method.name)
    return pair, done


def _rig(upload: Upload, pair: Pair) -> Rig | None:
    if (file := upload.file("rig")) is not None:
        return Rig.read(file.path)
    if (points := upload.file("points")) is not None:
        light = grey(pair.visible.pixels)
        return register_landmarks(read_landmarks(points.path), pair.thermal.values, light)
    return None
