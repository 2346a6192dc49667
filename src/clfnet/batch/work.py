"""What a worker does with one pair: the same function in a local process and on a cluster."""

import secrets
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clfnet.batch.evidence import NOTHING, UNKNOWN, Evidence, is_lost, of_contents, of_sizes
from clfnet.batch.mark import Mark, Marked, marked, read_mark
from clfnet.batch.places import at_hand, exists, is_remote, send
from clfnet.batch.recipe import Recipe
from clfnet.errors import ClfnetError, ImageError, InputError, OutputExistsError, one_line, renamed
from clfnet.inference.fuser import Fuser
from clfnet.io.image import Image, write_image

_kept = threading.local()
_IN_THE_WAY = (FileExistsError, IsADirectoryError, NotADirectoryError)


@dataclass(frozen=True)
class Task:
    """One pair to fuse.

    Attributes:
        row: which one of the manifest it is.
        name: what its output is called, without suffix.
        infrared: an absolute path or a URL.
        visible: the same; None where the infrared file is a radiometric one that holds both.
        output: the same.
        pair: what the journal knows it by.
        attempt: how often its worker has died of it, and once more.
        again: it was done before, but its output is lost, or its inputs have changed since.
    """

    row: int
    name: str
    infrared: str
    visible: str | None
    output: str
    pair: str
    attempt: int = 1
    again: bool = False


@dataclass(frozen=True)
class Outcome:
    """What became of one pair.

    Attributes:
        state: "done"; "failed", which is the pair's own fault; or "stop", if no other pair would
            fare better: no space, no permission, no model.
        seconds: time taken, reading and writing included; None where the output was there already,
            from before a crash.
        width: columns of the result; 0 if there is none.
        height: rows of the result; 0 if there is none.
        error: why there is no result.
        evidence: what the files were like, to know them again.
        celsius: the lowest, mean and highest temperature of the infrared image, by "min", "mean"
            and "max"; empty where it does not measure.
    """

    state: str
    seconds: float | None = None
    width: int = 0
    height: int = 0
    error: str = ""
    evidence: Evidence = UNKNOWN
    celsius: Mapping[str, float] = field(default_factory=dict)


def fuse_task(recipe: Recipe, task: Task) -> Outcome:
    """Fuse one pair into its output, which carries a mark; an output with that mark is kept.

    Nothing is raised for a bad pair, whatever is wrong with it.
    """
    start = time.perf_counter()
    try:
        fuser = _fuser(recipe)
        there = _finished_before(recipe, task)
    except OutputExistsError as error:
        return Outcome("failed", error=str(error))
    except ClfnetError as error:
        return Outcome("stop", error=str(error))
    if there:
        known = there.record.get("celsius", {})
        return Outcome("done", None, there.width, there.height, "", _evidence(task), known)
    try:
        image, contents, celsius = _fused(fuser, recipe, task)
    except ClfnetError as error:
        return Outcome("failed", error=str(error))
    except MemoryError:
        return Outcome("failed", error=f"{task.name} must fit into memory. Use smaller images.")
    except Exception as error:  # noqa: BLE001  # one odd file must not end a run of millions
        what = f"internal error, {type(error).__name__}: {one_line(error)}"
        return Outcome("failed", error=f"{task.name} cannot be fused ({what}). Report it.")
    state, why, picture = _written(image, recipe, task)
    if state != "done":
        return Outcome(state, error=why)
    known = Evidence(
        of_sizes(task.infrared, task.visible), contents, of_sizes(task.output), picture
    )
    seconds = time.perf_counter() - start
    return Outcome("done", seconds, image.width, image.height, "", known, celsius)


def _evidence(task: Task) -> Evidence:
    """Return that of a pair whose output another worker wrote."""
    inputs = task.infrared, task.visible
    return Evidence(
        of_sizes(*inputs), of_contents(*inputs), of_sizes(task.output), of_contents(task.output)
    )


def _fuser(recipe: Recipe) -> Fuser:
    """Return the model of this thread: a cluster's worker may have several, each with its own."""
    if getattr(_kept, "session", None) != recipe.session:
        _kept.fuser, _kept.session = recipe.fuser(), recipe.session
    fuser: Fuser = _kept.fuser
    return fuser


