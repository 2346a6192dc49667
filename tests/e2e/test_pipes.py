"""A pipe among the inputs is refused at once, by every reader: opening it would wait for ever."""

import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from clfnet.align import Rig
from clfnet.align.landmarks import read_landmarks
from clfnet.batch.manifest import read_entries
from clfnet.errors import ClfnetError
from clfnet.evaluation.matching import match
from clfnet.inference.any_onnx import AnyOnnx
from clfnet.io.image import read_image
from clfnet.io.toml import read_toml
from clfnet.thermal import read_pair, read_thermal
from clfnet.thermal.options import ThermalOptions
from clfnet.training.network_file import read_network
from clfnet.training.release import load_release
from clfnet.usefulness import OnnxDetector
from clfnet.usefulness.labels import read_labels
from clfnet.video.source import open_source

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no pipes among files")

SECONDS = 60.0
READERS: list[tuple[str, Callable[[Path], object]]] = [
    *((f".{suffix}", read_image) for suffix in ("png", "jpg", "tif", "webp")),
    *((f".{suffix}", read_thermal) for suffix in ("png", "tif", "npy", "npz", "pgm", "csv")),
    (".raw", lambda path: read_thermal(path, ThermalOptions(raw="8x6:f4"))),
    *((f".{suffix}", read_pair) for suffix in ("jpg", "fff")),
    *((f".{suffix}", open_source) for suffix in ("mp4", "ts", "seq")),
    (".json", Rig.read),
    (".csv", read_landmarks),
    *((f".{suffix}", lambda p: [*read_entries(str(p))]) for suffix in ("csv", "jsonl", "parquet")),
    (".csv", lambda path: match(path.parent, path.parent, [path.parent], path)),
    (".toml", read_toml),
    (".onnx", AnyOnnx),
    (".onnx", OnnxDetector),
    (".csv", read_labels),
    (".safetensors", read_network),
    *(
        (suffix, lambda path: load_release("densefuse", [path]))
        for suffix in (".pt", ".h5", ".index", ".safetensors")
    ),
]


@pytest.mark.parametrize(("suffix", "read"), READERS)
def test_a_pipe_is_refused_at_once(
    suffix: str, read: Callable[[Path], object], tmp_path: Path
) -> None:
    path = tmp_path / f"a{suffix}"
    os.mkfifo(path)
    told: list[str] = []

    def work() -> None:
        try:
            read(path)
        except ClfnetError as error:
            told.append(str(error))

    reader = threading.Thread(target=work, daemon=True)  # may hang where it should not
    reader.start()
    reader.join(SECONDS)
    assert len(told) == 1
    assert "\n" not in told[0]
