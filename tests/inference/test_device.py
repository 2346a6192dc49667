"""Where graphs run: fake providers around the CPU's stand in for accelerators."""

import pickle
from typing import Any

import numpy as np
import onnxruntime
import pytest

import clfnet
from clfnet.errors import ConfigError, WeightsError
from clfnet.inference.backend import OnnxMethod
from clfnet.inference.device import CPU, Device, find_device
from clfnet.inference.find import find_method
from clfnet.inference.tiling import ACCELERATOR_MEMORY

RealSession = onnxruntime.InferenceSession
CUDA, DML = "CUDAExecutionProvider", "DmlExecutionProvider"


class Fake:
    """Providers that are there, those of them that break, and what sessions were asked for."""

    def __init__(self) -> None:
        self.there = [CUDA, CPU]
        self.silent: set[str] = set()  # ONNX Runtime takes the CPU instead, without an error
        self.loud: set[str] = set()
        self.asked: list[Any] = []

    def session(self, model: Any, options: Any, *, providers: list[Any], **_: Any) -> Any:
        self.asked.append(providers)
        names = [each if isinstance(each, str) else each[0] for each in providers]
        if names[0] in self.loud:
            raise RuntimeError("no such card")
        used = [name for name in names if name not in self.silent]
        return _Session(RealSession(model, options, providers=[CPU]), used)


class _Session:
    def __init__(self, real: Any, used: list[str]) -> None:
        self._real, self._used = real, used

    def get_providers(self) -> list[str]:
        return self._used

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Fake:
    made = Fake()
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: made.there)
    monkeypatch.setattr(onnxruntime, "InferenceSession", made.session)
    monkeypatch.setattr(onnxruntime, "preload_dlls", lambda: None, raising=False)
    return made


@pytest.fixture
def pair() -> Any:
    return np.random.default_rng(0).random((2, 60, 80), np.float32)


@pytest.mark.parametrize(
    ("text", "provider", "options"),
    [
        ("cuda:1", CUDA, {"device_id": "1", "use_tf32": "0"}),
        ("tensorrt", "TensorrtExecutionProvider", {}),
        ("directml:0", DML, {"device_id": "0"}),
        ("coreml", "CoreMLExecutionProvider", {}),
        ("openvino:GPU.1", "OpenVINOExecutionProvider", {"device_type": "GPU.1"}),
    ],
)
def test_a_device_is_a_provider_and_its_options(
    fake: Fake, text: str, provider: str, options: dict[str, str]
) -> None:
    fake.there = [provider, CPU]
    device = find_device(text)
    first, last = device.providers
    assert not isinstance(first, str)
    found, given = first
    assert (found, last) == (provider, CPU)
    assert options.items() <= given.items()
    assert pickle.loads(pickle.dumps(device)) == device


@pytest.mark.parametrize("text", ["gpu", "cuda:first", "cpu:0", "CUDA", "", "cuda:", "npu"])
def test_what_is_no_device(fake: Fake, text: str) -> None:
    with pytest.raises(ConfigError, match=r"`device` must be one of auto, cpu, cuda, .* got '"):
        find_device(text)


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("tensorrt", "pip uninstall -y onnxruntime; pip install onnxruntime-gpu"),
        ("directml", "pip uninstall -y onnxruntime; pip install onnxruntime-directml"),
        ("coreml", "onnxruntime for macOS alone"),
    ],
)
def test_a_provider_that_is_missing_is_one_line(fake: Fake, text: str, advice: str) -> None:
    with pytest.raises(ConfigError, match=f"this ONNX Runtime has, cpu, cuda, got {text}") as error:
        find_device(text)
    assert advice in str(error.value)
    assert "\n" not in str(error.value)


def test_an_accelerator_gets_large_tiles_one_at_a_time_and_results_are_the_cpu_s(
    fake: Fake, pair: Any
) -> None:
    method: Any = find_method("fast", device="cuda")
    assert fake.asked[0][0][0] == CUDA
    assert (method.tiles.threads, method.device.name) == (1, "cuda")
    assert method.tiles.pixels >= ACCELERATOR_MEMORY // 4096
    on_cpu = find_method("fast")
    assert np.abs(method(*pair) - on_cpu(*pair)).max() <= 1e-3


def test_the_record_tells_where_it_ran(fake: Fake, pair: Any) -> None:
    asked = {device: clfnet.Fuser("fast", device=device) for device in ("cpu", "cuda:0")}
    assert asked["cuda:0"].options.device == "cuda:0"
    assert [fuser.method.device.name for fuser in asked.values()] == ["cpu", "cuda:0"]  # type: ignore[attr-defined]
    np.testing.assert_allclose(asked["cpu"](*pair), asked["cuda:0"](*pair), atol=1e-3)
    assert clfnet.fuse(*pair, model="fast", device="cuda:0").shape == (60, 80)


@pytest.mark.parametrize("fault", ["silent", "loud"])
def test_a_device_that_does_not_work_is_never_the_cpu_in_silence(fake: Fake, fault: str) -> None:
    getattr(fake, fault).add(CUDA)
    with pytest.raises(
        ConfigError, match=r"`device` must work, but cuda does not: .* or take the CPU"
    ):
        find_method("fast", device="cuda")


def test_what_is_missing_is_told_and_stdout_is_left_alone(
    fake: Fake, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "Failed to load libcublas.so.13: cannot open shared object file\nPlease follow https://"
    monkeypatch.setattr(onnxruntime, "preload_dlls", lambda: print(text))
    assert find_method("fast", device="cuda").name == "fast"
    fake.silent.add(CUDA)
    with pytest.raises(
        ConfigError, match=r"cuda does not: Failed to load libcublas.so.13: cannot "
    ):
        find_method("fast", device="cuda")
    assert capsys.readouterr() == ("", "")


def test_a_bad_graph_is_the_graph_s_fault(fake: Fake) -> None:
    with pytest.raises(WeightsError, match="must be an ONNX graph"):
        OnnxMethod(b"no graph", device="cuda")


@pytest.mark.parametrize(
    ("there", "silent", "wanted"),
    [
        ([CUDA, DML, CPU], [], "cuda"),
        ([DML, CPU], [], "directml"),
        ([CUDA, DML, CPU], [CUDA], "directml"),
        ([CUDA, CPU], [CUDA], "cpu"),
        (["TensorrtExecutionProvider", CPU], [], "cpu"),
        ([CPU], [], "cpu"),
    ],
)
def test_auto_is_the_best_that_works(
    fake: Fake,
    there: list[str],
    silent: list[str],
    wanted: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    fake.there, fake.silent = there, {*silent}
    method: Any = find_method("fast", device="auto")
    assert method.device.name == wanted
    told = [record.getMessage() for record in caplog.records]
    assert bool(told) == (wanted == "cpu")
    if told:
        assert told[0].startswith("device auto: running on the CPU (")


def test_foreign_graphs_and_rules(fake: Fake, maximum_onnx: Any) -> None:
    method: Any = find_method(f"onnx:{maximum_onnx}", device="cuda")
    assert method.device.name == "cuda"
    assert find_method("maximum", device="auto").name == "maximum"
    with pytest.raises(ConfigError, match="must be cpu for the rule maximum, which is no network"):
        find_method("maximum", device="cuda")


def test_openvino_as_the_backend_is_on_the_cpu(fake: Fake) -> None:
    with pytest.raises(ConfigError, match="must be cpu with the backend openvino, got cuda"):
        find_method("fast", backend="openvino", device="cuda")


def test_a_cpu_is_a_cpu() -> None:
    assert find_device("cpu") == Device()
    assert Device().providers == [CPU]
