"""Names of a client are for messages alone."""

from pathlib import Path

import pytest

from clfnet.errors import ImageError
from clfnet.serve.http.errors import RefusedError
from clfnet.serve.http.uploads import Stored, Upload, named, safe_name


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("a.png", "a.png"),
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\b.tif", "b.tif"),
        ("Wärme 1.png", "Wärme 1.png"),
        ('a"; rm -rf ~;.png', "a_ rm -rf _.png"),
        ("line\r\nbreak.png", "line_break.png"),
        ("-rf", "rf"),
        ("..", "file"),
        ("", "file"),
        ("x" * 300 + ".png", "x" * 116 + ".png"),
    ],
)
def test_names_are_made_harmless(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_errors_call_files_as_the_client_does(tmp_path: Path) -> None:
    stored = Stored(tmp_path / "1.png", "my photo.png")
    with pytest.raises(ImageError) as caught, named(stored):
        raise ImageError(f"{stored.path} must be whole, not {stored.path}.")
    assert str(caught.value) == "my photo.png must be whole, not my photo.png."


def test_a_file_that_is_needed(tmp_path: Path) -> None:
    stored = Stored(tmp_path / "1.png", "a.b.png")
    upload = Upload(files={"infrared": [stored]})
    assert upload.needed("infrared") is stored
    assert stored.stem == "a.b"
    assert upload.file("visible") is None
    with pytest.raises(RefusedError, match="`visible` must be given as a file") as caught:
        upload.needed("visible")
    assert caught.value.status == 400
