"""The thread that does one job at a time; what it has done stays done, whatever happens."""

import json
import logging
import threading
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from clfnet.align import Rig
from clfnet.deadline import time_limit
from clfnet.errors import ClfnetError, VideoError
from clfnet.inference.fuser import Fuser
from clfnet.io.description import read_description
from clfnet.io.files import is_trouble
from clfnet.io.image import write_image
from clfnet.serve.data_folder import DataFolder
from clfnet.serve.http.errors import logged
from clfnet.serve.http.form import FORMATS, Fusing
from clfnet.serve.http.sniffing import check_pixels
from clfnet.serve.http.uploads import Stored, named
from clfnet.serve.jobs.files import SOURCES, JobFiles, settle
from clfnet.serve.jobs.intake import CROPS, fusing_of
from clfnet.serve.jobs.store import (
    CANCELLED,
    DONE,
    FAILED,
    QUEUED,
    RUNNING,
    FilePair,
    Job,
    Store,
)
from clfnet.thermal import parse_range

if TYPE_CHECKING:
    from clfnet.serve.service import Service
    from clfnet.video.frames import Source
    from clfnet.video.report import VideoProgress

_log = logging.getLogger("clfnet.serve")

_PAUSE = 0.5  # seconds between two looks for work that nobody announced
_LONGEST_PAUSE = 30.0  # seconds between two tries while the system refuses
_OFTEN = 0.5  # seconds between two notes of a video's progress
_FAST = "fast"


