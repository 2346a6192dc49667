"""From a form to a job that is accepted: pairs by name for a folder, two streams for a video."""

import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clfnet.align import Rig
from clfnet.errors import ConfigError, PairingError
from clfnet.io.box import Box
from clfnet.io.files import bytes_in
from clfnet.io.image import check_depth
from clfnet.io.names import LENSES, match_names, split_kinds
from clfnet.options import Option, check_for_video
from clfnet.serve.http.errors import RefusedError
from clfnet.serve.http.form import FORMATS, OPTIONS, Fusing, parse
from clfnet.serve.http.sniffing import PICTURES, THERMAL, sniff, sniff_video
from clfnet.serve.http.uploads import Accepts, Stored, Upload
from clfnet.serve.jobs.files import JobFiles, settle, settle_name
from clfnet.serve.jobs.store import FAILED, FilePair, Job, Store
from clfnet.thermal import parse_range
from clfnet.thermal.folders import lonely, pairs_by_time
from clfnet.video.frames import load_av
from clfnet.video.ranging import ranging_for

if TYPE_CHECKING:
    from clfnet.serve.service import Service

KINDS = ("folder", "video")
VIDEO_FORMATS = ("mp4", "mkv", "webm")

_RETRY = 60  # seconds; jobs take long
_SHARE = 4  # all jobs together may take so many times what one may

PAIRING: Mapping[str, Option] = {
    "by_time": Option(
        bool,
        "Folder: pair images by when they were taken (EXIF), at most 2 s apart, not by name.",
        default=False,
    ),
    "lens": Option(
        str,
        "Folder: lens to use where a pair has several visible images.",
        choices=tuple(LENSES),
        by_default="wide",
    ),
}
"""How a folder's pairs are found."""

CROPS = ("crop", "crop_visible")
"""By source, the part of a video's frames that is the image."""

FIELDS: Mapping[str, Option] = {
    "kind": Option(
        str, "Kind of the job: a folder of pairs, or a video.", default="folder", choices=KINDS
    ),
    **OPTIONS,
    "format": Option(
        str,
        "Format of the results.",
        choices=(*FORMATS, *VIDEO_FORMATS),
        by_default="png for a folder, mp4 for a video",
    ),
    "offset": Option(
        float, "Video: seconds by which the infrared recording began later.", unit="s"
    ),
    "fps": Option(
        float,
        "Video: frames per second of a FLIR sequence or a stack of images.",
        least=0,
        above=True,
        unit="1/s",
    ),
    **{
        name: Option(
            str,
            f"Video: the part of each {kind} frame that is the image, X,Y,WIDTH,HEIGHT in pixels.",
            example="0,0,256,192",
        )
        for name, kind in zip(CROPS, ("infrared", "visible"), strict=True)
    },
    **PAIRING,
}
"""The fields of a job's form."""

_OF_VIDEO = ("offset", "fps", *CROPS)
_OF_JOBS = ("kind", "format", *_OF_VIDEO, *PAIRING)


def accepts(pairs: int) -> dict[str, Accepts]:
    """Return what files a job's form takes."""
    return {"infrared": Accepts(most=pairs), "visible": Accepts(most=pairs), "rig": Accepts()}


def check_room(service: "Service", store: Store) -> None:
    """Make room for one more job, by forgetting the oldest ones that are finished.

    Raises:
        RefusedError: 429, there is none.
    """
    limits, folder = service.settings, service.data.jobs
    jobs = store.all()
    while jobs and (len(jobs) >= limits.jobs or bytes_in(folder) > (_SHARE - 1) * limits.job_bytes):
        oldest = next((job for job in reversed(jobs) if job.is_finished), None)
        if oldest is None:
            raise RefusedError(
                429,
                "Busy",
                f"The service must have room for one more job, but {len(jobs)} wait or run. Try "
                f"again in {_RETRY} seconds.",
                retry_after=_RETRY,
            )
        store.remove(oldest.id)
        JobFiles(folder, oldest.id).remove()
        jobs.remove(oldest)


