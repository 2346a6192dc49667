"""An ONNX graph, loaded by ONNX Runtime, in whatever process it is run."""

import threading
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import onnxruntime

from clfnet.deadline import check_time, time_left
from clfnet.errors import ConfigError, WeightsError, one_line
from clfnet.inference.device import (
    Device,
    check_used,
    does_not_work,
    find_device,
    on_best_device,
    prepare,
)
from clfnet.inference.per_process import PerProcess
from clfnet.io.onnx_file import check_external_files
from clfnet.weights import ModelFile

_ONLY_FATAL = 4  # what goes wrong is raised; nothing else needs a line on stderr
_running: set[onnxruntime.RunOptions] = set()


class Session:
    """A loaded graph.

    It may be pickled, and used in a child of the process that made it: there it is loaded anew. A
    run in the main thread answers Ctrl-C, whatever the graph does.

    Args:
        model: its bytes, or its file; of a file, weights in files beside it are found.
        name: what messages call it.
        threads: how many CPU threads one image may use; all cores by default.
        device: where it runs; the CPU by default.

    Raises:
        WeightsError: not an ONNX graph.
        ConfigError: `threads` is below 1, or the device does not work.
    """

    def __init__(
        self,
        model: Path | bytes,
        name: str,
        threads: int | None = None,
        device: Device = Device(),  # noqa: B008 -- it cannot be changed
    ) -> None:
        if threads is not None and threads < 1:
            raise ConfigError(f"`threads` must be at least 1, got {threads}. Leave it out for all.")
        where = model if isinstance(model, bytes) else model.absolute()
        _check_files(where, name)
        self._loaded = PerProcess(partial(_load, where, name, threads, device))

    @property
    def inputs(self) -> list[Any]:
        """ONNX Runtime's account of each input: name, type, shape."""
        return list(self._loaded().get_inputs())

    @property
    def outputs(self) -> list[Any]:
        """The same of each output."""
        return list(self._loaded().get_outputs())

    @property
    def facts(self) -> dict[str, str]:
        """The graph's own metadata."""
        return dict(self._loaded().get_modelmeta().custom_metadata_map)

    def run(self, outputs: Sequence[str] | None, feeds: dict[str, Any]) -> list[Any]:
        """Run the graph once.

        Args:
            outputs: which are wanted; all by default.
            feeds: the inputs by name.

        Raises:
            Exception: whatever ONNX Runtime raises, which has no base class for its errors.
        """
        options = onnxruntime.RunOptions()
        run = partial(self._loaded().run, outputs, feeds, options)
        _running.add(options)
        try:
            limit = time_left()
            if limit is not None or threading.current_thread() is threading.main_thread():
                return list(_interruptible(run, options, limit))
            return list(run())
        finally:
            _running.discard(options)


def placed(
    device: str, model: Path | bytes, name: str, threads: int | None = None
) -> tuple[Device, Session]:
    """Load a graph where a user wants it.

    Args:
        device: see `clfnet.inference.device.find_device`; "auto" is the best that is there.
        model: see `Session`.
        name: the same.
        threads: the same.

    Raises:
        WeightsError: not an ONNX graph.
        ConfigError: `threads` is below 1, or the device is not there or does not work.
    """

    def load(device: Device) -> tuple[Device, Session]:
        return device, Session(model, name, threads, device)

    return on_best_device(load) if device == "auto" else load(find_device(device))


def end_runs() -> None:
    """Make all runs of this process end soon, with an error: for those who were interrupted."""
    for options in list(_running):
        options.terminate = True


def _interruptible(
    run: "partial[Any]", options: onnxruntime.RunOptions, seconds: float | None
) -> Any:
    """Run in a thread: a signal's handler runs between lines of Python, and a run is one line."""
    found: list[Any] = []
    failed: list[Exception] = []
    ended = threading.Event()  # a thread's own `join` is not to be trusted once interrupted

    def work() -> None:
        try:
            found.append(run())
        except Exception as error:  # noqa: BLE001  # raised below, in the thread that asked
            failed.append(error)
        finally:
            ended.set()

    threading.Thread(target=work, name="clfnet-run", daemon=True).start()
    try:
        if not ended.wait(seconds):
            check_time()
    except BaseException:
        options.terminate = True
        ended.wait()  # the process must not end while a graph runs; the step it is in ends
        raise
    if failed:
        raise failed[0]
    return found[0]


def _check_files(model: Path | bytes, name: str) -> None:
    if isinstance(model, bytes):
        check_external_files(model, None, name)
        return
    check_external_files(ModelFile(model).read(), model.parent, name)


def _load(
    model: Path | bytes, name: str, threads: int | None, device: Device
) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = _ONLY_FATAL
    options.intra_op_num_threads = threads or 0
    options.enable_mem_pattern = False  # a plan per size would be kept for every size ever seen
    missing = prepare(device)
    try:
        session = onnxruntime.InferenceSession(
            model, options, providers=device.providers, enable_fallback=0
        )
    except Exception as error:  # onnxruntime has no base class for its errors
        why = one_line(error)
        if not device.is_cpu:
            _load(model, name, threads, Device())  # a bad graph is another error
            raise does_not_work(device, why) from error
        raise WeightsError(
            f"{name} must be an ONNX graph, but ONNX Runtime cannot load it "
            f"({why}). Export it again."
        ) from error
    check_used(session, device, missing)
    return session
