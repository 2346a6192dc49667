"""What the Dockerfile and the .dockerignore say is understood, and holds what is promised."""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from types import ModuleType

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "packaging" / "locks").glob("*.txt"))


@pytest.fixture(scope="module")
def dockerfile(load_script: Callable[[str], ModuleType]) -> ModuleType:
    return load_script("packaging/dockerfile.py")


def test_steps_are_joined_lines_without_comments(dockerfile: ModuleType) -> None:
    text = (
        "# why\nFROM a AS b\n\nRUN one \\\n  # between\n  && two\nCOPY --from=b --chown=1:1 x y/\n"
    )
    base, run, copy = dockerfile.parse(text)
    assert base == ("FROM", {}, "a AS b")
    assert run.command == ["/bin/sh", "-c", "one && two"]
    assert copy.flags == {"from": "b", "chown": "1:1"}
    assert copy.arguments == ["x", "y/"]


def test_exec_form_is_no_shell(dockerfile: ModuleType) -> None:
    (step,) = dockerfile.parse('CMD ["a b", "c"]')
    assert step.command == step.arguments == ["a b", "c"]


@pytest.mark.parametrize(
    ("path", "ignored"),
    [
        ("src/clfnet/cli/fuse.py", False),
        ("src/clfnet/__pycache__/a.pyc", True),
        ("packaging/locks/serve.txt", False),
        ("packaging/dockerfile.py", True),
        (".git/config", True),
        ("runs/src/model.onnx", True),
        ("pyproject.toml", False),
    ],
)
def test_the_context_is_what_the_image_is_built_from(
    dockerfile: ModuleType, path: str, ignored: bool
) -> None:
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    patterns = [line for line in lines if line and not line.startswith("#")]
    assert dockerfile.is_ignored(PurePosixPath(path), patterns) == ignored


def test_the_image_is_closed(dockerfile: ModuleType) -> None:
    steps = dockerfile.parse((ROOT / "Dockerfile").read_text("utf-8"))
    bases = [step.text for step in steps if step.word == "FROM"]
    assert all(":" in base and ":latest" not in base for base in bases), "pinned by a tag"
    last = {step.word: step for step in steps[[s.word for s in steps].index("FROM", 1) :]}
    user, _, group = last["USER"].text.partition(":")
    assert min(int(user), int(group)) > 0, "numbers, so that Kubernetes can tell it is no root"
    for word in ("ENTRYPOINT", "CMD"):
        assert last[word].text.startswith("["), "signals reach the service itself"
    assert "curl" not in last["HEALTHCHECK"].text
    command = last["CMD"].command
    assert command[command.index("--data") + 1] == last["VOLUME"].text


def test_every_wheel_of_the_image_has_a_hash(dockerfile: ModuleType) -> None:
    text = (ROOT / "Dockerfile").read_text("utf-8")
    installs = [line for line in text.splitlines() if "pip" in line and " install " in line]
    assert all("--require-hashes" in line or "--no-deps" in line for line in installs)


def test_every_extra_has_a_lock() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = {*project["optional-dependencies"]} - {"align", "dev", "gpu"}
    assert {path.stem for path in LOCKS} == extras | {"build"}


@pytest.mark.parametrize("lock", LOCKS, ids=[path.stem for path in LOCKS])
def test_a_lock_pins_what_its_extra_asks_for(lock: Path) -> None:
    text = lock.read_text("utf-8")
    pins = dict(re.findall(r"(?m)^([\w.-]+)==(\S+)", text))
    starts = [line for line in text.splitlines() if not line.startswith(" ")]
    assert len(pins) == len(starts)
    assert text.count("--hash=sha256:") >= len(pins)
    assert re.search(r"(?m)^[^ #].*[^\\]$", text) is None, "each goes on with its hashes"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = project["optional-dependencies"].get(lock.stem, [])
    for asked in [] if lock.stem == "build" else [*project["dependencies"], *wanted]:
        requirement = Requirement(asked)
        if requirement.name != "clfnet":
            assert requirement.specifier.contains(pins[canonicalize_name(requirement.name)])
