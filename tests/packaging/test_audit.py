"""`make audit` never takes silence for a clean bill of health."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


@pytest.fixture
def audit(load_script: Callable[[str], ModuleType]) -> ModuleType:
    return load_script("packaging/audit.py")


def told(**package: Any) -> str:
    return json.dumps({"dependencies": [{"name": "pillow", **package}], "fixes": []})


@pytest.mark.parametrize(
    ("answer", "found", "code"),
    [
        ("", 0, 2),  # offline
        (told(skip_reason="not found"), 0, 2),  # a mirror
        (told(version="9.0.0", vulns=[]), 0, 2),
        (told(version="9.0.0", vulns=[{"id": "PYSEC-2022-8"}]), 0, 0),
        (told(version="9.0.0", vulns=[{"id": "PYSEC-2022-8"}]), 1, 1),
    ],
)
def test_a_version_that_is_known_to_be_vulnerable_is_asked_about_first(
    audit: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    answer: str,
    found: int,
    code: int,
) -> None:
    asked = list[tuple[str, ...]]()

    def run(command: tuple[str, ...], **options: Any) -> Any:
        asked.append(command)
        first = len(asked) == 1
        return subprocess.CompletedProcess(command, 1 if first else found, answer if first else "")

    monkeypatch.setattr(audit.subprocess, "run", run)
    assert audit.main() == code
    err = capsys.readouterr().err
    if code == 2:
        assert len(asked) == 1
        assert err.count("\n") == 1
        assert "nothing was audited" in err
        return
    assert err == ""
    locks = {Path(each.partition("=")[2]).name for each in asked[1] if "requirement=" in each}
    assert {"serve.txt", "train.txt", "build.txt"} <= locks