def fusing_of(form: Mapping[str, str]) -> Fusing:
    """Return how the pairs of a job are fused.

    Raises:
        ConfigError: a field is unknown or its value is none.
    """
    return Fusing.of({name: value for name, value in form.items() if name not in _OF_JOBS})


def check_form(service: "Service", form: Mapping[str, str]) -> dict[str, Any]:
    """Find out before the work whether what is asked for makes sense; return the values.

    Raises:
        ConfigError: a value is out of range, or does not go with another.
        WeightsError: there is no such model.
    """
    values = {"kind": "folder"} | parse(form, FIELDS)
    is_video = values["kind"] == "video"
    formats = VIDEO_FORMATS if is_video else tuple(FORMATS)
    values.setdefault("format", formats[0])
    replace(FIELDS["format"], choices=formats).check("format", values["format"])
    fusing = fusing_of(form)
    fusing.fuser(service.models.get(fusing.model or service.models.default))
    if is_video:
        check_for_video(fusing.options)
        load_av()
        ranging_for(parse_range(str(fusing.options.thermal_range)), fusing.options.kelvin_per_count)
        for name in CROPS:
            if values.get(name):
                Box.parse(values[name], name)
        for name in PAIRING:
            if values.get(name):
                raise ConfigError(f"`{name}` must not be given for a video. Leave it out.")
    else:
        for name in _OF_VIDEO:
            if name in values:
                raise ConfigError(f"`{name}` must not be given for a folder. Leave it out.")
        check_depth(fusing.options.depth, FORMATS[values["format"]][1], "`format`")
    return values


def accept(service: "Service", store: Store, upload: Upload) -> Job:
    """Make a job of a form that has arrived, in a worker thread.

    Raises:
        ClfnetError: it cannot be one.
    """
    values = check_form(service, upload.fields)
    upload.needed("infrared")
    if (rig := upload.file("rig")) is not None:
        if values.get("align") == "auto":
            raise ConfigError("`rig` must not be given with `align`. Leave one out.")
        with upload.named():
            Rig.read(rig.path)
    kind = values["kind"]
    pairs = _video(upload) if kind == "video" else _folder(upload, values)
    numbered = [replace(pair, number=number) for number, (pair, _) in enumerate(pairs, start=1)]
    form = {key: value for key, value in upload.fields.items() if value}
    form |= {"kind": kind, "format": values["format"]}
    name = secrets.token_hex(8)
    files, kept = JobFiles(service.data.incoming, name), JobFiles(service.data.jobs, name)
    try:
        files.make()
        for pair, (_, sources) in zip(numbered, pairs, strict=True):
            _place(files, pair, sources, _video_suffix if kind == "video" else _picture_suffix)
        if rig is not None:
            rig.path.rename(files.rig)
        settle(files.folder)
        files.folder.rename(kept.folder)
        settle_name(kept.folder)
        store.add(name, kind, form, numbered, total=0 if kind == "video" else len(numbered))
    except BaseException:
        files.remove()
        kept.remove()
        raise
    job = store.get(name)
    if job is None:
        raise RefusedError(404, "NotFound", "The job has been removed already.")
    return job


_Sources = Mapping[str, Stored]
_Suffix = Callable[[str, Stored], str]


def _place(files: JobFiles, pair: FilePair, sources: _Sources, suffix: _Suffix) -> None:
    """Move the uploads of a pair to where its job finds them."""
    for kind, stored in sources.items():
        stored.path.rename(files.folder / kind / f"{pair.number:04}{suffix(kind, stored)}")


def _folder(upload: Upload, values: Mapping[str, Any]) -> list[tuple[FilePair, _Sources]]:
    """Pair files as `clfnet fuse` does with folders; infrared alone is radiometric.

    Where all files come as `infrared`, words in their names may tell the visible ones.
    """
    infrared, visible = (_by_stem(upload, name) for name in ("infrared", "visible"))
    by_time = bool(values.get("by_time"))
    if by_time:
        found = _paired_by_time(infrared, visible)
    else:
        found = paired(infrared, visible, values.get("lens"))
    if not visible and not any(partner for _, partner in found):
        return [
            (FilePair(0, stem, each.name, ""), {"infrared": each})
            for stem, each in infrared.items()
        ]
    if not any(all(names) for names in found):
        raise PairingError(
            f"`infrared` and `visible` must hold files whose names belong together, but no two do "
            f"(e.g. {next(iter(infrared.values())).name}, {next(iter(visible.values())).name}). "
            f"Give equal names to partners, or names that differ in a prefix, a suffix or a word "
            f"such as ir and vis; or pair them by when they were taken (`by_time`)."
        )
    partners = visible or infrared
    return [
        _pair(infrared.get(first), partners.get(second), by_time=by_time) for first, second in found
    ]


