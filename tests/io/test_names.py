"""Which names belong together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clfnet.io.names import INFRARED, VISIBLE, folded, match_names, split_kinds

AFFIX = st.text("abcxyz_-", max_size=5)


def pairs(infrared: list[str], visible: list[str], lens: str | None = None) -> list[str]:
    found = match_names(infrared, visible, lens=lens)
    heats, lights = found.groups
    return [f"{heats[key]}+{lights[key]}" for key in found.shared]


@pytest.mark.parametrize(
    ("infrared", "visible"),
    [
        ("IR_0001", "VIS_0001"),
        ("DJI_0001_T", "DJI_0001_W"),
        ("DJI_20230814123451_0001_T", "DJI_20230814123452_0001_V"),  # a second later
        ("FLIR_00001_ir", "FLIR_00001_vis"),
        ("road-thermal", "road-rgb"),
        ("Road", "ROAD"),
        ("e\N{COMBINING ACUTE ACCENT}te", "\N{LATIN SMALL LETTER E WITH ACUTE}te"),
        ("IRX_0012", "MAX_0012"),
        ("FLIR0001", "DC_0001"),
        ("set/ir/7", "set/vis/7"),
        ("frame_7", "image_0007"),
        ("红外_场景", "可见光_场景"),
        ("DJI_20230814123451_0001_T_Waypoint1", "DJI_20230814123452_0001_W_Waypoint1"),
        ("DJI_0001_T (1)", "DJI_0001_W (1)"),
        ("\N{FULLWIDTH LATIN CAPITAL LETTER I}R_1", "VIS_1"),
        ("thermal", "visible"),
        ("scene/IR", "scene/RGB"),
        ("0001_swir", "0001_vis"),
        ("Wärmebild_1", "Foto_1"),
    ],
)
def test_one_pair(infrared: str, visible: str) -> None:
    assert pairs([infrared], [visible]) == [f"{infrared}+{visible}"]


@pytest.mark.parametrize(
    ("infrared", "visible"),
    [
        (["IR_0001"], ["VIS_0002"]),
        (["DJI_0001_T"], ["DJI_0002_W"]),
        (["0001_a", "0001_b"], ["0002_a", "0002_b"]),  # the number is the name's, not a prefix
        (["a"], ["b"]),
        ([], ["b"]),
    ],
)
def test_no_pair(infrared: list[str], visible: list[str]) -> None:
    assert pairs(infrared, visible) == []


@given(st.sets(st.integers(0, 999), min_size=1, max_size=8), AFFIX, AFFIX, AFFIX, AFFIX)
def test_a_number_between_any_prefix_and_suffix_is_enough(
    numbers: set[int], a: str, b: str, c: str, d: str
) -> None:
    first, second = {f"{a}{n:04}{b}": n for n in numbers}, {f"{c}{n:04}{d}": n for n in numbers}
    found = match_names(first, second)
    heats, lights = found.groups
    assert {(first[heats[key]], second[lights[key]]) for key in found.shared} == {
        (n, n) for n in numbers
    }


def test_what_has_no_partner_stays_apart() -> None:
    found = match_names(["IR_1", "IR_2"], ["VIS_2", "VIS_3"])
    assert found.shared == ["2"]
    assert found.groups[0]["1"] == "IR_1"
    assert found.groups[1]["3"] == "VIS_3"


def test_whole_names_win() -> None:
    found = match_names(["a_ir", "b"], ["a_ir", "a_vis"])
    assert (found.shared, found.note) == (["a_ir"], "")


def test_the_wide_lens_is_taken_unless_another_is_asked_for() -> None:
    visible = ["DJI_1_Z", "DJI_1_V", "DJI_1_W"]
    assert pairs(["DJI_1_T"], visible) == ["DJI_1_T+DJI_1_W"]
    assert pairs(["DJI_1_T"], visible, "zoom") == ["DJI_1_T+DJI_1_Z"]
    assert pairs(["DJI_1_T"], visible, "visible") == ["DJI_1_T+DJI_1_V"]
    assert sorted(match_names(["DJI_1_T"], visible).spare) == ["DJI_1_V", "DJI_1_Z"]


def test_twins_but_for_case_are_told_apart() -> None:
    assert match_names(["A", "a"], ["A", "a"]).shared == ["A", "a"]


def test_kinds() -> None:
    names = ["IR_1", "vis/1", "DJI_1_T", "t_1", "rgb_FLIR_2", "x"]
    assert split_kinds(names) == (["IR_1", "DJI_1_T"], ["vis/1", "rgb_FLIR_2"], ["t_1", "x"])


@pytest.mark.parametrize(
    "pair", [("IRX_0067", "MAX_0067"), ("1_ir", "1"), ("HM2022", "HM2022_V"), ("a/1_T_x", "a/1_x")]
)
def test_where_one_kind_is_told_the_others_are_of_the_other(pair: tuple[str, str]) -> None:
    assert split_kinds(sorted(pair)) == ([pair[0]], [pair[1]], [])
    assert pairs([pair[0]], [pair[1]]) == ["+".join(pair)]


def test_a_letter_tells_a_kind_only_where_cameras_put_it() -> None:
    names = ["x_t_y", "t", "v", "12t34", "1-T-2", "7 W a"]
    assert split_kinds(names) == (["1-T-2"], ["7 W a"], ["x_t_y", "t", "v", "12t34"])


def test_words_are_of_one_kind_and_folded() -> None:
    assert not INFRARED & VISIBLE
    assert all(folded(word) == word for word in INFRARED | VISIBLE)
