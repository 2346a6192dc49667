import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from clfnet.errors import ConfigError, MissingExtraError
from clfnet.inference.fuser import Fuser, fuse
from clfnet.weights import Model


def pair(height: int, width: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.random.default_rng(0).random((2, height, width), np.float32)


def test_it_agrees_with_onnxruntime(shipped: Model) -> None:
    pytest.importorskip("openvino", reason="needs the extra openvino")
    sources = pair(70, 130)
    fuser = Fuser(backend="openvino", threads=2, memory="24MiB")
    expected = Fuser()(*sources)
    with ThreadPoolExecutor(2) as pool:
        for fused in pool.map(lambda _: fuser(*sources), range(4)):
            assert np.abs(fused - expected).max() < 1e-5


def test_the_smallest_images_are_right_too(shipped: Model) -> None:
    pytest.importorskip("openvino", reason="needs the extra openvino")
    fuser, reference = Fuser(backend="openvino"), Fuser()
    for height, width in ((1, 1), (2, 2), (1, 6), (5, 2), (1, 12), (3, 3), (15, 17), (16, 16)):
        sources = pair(height, width)
        assert np.abs(fuser(*sources) - reference(*sources)).max() < 1e-5


def test_the_extra_is_named(shipped: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(MissingExtraError, match=r"clfnet\[openvino\]"):
        Fuser(backend="openvino")


def test_other_backends_are_refused(shipped: Model) -> None:
    with pytest.raises(ConfigError, match="`backend` must be one of onnxruntime, openvino, got"):
        fuse(*pair(9, 9), backend="torch")  # type: ignore[call-overload]
