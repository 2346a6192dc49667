"""What `import clfnet` gives, and what it does not load."""

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import clfnet

PUBLIC = {
    "AlignmentError",
    "ClfnetError",
    "ConfigError",
    "Fuser",
    "ImageError",
    "InputError",
    "MissingExtraError",
    "OutputExistsError",
    "PairingError",
    "SizeMismatchError",
    "TrainingError",
    "VideoError",
    "WeightsError",
    "__version__",
    "evaluate",
    "fuse",
}


def loaded_by(code: str) -> set[str]:
    script = f"import sys\n{code}\nprint(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_public_names_are_listed() -> None:
    assert set(clfnet.__all__) == PUBLIC
    assert dir(clfnet) == sorted(PUBLIC)
    for name in PUBLIC:
        assert getattr(clfnet, name) is not None


def test_version_is_the_package_s() -> None:
    assert clfnet.__version__ == version("clfnet")


def test_other_names_are_refused() -> None:
    assert not hasattr(clfnet, "nothing")


def test_importing_loads_nothing_heavy() -> None:
    heavy = {
        "numpy",
        "onnxruntime",
        "PIL",
        "tifffile",
        "torch",
        "scipy",
        "click",
        "av",
        "SimpleITK",
    }
    assert not loaded_by("import clfnet") & heavy


def test_fusing_loads_neither_torch_nor_scipy() -> None:
    assert not loaded_by("import clfnet\nclfnet.Fuser, clfnet.fuse") & {"torch", "scipy", "click"}


def test_the_command_line_starts_light() -> None:
    heavy = {"numpy", "onnxruntime", "PIL", "tifffile", "torch", "scipy", "onnx"}
    assert not loaded_by("import clfnet.cli") & heavy


def test_the_runtime_tells_nobody_and_writes_nothing(tmp_path: Path) -> None:
    """From 1.29 on, ONNX Runtime sends telemetry by default; CI variables would hide it."""
    script = "import clfnet.inference.session"
    kept = {"PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "SYSTEMROOT"}
    env = {name: value for name, value in os.environ.items() if name in kept}
    env |= dict.fromkeys(("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_DATA_HOME"), str(tmp_path))
    subprocess.run([sys.executable, "-c", script], env=env, check=True)
    assert not list(tmp_path.iterdir())