class Worker:
    """Does the jobs of a store, oldest first.

    Args:
        service: whose models fuse.
        store: of jobs.
        data: where their files are.
    """

    def __init__(self, service: "Service", store: Store, data: DataFolder) -> None:
        self._service = service
        self._store = store
        self._data = data
        self._folder = data.jobs
        self._stop = threading.Event()
        self._work = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Put back what an earlier process did not finish, and begin."""
        self._tidy()
        self._thread = threading.Thread(target=self._run, name="clfnet-jobs", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Look for work now."""
        self._work.set()

    def stop(self) -> None:
        """Begin no more pairs."""
        self._stop.set()
        self._work.set()

    def join(self) -> None:
        """Wait until the pair in work is done."""
        if self._thread:
            self._thread.join()

    def _tidy(self) -> None:
        jobs = self._store.all()
        self._data.set_aside(job.id for job in jobs)
        for job in jobs:
            if job.state == CANCELLED:
                JobFiles(self._folder, job.id).remove()

    def _run(self) -> None:
        pause = _PAUSE
        while not self._stop.is_set():
            self._work.clear()
            try:
                if not self._step():
                    self._work.wait(_PAUSE)
                pause = _PAUSE
            except Exception:  # noqa: BLE001 -- the disk is full, say: jobs must go on once it is not
                _log.exception("the jobs cannot go on; trying again in %g seconds", pause)
                self._stop.wait(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)

    def _step(self) -> bool:
        """Do the oldest job that waits; tell whether there was one."""
        self._store.recover()
        job = self._store.claim()
        if job is None:
            return False
        files = JobFiles(self._folder, job.id)
        try:
            self._do(job, files)
        except Exception as error:
            if is_trouble(error):  # not the job's fault: it is tried again
                raise
            text = str(error) if isinstance(error, ClfnetError) else logged(error)  # our bug
            self._store.move(job.id, FAILED, RUNNING, error=text)
        if self._is_cancelled(job):
            files.remove()
        return True

    def _do(self, job: Job, files: JobFiles) -> None:
        files.begin()
        do = self._video if job.kind == "video" else self._pairs
        if not do(job, files):
            self._store.move(job.id, QUEUED, RUNNING)  # unless it was cancelled

    def _is_cancelled(self, job: Job) -> bool:
        now = self._store.get(job.id)
        return now is None or now.state == CANCELLED

    def _fuser(self, fusing: Fusing, files: JobFiles, default: str) -> Fuser:
        rig = Rig.read(files.rig) if files.rig.exists() else None
        return fusing.fuser(self._service.models.get(fusing.model or default), rig)

    def _pairs(self, job: Job, files: JobFiles) -> bool:
        """Fuse the pairs that are left; tell whether none is."""
        fuser = self._fuser(fusing_of(job.form), files, self._service.models.default)
        suffix = FORMATS[job.form["format"]][1]
        for pair in self._store.pairs(job.id, QUEUED):
            if self._stop.is_set() or self._is_cancelled(job):
                return False
            error = None
            if files.result(pair.number) is None:  # else it was written just before an end
                error = self._fuse(pair, files, fuser, suffix)
            celsius = _celsius(files.result(pair.number))
            self._store.finish_pair(job.id, pair.number, error, celsius)
            files.drop_sources(pair.number)
        done = self._store.pairs(job.id, DONE)
        text = None if done else "every pair has failed; `failed` says why."
        self._store.move(job.id, DONE if done else FAILED, RUNNING, error=text)
        return True

    def _fuse(self, pair: FilePair, files: JobFiles, fuser: Fuser, suffix: str) -> str | None:
        """Fuse one pair into its file; return why that cannot be done."""
        limit = self._service.settings.max_pixels
        given = _sources(pair, files)
        if len(given) < sum(map(bool, (pair.infrared, pair.visible))):
            return (
                f"{pair.name} must still have what was uploaded, but that is gone. Send it again."
            )
        try:
            for stored in given:
                check_pixels(stored.path, stored.name, limit)
            output = files.fused / f"{pair.number:04}{suffix}"
            renamed = named(*given, Stored(output, f"{pair.name}{suffix}"))
            with renamed, time_limit(self._service.settings.pair_seconds):
                sources = fuser.read(*(stored.path for stored in given), max_pixels=limit)
                image = fuser.fuse_pair(sources, (given[0].name, given[-1].name)).image
                write_image(output, image, compression=fuser.options.compression)
        except ClfnetError as error:
            if is_trouble(error):
                raise
            return str(error)
        except MemoryError:
            return f"{pair.name} must fit into memory. Use smaller images."
        self._service.telemetry.fused(fuser.method.name)
        return None

    def _video(self, job: Job, files: JobFiles) -> bool:
        """Fuse a video from its start; tell whether it came to its end."""
        (pair,) = self._store.pairs(job.id)
        if files.video is not None:  # it was complete just before an end
            return self._finish_video(job, pair, files, job.total)
        from clfnet.video.alignment import aligned_once
        from clfnet.video.pipeline import fuse_video
        from clfnet.video.ranging import ranging_for

        fusing = fusing_of(job.form)
        chosen = fusing.options
        ranging = ranging_for(parse_range(str(chosen.thermal_range)), chosen.kelvin_per_count)
        plain = replace(chosen, thermal_range="auto", kelvin_per_count=None)
        stored, offset = _sources(pair, files), float(job.form.get("offset", 0))
        if len(stored) < len(SOURCES):
            raise VideoError(
                f"{pair.name} must still have what was uploaded, but that is gone. Send it again."
            )
        crop, crop_visible = (job.form.get(name) for name in CROPS)
        if not files.rig.exists():
            with named(*stored):
                first, second = (str(each.path) for each in stored)
                plain = aligned_once(
                    plain, first, second, offset=offset, crop=crop, crop_visible=crop_visible
                )
        fuser = self._fuser(replace(fusing, options=plain), files, _FAST)
        halt, noted = threading.Event(), 0.0

        def progress(at: "VideoProgress") -> None:
            nonlocal noted
            if self._stop.is_set():
                halt.set()
            if time.monotonic() - noted < _OFTEN:
                return
            noted = time.monotonic()
            if self._is_cancelled(job):
                halt.set()
            self._store.progress(job.id, at.frames, at.expected or 0)

        output = files.work / f"fused.{job.form['format']}"
        with named(*stored):
            infrared, visible = self._opened(stored, job.form.get("fps"), [crop, crop_visible])
            report = fuse_video(
                fuser,
                infrared,
                visible,
                output,
                offset=offset,
                ranging=ranging,
                progress=progress,
                stop=halt,
            )
        if report.interrupted or report.output is None:
            return False
        settle(output)
        output.rename(files.folder / f"result.{job.form['format']}")
        return self._finish_video(job, pair, files, report.frames)

    def _finish_video(self, job: Job, pair: FilePair, files: JobFiles, frames: int) -> bool:
        self._store.finish_pair(job.id, pair.number)
        self._store.progress(job.id, frames, frames)
        files.drop_sources(pair.number)
        return self._store.move(job.id, DONE, RUNNING)

    def _opened(
        self, stored: list[Stored], fps: str | None, crops: list[str | None]
    ) -> list["Source"]:
        """Open both streams; none stays open if one cannot be used."""
        from clfnet.video.source import open_source
        from clfnet.video.stack import SUFFIXES

        limit = self._service.settings.max_pixels
        with ExitStack() as stack:
            sources = []
            for (path, name), crop in zip(stored, crops, strict=True):
                rate = float(fps) if fps and path.suffix in (".seq", *SUFFIXES) else None
                source = open_source(path, fps=rate, crop=crop)
                stack.callback(source.close)
                if source.width * source.height > limit:
                    raise VideoError(
                        f"{name} must have frames of at most {limit / 1e6:g} megapixels, but has "
                        f"{source.width}x{source.height}. Scale it down."
                    )
                sources.append(source)
            stack.pop_all()  # from now on they are closed by whoever fuses
            return sources


def _celsius(result: Path | None) -> dict[str, float]:
    """Return the temperatures that a fused image tells of in its record."""
    described = None if result is None else read_description(result)
    found: dict[str, float] = json.loads(described.text).get("celsius", {}) if described else {}
    return found


def _sources(pair: FilePair, files: JobFiles) -> list[Stored]:
    """Return the uploads of a pair, infrared first."""
    return [
        Stored(path, name)
        for kind, name in zip(SOURCES, (pair.infrared, pair.visible), strict=True)
        if (path := files.source(kind, pair.number)) is not None
    ]
