"""The lines can be pasted into a shell, whatever files are called."""

import shlex

import pytest

from clfnet.serve.api.commands import cli_line, curl_line


@pytest.mark.parametrize("name", ["a.png", "my photo.png", "a'b.png", "$HOME.png", "Wärme.png"])
def test_names_and_values_survive_a_shell(name: str) -> None:
    files = {"infrared": name, "visible": "v.png", "rig": "r.json"}
    fields = {"range": "percentile:1,99", "kelvin_per_count": "0.01", "stretch": "0"}
    assert shlex.split(cli_line(files, fields)) == [
        "clfnet", "fuse", name, "v.png", "-o", "fused.png", "--range", "percentile:1,99",
        "--kelvin-per-count", "0.01", "--align", "r.json",
    ]  # fmt: skip
    words = shlex.split(curl_line("http://h/v1/fuse", files, fields, has_token=False))
    assert words == [
        "curl", "-F", f"infrared=@{name}", "-F", "visible=@v.png", "-F", "rig=@r.json",
        "-F", "range=percentile:1,99", "-F", "kelvin_per_count=0.01", "-F", "stretch=0",
        "http://h/v1/fuse", "-o", "fused.png",
    ]  # fmt: skip


def test_a_token_is_taken_from_the_environment() -> None:
    line = curl_line("http://h/v1/fuse", {"infrared": "a"}, {}, has_token=True)
    assert line.startswith('curl -H "Authorization: Bearer $CLFNET_TOKEN" -F infrared=@a ')
