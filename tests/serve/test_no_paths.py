"""No answer tells where the service keeps its files or its code, whatever it is sent."""

import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from tests.fuzz.kinds import KINDS
from tests.fuzz.mutation import mutated
from tests.serve.conftest import Files, MakeClient, Told

import clfnet

Wait = Callable[..., Told]

EACH = 2  # mutated files of a kind


@pytest.fixture
def client(make_client: MakeClient) -> TestClient:
    return make_client()


def bad_files(name: str) -> list[tuple[str, bytes]]:
    """Mutated files of a kind, a part of one, and one of the wrong name."""
    draw, whole = np.random.default_rng(zlib.crc32(name.encode())), KINDS[name].make()
    found = [mutated(whole, draw) for _ in range(EACH)] + [whole[: len(whole) // 2], b"", whole]
    return [(f"a{KINDS[name].suffix}", data) for data in found]


def check(text: str, data: Path) -> None:
    for secret in (str(data), ".part", ".clfnet", "Traceback", str(Path(clfnet.__file__).parent)):
        assert secret not in text


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", KINDS)
def test_of_errors(client: TestClient, files: Files, name: str, tmp_path: Path) -> None:
    good = dict(files)
    for bad in bad_files(name):
        for field in ("infrared", "visible", "rig", "points"):
            check(client.post("/v1/fuse", files=[*{**good, field: bad}.items()]).text, tmp_path)
        check(client.post("/v1/align", files={**good, "points": bad}).text, tmp_path)
        check(client.post("/v1/evaluate", files={**good, "fused": bad}).text, tmp_path)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", ["folder", "video"])
def test_of_jobs(client: TestClient, files: Files, wait: Wait, kind: str, tmp_path: Path) -> None:
    good = files[1][1][1]
    for name in KINDS:
        form = [
            each
            for number, (file, data) in enumerate(
                bad_files(name)[: EACH if kind == "folder" else 1]
            )
            for each in (
                ("infrared", (f"{number}{file}", data)),
                ("visible", (f"{number}.png", good) if kind == "folder" else (file, data)),
            )
        ]
        answer = client.post("/v1/jobs", files=form, data={"kind": kind})
        check(answer.text, tmp_path)
        if answer.status_code == 202:
            told = wait(client, answer.json()["links"]["self"])
            check(str(told), tmp_path)
