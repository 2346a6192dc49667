"""What a service is told, and what it refuses to be told."""

from pathlib import Path
from typing import Any

import pytest

from clfnet.errors import ConfigError
from clfnet.serve.settings import Settings, default_data


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"max_bytes": 0}, "`max_bytes` must be at least 1, got 0"),
        ({"workers": -1}, "`workers` must be at least 1"),
        ({"queue": -1}, "`queue` must be at least 0"),
        ({"token": "geheim\n"}, "`token` must be printable ASCII"),
        ({"token": "schlüssel"}, "`token` must be printable ASCII"),
        ({"token": "  "}, "`token` must not be empty"),
    ],
)
def test_what_makes_no_sense(options: dict[str, Any], text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        Settings(**options)


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("localhost", True),
        ("0.0.0.0", False), ("192.168.1.7", False), ("example.com", False), ("::", False),
    ],
)  # fmt: skip
def test_who_reaches_it(host: str, local: bool) -> None:
    assert Settings(host=host).is_local is local


def test_the_default_folder_is_the_user_s(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert default_data() == tmp_path / "clfnet"
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_data() == tmp_path / ".local" / "state" / "clfnet"
    monkeypatch.setattr("sys.platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "local"))
    assert default_data() == tmp_path / "local" / "clfnet"