def _fused(fuser: Fuser, recipe: Recipe, task: Task) -> tuple[Image, str, dict[str, float]]:
    """Return the fused image, the evidence of its sources' contents, and temperatures."""
    opened_visible: Any = nullcontext() if task.visible is None else at_hand(task.visible)
    with at_hand(task.infrared) as infrared, opened_visible as visible:
        given = {str(infrared): task.infrared}  # as the manifest has it, not as its copy here
        if task.visible:
            given[str(visible)] = task.visible
        with renamed(given):
            contents = of_contents(str(infrared), visible and str(visible))
            names = (task.infrared, task.visible or task.infrared)
            image, record, _ = fuser.fuse_pair(fuser.read(infrared, visible), names)
    image = marked(image, record, Mark(recipe.run, task.pair, task.row))
    return image, contents, record.get("celsius", {})


def _finished_before(recipe: Recipe, task: Task) -> Marked | None:
    """Return the mark of an output that is there already, if it is this very pair's.

    Raises:
        OutputExistsError: it is another pair's or another run's, which must not be replaced.
    """
    if not exists(task.output) or (task.again and is_lost(task.output)):
        return None
    with at_hand(task.output) as file:
        there = read_mark(file)
    if there and there.mark.run == recipe.run:
        if there.mark.pair == task.pair:
            return None if task.again else there
        raise OutputExistsError(
            f"`name` must differ from pair to pair, but rows {there.mark.row} and {task.row} are "
            f"both called {task.name}. Name them in a column `name`."
        )
    if not recipe.overwrite:
        raise OutputExistsError(
            f"{task.output} must not exist yet, but is there. Allow replacing it (--overwrite)."
        )
    if task.output in _real_files(task):
        raise OutputExistsError(
            f"{task.output} must not be one of the inputs. Choose another output."
        )
    return None


def _real_files(task: Task) -> set[str]:
    """Return the inputs, and the output if it is one of them under another name."""
    inputs = {task.infrared, task.visible or task.infrared}
    local = [each for each in inputs if not is_remote(each) and Path(each).exists()]
    is_same = not is_remote(task.output) and any(Path(task.output).samefile(f) for f in local)
    return inputs | {task.output} if is_same else inputs


def _written(image: Image, recipe: Recipe, task: Task) -> tuple[str, str, str]:
    """Write the output; return the outcome's state, its error and the evidence of the contents."""
    replaces = recipe.overwrite or task.again
    try:
        with _scratch(recipe) as file:
            write_image(file, image, compression=recipe.compression)
            picture = of_contents(str(file))
            # A worker that outlived its driver may have finished the pair meanwhile.
            if not (replaces and _finished_before(recipe, task)):
                send(file, task.output, overwrite=replaces)
    except OutputExistsError as error:
        return _after_a_race(recipe, task, error)
    except ImageError as error:  # too large for the format
        return "failed", str(error), NOTHING
    except _IN_THE_WAY:
        why = f"{task.output} cannot be written: a part of its path is taken. Rename it."
        return "failed", why, NOTHING
    except (ClfnetError, OSError) as error:
        reason = (getattr(error, "strerror", None) or one_line(error)).lower()
        why = f"{task.output} cannot be written: {reason}. Mend that, then run it again."
        return "stop", why, NOTHING
    return "done", "", picture


def _after_a_race(recipe: Recipe, task: Task, error: ClfnetError) -> tuple[str, str, str]:
    """Somebody was quicker: a worker of an earlier driver with this pair, or somebody else."""
    try:
        if not _finished_before(recipe, task):
            return "failed", str(error), NOTHING
        return "done", "", of_contents(task.output)
    except ClfnetError as other:
        return "failed", str(other), NOTHING


@contextmanager
def _scratch(recipe: Recipe) -> Iterator[Path]:
    """Give a name for the file while it is not complete, from where it can be renamed or sent."""
    name = f"{secrets.token_hex(8)}{recipe.suffix}"
    if recipe.scratch is None:
        with tempfile.TemporaryDirectory(prefix="clfnet-") as folder:
            yield Path(folder) / name
        return
    file = Path(recipe.scratch) / name
    if not file.parent.is_dir():  # the driver made it
        raise InputError("the output must be a folder that all workers share, but this one has not")
    try:
        yield file
    finally:
        file.unlink(missing_ok=True)