def _paired_by_time(
    infrared: Mapping[str, Stored], visible: Mapping[str, Stored]
) -> list[tuple[str, str]]:
    """Return which stems of files belong together by time; "" where there is none.

    Raises:
        PairingError: no two do.
    """
    heat, light = ({stem: f.path for stem, f in each.items()} for each in (infrared, visible))
    found = pairs_by_time(heat, light)
    stems = {path: stem for each in (heat, light) for stem, path in each.items()}
    pairs = [(stems[first], stems[second]) for first, second in found.pairs]
    lights = {*light.values()}
    return pairs + [
        ("", stems[path]) if path in lights else (stems[path], "") for path in found.unpaired
    ]


def paired(
    infrared: Collection[str], visible: Collection[str], lens: str | None = None
) -> list[tuple[str, str]]:
    """Return which names of files, without suffix, a job takes as pairs; "" where there is none.

    Infrared names alone are of radiometric files, unless words in them tell visible ones.

    Args:
        infrared: names of infrared files, or of both kinds.
        visible: names of visible files.
        lens: which of several visible images of a pair, a key of `clfnet.io.names.LENSES`.

    Example:
        >>> paired(["IR_1", "IR_2"], ["VIS_1"]), paired(["a_ir", "a_vis"], [])
        ([('IR_1', 'VIS_1'), ('IR_2', '')], [('a_ir', 'a_vis')])
    """
    if not visible:
        of_infrared, visible, _ = split_kinds(infrared)
        if not match_names(of_infrared, visible).shared:
            return [(name, "") for name in infrared]
        infrared = [name for name in infrared if name not in visible]
    first, second = match_names(infrared, visible, lens=lens).groups
    return [
        (first.get(key, ""), second.get(key, "")) for key in sorted(first.keys() | second.keys())
    ]


def _pair(
    infrared: Stored | None, visible: Stored | None, *, by_time: bool
) -> tuple[FilePair, _Sources]:
    names = infrared.name if infrared else "", visible.name if visible else ""
    stem = (visible or infrared or Stored(Path(), "")).stem
    if infrared and visible:
        return FilePair(0, stem, *names), {"infrared": infrared, "visible": visible}
    error = lonely("".join(names), by_time=by_time)
    return FilePair(0, stem, *names, state=FAILED, error=error), {}


def _video(upload: Upload) -> list[tuple[FilePair, _Sources]]:
    for name in ("infrared", "visible"):
        upload.needed(name)
        if len(upload.files[name]) > 1:
            raise RefusedError(400, "BadRequest", f"`{name}` must be given once for a video.")
    infrared, visible = upload.needed("infrared"), upload.needed("visible")
    return [
        (
            FilePair(0, visible.stem, infrared.name, visible.name),
            {"infrared": infrared, "visible": visible},
        )
    ]


def _by_stem(upload: Upload, name: str) -> dict[str, Stored]:
    files: dict[str, Stored] = {}
    for stored in upload.files.get(name, ()):
        if stored.stem in files:
            raise PairingError(
                f"a stem must occur once in `{name}`, but {files[stored.stem].name} and "
                f"{stored.name} share theirs. Keep one of each."
            )
        files[stored.stem] = stored
    return files


def _picture_suffix(where: str, stored: Stored) -> str:
    """Return an image's suffix; what is none fails when its turn comes, and stops nothing."""
    try:
        return sniff(stored.path, THERMAL if where == "infrared" else PICTURES, stored.name)
    except RefusedError:
        return ".bin"


def _video_suffix(where: str, stored: Stored) -> str:  # noqa: ARG001 -- as `_picture_suffix`
    return sniff_video(stored.path, stored.name)
