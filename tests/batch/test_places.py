"""Places: files of this machine and URLs; files appear whole."""

import sys
from pathlib import Path
from typing import Any, ClassVar

import fsspec  # type: ignore[import-untyped]
import pytest
from fsspec.implementations.memory import MemoryFileSystem  # type: ignore[import-untyped]

from clfnet.batch import places
from clfnet.errors import ImageError, InputError, MissingExtraError, OutputExistsError


class Plain(MemoryFileSystem):  # type: ignore[misc]
    """A file system whose puts are not atomic, which tells what is done to it."""

    protocol = "plain"
    store: ClassVar[dict[str, Any]] = {}
    pseudo_dirs: ClassVar[list[str]] = [""]
    done: ClassVar[list[tuple[str, ...]]] = []

    def put_file(self, lpath: str, rpath: str, **options: Any) -> None:
        self.done.append(("put", rpath))
        super().put_file(lpath, rpath, **options)

    def mv(self, path1: str, path2: str, **options: Any) -> None:
        self.done.append(("mv", path1, path2))
        super().mv(path1, path2, **options)


fsspec.register_implementation("plain", Plain, clobber=True)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "scratch" / "a"
    path.parent.mkdir()
    path.write_bytes(b"whole")
    return path


@pytest.mark.parametrize(
    ("place", "folder", "resolved"),
    [
        ("a/b.png", "/data", "/data/a/b.png"),
        ("/a/b.png", "/data", "/a/b.png"),
        ("a/b.png", "s3://bucket/set/", "s3://bucket/set/a/b.png"),
        ("/a/b.png", "s3://bucket/set", "/a/b.png"),
        ("gs://other/b.png", "s3://bucket", "gs://other/b.png"),
        ("file:///a%20b/c.png", "/data", "/a b/c.png"),
        ("here.png", "", str(Path.cwd() / "here.png")),
    ],
)
def test_places_are_resolved(place: str, folder: str, resolved: str) -> None:
    assert places.resolve(place, folder) == resolved


def test_suffixes_are_of_paths_not_of_queries() -> None:
    assert places.path_in("https://host/a/b.png?key=x.jpg").name == "b.png"
    assert places.path_in("s3://bucket/a?b.png").stem == "a?b"
    assert places.path_in("/a/b.tar.png").stem == "b.tar"


def test_a_local_file_is_renamed(file: Path, tmp_path: Path) -> None:
    target = tmp_path / "new" / "deep" / "a"
    inode = file.stat().st_ino
    places.send(file, str(target))
    assert (target.read_bytes(), target.stat().st_ino, file.exists()) == (b"whole", inode, False)
    file.write_bytes(b"other")
    with pytest.raises(OutputExistsError, match="must not exist yet"):
        places.send(file, str(target))
    assert target.read_bytes() == b"whole"
    places.send(file, str(target), overwrite=True)
    assert target.read_bytes() == b"other"


def test_an_object_store_puts_whole(file: Path) -> None:
    place = "memory://places/deep/a"
    places.send(file, place)
    assert places.exists(place)
    with places.at_hand(place) as copy:
        assert copy.read_bytes() == b"whole"
    assert not copy.exists()
    with pytest.raises(OutputExistsError, match=r"memory://places/deep/a must not exist yet"):
        places.send(file, place)
    places.send(file, place, overwrite=True)


def test_elsewhere_a_file_is_moved_into_its_place(file: Path) -> None:
    Plain.done.clear()
    places.send(file, "plain://folder/a")
    (put, temporary), (mv, source, target) = Plain.done
    assert (put, mv, source) == ("put", "mv", temporary)
    assert "/.clfnet-" in temporary
    assert target.endswith("folder/a")
    with places.reading("plain://folder/a", binary=True) as opened:
        assert opened.read() == b"whole"


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    with (
        pytest.raises(ImageError, match=r"memory://none/a.png must be an image file, but is not"),
        places.at_hand("memory://none/a.png"),
    ):
        pass
    for place in ("memory://none/a.csv", str(tmp_path / "a.csv")):
        with pytest.raises(InputError, match="must be readable, but"), places.reading(place):
            pass


def test_unknown_protocols_and_missing_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="must begin with a protocol that fsspec knows"):
        places.exists("nowhere://a")
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'clfnet\[cluster\]'"):
        places.exists("memory://a")
