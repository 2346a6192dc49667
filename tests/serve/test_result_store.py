"""Results are bounded in number, bytes and age; the oldest go."""

from pathlib import Path

import pytest

from clfnet.serve.http.errors import RefusedError
from clfnet.serve.result_store import ResultStore


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def results(tmp_path: Path, clock: Clock) -> ResultStore:
    return ResultStore(tmp_path, number=3, total=1000, seconds=60, clock=clock)


def keep(results: ResultStore, size: int = 100) -> str:
    name, folder = results.new()
    (folder / "fused.png").write_bytes(bytes(size))
    results.keep(name, "a", {"id": name})
    return name


def kept(results: ResultStore, names: list[str]) -> list[bool]:
    """Which of them can be had; their files are there exactly then."""
    found = [_has(results, name) for name in names]
    assert [(results.folder / name).is_dir() for name in names] == found
    return found


def _has(results: ResultStore, name: str) -> bool:
    try:
        return results.get(name).id == name
    except RefusedError:
        return False


def test_number(results: ResultStore) -> None:
    names = [keep(results) for _ in range(5)]
    assert kept(results, names) == [False, False, True, True, True]
    assert (len(results), results.bytes) == (3, 300)


def test_bytes(results: ResultStore) -> None:
    names = [keep(results, 400), keep(results, 400), keep(results, 300)]
    assert kept(results, names) == [False, True, True]


def test_the_newest_stays_however_large(results: ResultStore) -> None:
    names = [keep(results, 10), keep(results, 5000)]
    assert kept(results, names) == [False, True]


def test_age(results: ResultStore, clock: Clock) -> None:
    first = keep(results)
    clock.now = 59
    second = keep(results)
    assert kept(results, [first, second]) == [True, True]
    clock.now = 60
    assert kept(results, [first, second]) == [False, True]


def test_names_cannot_be_guessed_and_are_no_paths(results: ResultStore) -> None:
    names = {keep(results) for _ in range(3)}
    assert all(len(name) == 16 for name in names)
    for name in ("..", "../x", ""):
        with pytest.raises(RefusedError, match="is not kept") as caught:
            results.get(name)
        assert caught.value.status == 404


def test_what_is_made_of_a_result_counts(results: ResultStore) -> None:
    names = [keep(results, 100), keep(results, 100)]
    with results.using(names[1]) as result:
        (result.folder / "fused.tiff").write_bytes(bytes(850))
    assert kept(results, names) == [False, True]
    assert results.bytes == 950


def test_files_in_use_stay(results: ResultStore) -> None:
    name = keep(results)
    with results.using(name) as result, results.using(name):
        for _ in range(3):
            keep(results)
        with pytest.raises(RefusedError, match="is not kept"):
            results.get(name)
        assert (result.folder / "fused.png").exists()
    assert not result.folder.exists()
