"""Spots and boxes, as they are written."""

import numpy as np
import pytest

from clfnet.errors import InputError
from clfnet.io.box import Box
from clfnet.io.regions import Region, parse_regions


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("60,40,32,24", Region("60,40,32,24", Box(60, 40, 32, 24))),
        (" 60 , 40,32, 24 ", Region("60,40,32,24", Box(60, 40, 32, 24))),
        ("front door=0,0,1,1", Region("front door", Box(0, 0, 1, 1))),
        ("=0,0,1,1", Region("0,0,1,1", Box(0, 0, 1, 1))),
    ],
)
def test_parse(text: str, expected: Region) -> None:
    assert Region.parse(text) == expected


@pytest.mark.parametrize(
    "text", ["", "1,2,3", "1,2,3,4,5", "-1,2,3,4", "1,2,0,4", "1,2,3,x", "a=b=1,2,3,4", "9" * 12]
)
def test_a_region_that_cannot_be_read(text: str) -> None:
    with pytest.raises(InputError, match="`region` must be X,Y,W,H or NAME=X,Y,W,H") as caught:
        Region.parse(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("120,80", Region("120,80", Box(120, 80))),
        (" pole top = 1 , 2 ", Region("pole top", Box(1, 2))),
    ],
)
def test_parse_a_spot(text: str, expected: Region) -> None:
    found = Region.parse_spot(text)
    assert found == expected
    assert found.is_spot


@pytest.mark.parametrize("text", ["", "1", "1,2,3", "-1,2", "a=b=1,2", "1.5,2"])
def test_a_spot_that_cannot_be_read(text: str) -> None:
    with pytest.raises(InputError, match="`spot` must be X,Y or NAME=X,Y"):
        Region.parse_spot(text)


def test_slices_are_rows_then_columns() -> None:
    image = np.arange(12).reshape(3, 4)
    np.testing.assert_array_equal(image[Region("a", Box(1, 0, 2, 3)).box.slices], image[0:3, 1:3])


def test_names_are_given_by_kind_and_number() -> None:
    found = parse_regions(["1,2", "b=3,4", "5,6"], ["0,0,2,2"])
    assert [region.name for region in found] == ["S1", "b", "S3", "B1"]


def test_two_of_one_name_are_refused() -> None:
    with pytest.raises(InputError, match="names of their own, got 'S2' twice"):
        parse_regions(["1,2", "3,4"], ["S2=0,0,1,1"])


def test_there_are_not_too_many() -> None:
    assert len(parse_regions(["1,1"] * 500)) == 500
    with pytest.raises(InputError, match="at most 500, got 501"):
        parse_regions(["1,1"] * 400, ["1,1,1,1"] * 101)
