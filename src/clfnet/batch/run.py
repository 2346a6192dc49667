"""Many pairs, from a manifest to a folder or an object store: resumable, on one machine or many."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from pathlib import Path
from typing import Any

from clfnet.batch.driver import Driver, entry
from clfnet.batch.engine import Engine
from clfnet.batch.evidence import Evidence, agree, is_lost, of_contents, of_sizes
from clfnet.batch.journal import Journal
from clfnet.batch.local import LocalEngine
from clfnet.batch.manifest import Entry, parse_shard, read_entries
from clfnet.batch.places import exists, is_remote, resolve
from clfnet.batch.recipe import Recipe, make_recipe
from clfnet.batch.table import check_place, latest, write_table
from clfnet.batch.work import Outcome, Task
from clfnet.errors import ConfigError, InputError, OutputExistsError
from clfnet.inference.tiling import cores
from clfnet.io.files import sweep

_CHANGED = (
    "{} must be as it was written, but was changed since. Move it away, or allow replacing it "
    "(--overwrite)."
)
_LISTED = 20  # failures that a summary names


@dataclass
class Progress:
    """How far a run is.

    Attributes:
        done: pairs that are finished, in this run.
        failed: pairs that failed, in this run.
        before: pairs that an earlier run had settled.
        seconds: since the run began.
        again: pairs that an earlier run had done, but whose output is lost or whose inputs have
            changed since.
    """

    done: int = 0
    failed: int = 0
    before: int = 0
    seconds: float = 0.0
    again: int = 0


@dataclass
class Summary:
    """What has become of all pairs of the manifest, or of the shard.

    Attributes:
        done: pairs whose output is in place.
        failed: pairs that are set aside.
        failures: "NAME: reason" of the first of them.
        table: where the table of results is.
        progress: what this run did.
    """

    done: int = 0
    failed: int = 0
    failures: list[str] = field(default_factory=list)
    table: str = ""
    progress: Progress = field(default_factory=Progress)


def run(
    source: str,
    output: str,
    *,
    visible: str | None = None,
    lens: str | None = None,
    by_time: bool = False,
    form: str = "png",
    table: str | None = None,
    journal: str | None = None,
    workers: int | None = None,
    threads: int | None = None,
    scheduler: str | None = None,
    shard: str | None = None,
    retry_failed: bool = False,
    overwrite: bool = False,
    verify: bool = False,
    progress: Callable[[Progress], None] | None = None,
    **options: Any,
) -> Summary:
    """Fuse all pairs of a manifest; go on where an earlier run of the same journal stopped.

    A pair is done when its output is in place and the journal says so; outputs appear whole. After
    a crash of anything at any moment, the same call finishes the rest, and nothing that was
    finished is done again. Bad pairs are set aside with the reason. A pair whose worker dies is
    tried again alone, and set aside after three deaths.

    Processes are started by "spawn": a script of your own must call this under
    ``if __name__ == "__main__":``.

    Args:
        source: a manifest, a glob or a folder; see `clfnet.batch.manifest.read_entries`.
        output: a folder, or a URL that fsspec knows. A pair's output is NAME and the format's
            suffix in it.
        visible: the glob or folder of visible files, if `source` is one of infrared files.
        lens: of folders, which of several visible images of a pair: "wide", "zoom" or "visible".
        by_time: pair the files of folders by when they were taken, at most 2 s apart.
        form: "png", "jpg" or "tif".
        table: the table of results, .csv or .parquet; results.csv in `output` by default.
        journal: a file of this machine; journal.jsonl in `output` by default. Needed if `output`
            is a URL.
        workers: processes of this machine; as many as cores by default.
        threads: of each of them; its share of the cores by default. 1 on a cluster.
        scheduler: the address of a Dask scheduler, whose workers are to be used instead.
        shard: "I/N": only the I-th of N parts of the manifest, I from 1 to N; the journal and the
            table are the part's own.
        retry_failed: try what failed earlier again.
        overwrite: replace outputs that are there from elsewhere.
        verify: compare the contents of all files of pairs that are done with what they were, and
            not just the sizes of those of this machine.
        progress: called after each pair.
        **options: of `clfnet.Fuser`: model, stretch, thermal_range, align, palette, depth, memory
            and so on.

    Raises:
        InputError: the manifest cannot be read, the output or the journal not written, or another
            process works with the journal.
        ConfigError: an option is out of range, or another one than the journal was begun with.
        OutputExistsError: the table is there already, from elsewhere.
        MissingExtraError: Parquet, URLs and `scheduler` need the extra `cluster`.
        WeightsError: there is no such model.
        ClfnetError: worker processes do not start.

    Example:
        >>> import tempfile, numpy as np
        >>> from clfnet.io.image import Image, write_image
        >>> folder = Path(tempfile.mkdtemp())
        >>> for name in ("ir/a.png", "vi/a.png"):
        ...     write_image(folder / name, Image(np.full((4, 6), 90, np.uint8)))
        >>> summary = run(f"{folder}/ir/*.png", f"{folder}/out", visible=f"{folder}/vi/*.png",
        ...               model="maximum", workers=1)  # doctest: +SKIP
        >>> summary.done, summary.failed  # doctest: +SKIP
        (1, 0)
    """
    part = parse_shard(shard) if shard else (1, 1)
    mark = f"-{part[0]}-of-{part[1]}" if shard else ""
    folder = resolve(output)
    table_place = resolve(table) if table else f"{folder}/results{mark}.csv"
    check_place(table_place)
    processes, each = _shares(workers, threads, on_cluster=scheduler is not None)
    recipe = make_recipe({**options, "threads": each}, suffix=f".{form}", overwrite=overwrite)
    entries = _begun(read_entries(source, visible, lens=lens, by_time=by_time))
    described = {"output": folder, "shard": shard, **recipe.described()}
    with Journal(_journal_path(journal, folder, mark), described) as log:
        if log.is_new and not overwrite and exists(table_place):
            raise OutputExistsError(
                f"{table_place} must not exist yet, but is there. Allow replacing it (--overwrite)."
            )
        state = Progress()
        todo = _Todo(log, part, recipe, folder, _Teller(state, progress), retry_failed, verify)
        with _scratch(folder, replace(recipe, run=log.run)) as ready:
            engine = _engine(ready, processes, each, scheduler)
            with closing(engine):
                Driver(engine, log, todo.teller).run(todo.tasks(entries))
        return _summary(log, table_place, state)


class _Teller:
    """Counts outcomes and passes the counts on."""

    def __init__(self, state: Progress, tell: Callable[[Progress], None] | None) -> None:
        self.state = state
        self._tell = tell
        self._start = time.monotonic()

    def __call__(self, outcome: Outcome) -> None:
        if outcome.state == "done":
            self.state.done += 1
        else:
            self.state.failed += 1
        self.state.seconds = time.monotonic() - self._start
        if self._tell:
            self._tell(replace(self.state))


@dataclass
class _Todo:
    """Which pairs of a manifest are to be fused here and now."""

    log: Journal
    part: tuple[int, int]
    recipe: Recipe
    folder: str
    teller: _Teller
    retry_failed: bool
    verify: bool

    def tasks(self, entries: Iterator[Entry]) -> Iterator[Task]:
        """Yield what is to be done; bad rows go into the journal on the way."""
        for each in entries:
            if not each.is_of(self.part):
                continue
            task, before = self._task(each), self.log.state(each.pair)
            if before == "done":
                known = self.log.evidence(each.pair)
                if self._is_unchanged(task, known):
                    self.teller.state.before += 1
                    continue
                self.teller.state.again += 1
                task = replace(task, again=True)
                if not self.recipe.overwrite and self._is_foreign(task, known):
                    self._fail(task, _CHANGED.format(task.output))
                    continue
            elif before == "failed" and not self.retry_failed:
                self.teller.state.before += 1
                continue
            if each.error:
                self._fail(task, each.error)
            else:
                yield task

    def _fail(self, task: Task, why: str) -> None:
        outcome = Outcome("failed", error=why)
        self.log.append([entry(task, outcome)])
        self.teller(outcome)

    def _is_unchanged(self, task: Task, known: Evidence) -> bool:
        """Tell whether a pair's files are what they were. Inputs may have gone: they did their job.

        Without `verify`, no other machine is asked.
        """
        inputs = task.infrared, task.visible
        if not self.verify and is_remote(task.output):
            return agree(of_sizes(*inputs), known.inputs)
        return (
            agree(of_sizes(*inputs), known.inputs)
            and not is_lost(task.output)
            and not self._is_foreign(task, known)
            and (not self.verify or agree(of_contents(*inputs), known.contents))
        )

    def _is_foreign(self, task: Task, known: Evidence) -> bool:
        """Tell whether an output is there, but is not what was written."""
        if is_lost(task.output):
            return False
        return not agree(of_sizes(task.output), known.output) or (
            self.verify and not agree(of_contents(task.output), known.picture)
        )

    def _task(self, each: Entry) -> Task:
        output = f"{self.folder}/{each.name}{self.recipe.suffix}"
        return Task(each.row, each.name, each.infrared, each.visible, output, each.pair)


def _begun(entries: Iterator[Entry]) -> Iterator[Entry]:
    """Read the first entry now: a list that cannot be read shows before anything is written."""
    return chain(list(islice(entries, 1)), entries)


def _shares(workers: int | None, threads: int | None, *, on_cluster: bool) -> tuple[int, int]:
    """Return the number of processes, and of threads in each."""
    for name, value in (("workers", workers), ("threads", threads)):
        if value is not None and value < 1:
            raise ConfigError(f"`{name}` must be at least 1, got {value}. Leave it out.")
    if on_cluster:
        if workers is not None:
            raise InputError("`workers` must not be given with a scheduler, which has its own.")
        return 0, threads or 1
    processes = workers or max(1, cores() // (threads or 1))
    return processes, threads or max(1, cores() // processes)


def _journal_path(journal: str | None, folder: str, mark: str) -> Path:
    if journal:
        return Path(journal).absolute()
    if is_remote(folder):
        raise InputError(
            "`journal` must be given where the output is a URL: a file of this machine that "
            "survives it. Name one (--journal FILE)."
        )
    return Path(folder) / f"journal{mark}.jsonl"


@contextmanager
def _scratch(folder: str, recipe: Recipe) -> Iterator[Recipe]:
    """Give a folder for what is not complete; what a crash left there goes."""
    if is_remote(folder):
        yield recipe
        return
    for left in Path(folder).glob(f".clfnet-{recipe.run}-*"):
        shutil.rmtree(left, ignore_errors=True)
    sweep(Path(folder))  # half a table
    scratch = Path(folder) / f".clfnet-{recipe.run}-{recipe.session}"
    try:
        scratch.mkdir(parents=True)
    except OSError as error:
        reason = error.strerror or error
        raise InputError(f"{folder} cannot be written: {reason}. Choose another place.") from error
    try:
        yield replace(recipe, scratch=str(scratch))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _engine(recipe: Recipe, processes: int, threads: int, scheduler: str | None) -> Engine:
    if scheduler is None:
        return LocalEngine(recipe, processes, threads)
    from clfnet.batch.cluster import ClusterEngine

    return ClusterEngine(recipe, scheduler)


def _summary(log: Journal, table: str, state: Progress) -> Summary:
    """Write the table, and count on the way."""
    summary = Summary(table=table, progress=state)

    def counted() -> Iterator[Any]:
        for each in latest(log.entries()):
            if each["state"] == "done":
                summary.done += 1
            else:
                summary.failed += 1
                if len(summary.failures) < _LISTED:
                    summary.failures.append(f"{each['name']}: {each['error']}")
            yield each

    write_table(table, counted())
    return summary
