"""One table of formats, and everything that shows formats shows these."""

from pathlib import Path

from clfnet.io.formats import FORMATS, IMAGE_SUFFIXES, THERMAL_SUFFIXES, VIDEO_SUFFIXES
from clfnet.io.image import SUFFIXES
from clfnet.serve.http.sniffing import PICTURES, THERMAL
from clfnet.video.source import is_stream


def test_names_and_usual_suffixes_are_of_one_format_each() -> None:
    assert len({each.name for each in FORMATS}) == len(FORMATS)
    assert len({each.suffixes[0] for each in FORMATS}) == len(FORMATS)
    assert all(suffix == suffix.lower() for each in FORMATS for suffix in each.suffixes)


def test_what_is_written_can_be_read() -> None:
    assert set(SUFFIXES) <= IMAGE_SUFFIXES < THERMAL_SUFFIXES
    assert not THERMAL_SUFFIXES & VIDEO_SUFFIXES


def test_text_that_may_be_anything_does_not_count_in_a_folder() -> None:
    assert ".csv" in THERMAL_SUFFIXES
    assert not {".txt", ".raw", ".bin", ".dat"} & THERMAL_SUFFIXES


def test_the_service_takes_what_the_library_reads() -> None:
    assert set(PICTURES) <= IMAGE_SUFFIXES
    assert set(PICTURES) < set(THERMAL)
    assert set(THERMAL) - {".raw"} <= THERMAL_SUFFIXES


def test_videos_are_told_by_their_names() -> None:
    assert all(is_stream(Path("a").with_suffix(suffix)) for suffix in VIDEO_SUFFIXES)
