"""Files that may go at any time, as answers."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.testclient import TestClient

from clfnet.serve.http.errors import install
from clfnet.serve.http.sending import FileAnswer


def test_a_file_that_has_gone_is_404_and_one_that_is_held_stays(tmp_path: Path) -> None:
    app, path = FastAPI(), tmp_path / "a.png"
    install(app)
    held: list[str] = []

    @contextmanager
    def holding() -> Iterator[None]:
        held.append("begin")
        yield
        held.append("end")

    @app.get("/a.png")
    def read() -> FileAnswer:
        return FileAnswer(path, held=holding(), media_type="image/png")

    client = TestClient(app)
    answer = client.get("/a.png")
    assert (answer.status_code, answer.json()["kind"]) == (404, "NotFound")
    assert str(tmp_path) not in answer.text
    path.write_bytes(b"whole")
    held.clear()
    assert client.get("/a.png").content == b"whole"
    assert held == ["begin", "end"]
