"""What the Dockerfile and the .dockerignore say is understood, and holds what is promised."""

from collections.abc import Callable
from pathlib import Path, PurePosixPath
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


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
        ("packaging/constraints.txt", False),
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


def test_constraints_pin_every_package(dockerfile: ModuleType) -> None:
    lines = (ROOT / "packaging" / "constraints.txt").read_text("utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert pins == sorted(pins, key=lambda pin: pin.partition("==")[0])
    assert all(line.count("==") == 1 for line in pins)
    assert not any(line.startswith(("torch", "clfnet", "pip=")) for line in pins)
