"""`clfnet serve`: what it is told, and what it tells."""

import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clfnet.serve import server
from clfnet.serve.settings import Settings, default_data

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Settings, int]]:
    """What would have been served."""
    calls: list[tuple[Settings, int]] = []

    def serve(settings: Settings, port: int, **_: Any) -> None:
        calls.append((settings, port))

    monkeypatch.setattr(server, "serve", serve)
    monkeypatch.delenv("CLFNET_TOKEN", raising=False)
    return calls


def test_defaults(run: Run, served: list[tuple[Settings, int]]) -> None:
    assert run("serve") == (0, "", "")
    assert served == [(Settings(), 8000)]
    assert served[0][0].data == default_data()


def test_options(
    run: Run,
    served: list[tuple[Settings, int]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CLFNET_TOKEN", "from the environment")
    options = ["--host=0.0.0.0", "--port=0", "--max-bytes=1.5MiB", "--max-pixels=1000000"]
    options += ["--workers=3", "--queue=0", "--model=fast", f"--data={tmp_path}"]
    assert run("serve", *options) == (0, "", "")
    ((settings, port),) = served
    assert port == 0
    assert settings == Settings(
        data=tmp_path, host="0.0.0.0", token="from the environment", model="fast",
        max_bytes=1_572_864, max_pixels=1_000_000, workers=3, queue=0,
    )  # fmt: skip


def test_an_open_door_must_be_asked_for(run: Run, served: list[tuple[Settings, int]]) -> None:
    code, out, err = run("serve", "--host=0.0.0.0")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "`token` must be given where others may reach the service, at 0.0.0.0" in err
    assert served == []
    assert run("serve", "--host=0.0.0.0", "--token=x") == (0, "", "")
    assert run("serve", "--host=0.0.0.0", "--insecure", "--allow-host=A.example") == (0, "", "")
    assert served[1][0].hosts == ("a.example",)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (["--max-bytes=much"], "--max-bytes must be an amount above 0"),
        (["--token="], "`token` must not be empty"),
        (["--workers=0"], "--workers"),
        (["--port=70000"], "--port"),
    ],
)
def test_wrong_options_are_one_line(
    run: Run, served: list[tuple[Settings, int]], options: list[str], text: str
) -> None:
    code, out, err = run("serve", *options)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert text in err
    assert served == []


def test_what_keeps_it_from_starting_is_one_line(run: Run, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = run("serve", f"--port={other.getsockname()[1]}", f"--data={tmp_path / 'd'}")
    assert (taken[0], taken[1], taken[2].count("\n")) == (2, "", 1)
    assert "Choose another port (--port)." in taken[2]
    unknown = run("serve", "--port=0", "--model=clfnot", f"--data={tmp_path / 'd'}")
    assert (unknown[0], unknown[1], unknown[2].count("\n")) == (2, "", 1)
    assert "Did you mean `clfnet`?" in unknown[2]
    (tmp_path / "file").touch()
    nowhere = run("serve", "--port=0", f"--data={tmp_path / 'file'}")
    assert (nowhere[0], nowhere[1], nowhere[2].count("\n")) == (2, "", 1)
    assert "must be a folder to write to" in nowhere[2]


def test_without_its_extra_it_says_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "clfnet.serve.server")
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    code, out, err = run("serve")
    assert (code, out) == (2, "")
    assert err.endswith("Install it with: pip install 'clfnet[serve]'\n")
    assert "uvicorn is not installed" in err


def test_live_sources(run: Run, served: list[tuple[Settings, int]]) -> None:
    options = ["--live=a=rtsp://h/1,rtsp://h/2", "--live=b=/dev/video0,/dev/video1,rig.json"]
    assert run("serve", *options) == (0, "", "")
    assert [(each.name, each.rig) for each in served[0][0].live] == [
        ("a", None),
        ("b", Path("rig.json")),
    ]
    code, _, err = run("serve", "--live=a=ir.mp4,vis.mp4")
    assert (code, err.count("\n")) == (2, 1)
    code, _, err = run("serve", *options[:1] * 2)
    assert "`live` must have a name each, got a, a" in err
