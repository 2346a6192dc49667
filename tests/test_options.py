"""Each option is stated once, and everything that shows options shows these."""

import inspect
from typing import Any, Unpack, get_args, get_type_hints

import pytest

import clfnet
from clfnet import align, colour, method, options, thermal
from clfnet.cli.batch import batch
from clfnet.cli.fuse import fuse
from clfnet.errors import ConfigError
from clfnet.inference.backend import BACKENDS
from clfnet.options import OPTIONS, FuseArguments, FuseOptions, check_for_video
from clfnet.thermal import parse_range

NAMES = {"Rig": align.Rig, "Range": thermal.Range, "FusionMethod": method.FusionMethod}


def test_the_signature_has_the_types_of_the_fields() -> None:
    fields = get_type_hints(FuseOptions, localns=NAMES)
    arguments = get_type_hints(FuseArguments, localns=NAMES)
    assert {"model": fields["model"], **arguments} == fields
    for call in (clfnet.fuse, clfnet.Fuser.__init__):
        annotation = inspect.signature(call).parameters["options"].annotation
        assert annotation == Unpack[FuseArguments]


def test_an_unknown_argument_is_refused() -> None:
    with pytest.raises(TypeError, match="pallete"):
        clfnet.Fuser("average", pallete="lava")  # type: ignore[call-arg]


def test_choices_are_those_that_there_are() -> None:
    assert OPTIONS["palette"].choices == tuple(colour.PALETTES) == get_args(options.Palette)
    assert OPTIONS["space"].choices == tuple(colour.SPACES)
    assert OPTIONS["backend"].choices == BACKENDS
    for text in OPTIONS["thermal_range"].choices:
        parse_range(text)


@pytest.mark.parametrize("command", [fuse, batch])
def test_the_commands_have_them_all(command: Any) -> None:
    parameters = inspect.signature(command).parameters
    assert set(OPTIONS) - set(parameters) == set()
    for name, option in OPTIONS.items():
        if name not in ("model", "threads"):
            assert parameters[name].default == option.default


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"space": "lab"}, "`space` must be one of bt601, linear, got 'lab'. Choose one."),
        ({"grid": "x"}, "`grid` must be one of visible, infrared, got 'x'"),
        ({"outside": "x"}, "`outside` must be one of crop, keep, black, got 'x'"),
        ({"palette": "ironbo"}, "Did you mean `ironbow`?"),
        ({"depth": 12}, "`depth` must be one of 8, 16, got 12. Choose one."),
        ({"strength": 1.5}, "`strength` must be in [0, 1], got 1.5. Correct the value."),
        ({"strength": float("nan")}, "`strength` must be in [0, 1], got nan"),
        ({"palette": "lava", "hot": 2.0}, "`hot` must be in [0, 1], got 2.0"),
        ({"palette": "lava", "hot": "warm"}, "`hot` must be a number or a temperature, got 'warm'"),
        ({"palette": "lava", "hot": "nanC"}, "`hot` must be a number or a temperature"),
        ({"hot": 0.5}, "`hot` must be given together with `palette`"),
        ({"kelvin_per_count": 0}, "`kelvin_per_count` must be above 0 and at most 10, got 0"),
        ({"threads": 0}, "`threads` must be at least 1, got 0"),
    ],
)
def test_bad_values(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        FuseOptions(**given)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        *(("stretch", text, True) for text in ("true", "1", "on", "YES")),
        *(("stretch", text, False) for text in ("false", "0", "off", "No")),
        ("hot", "0.25", 0.25),
        *(("hot", text, "60C") for text in ("60C", " 60.0 °c")),
        ("hot", "-7.5C", "-7.5C"),
        ("depth", "16", 16),
        ("align", "rig.json", "rig.json"),
    ],
)
def test_text(name: str, text: str, value: Any) -> None:
    assert OPTIONS[name].parse(name, text) == value


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        *(
            ("hot", text, "`hot` must be a number or a temperature, got")
            for text in ("1,5", "0x1", "half", "--1")
        ),
        ("depth", "deep", "`depth` must be one of 8, 16, got 'deep'"),
        ("depth", "12", "`depth` must be one of 8, 16, got 12"),
        ("threads", "1.5", "`threads` must be a whole number, got '1.5'"),
        ("stretch", "perhaps", "`stretch` must be true or false, got 'perhaps'"),
    ],
)
def test_text_that_is_no_value(name: str, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        OPTIONS[name].parse(name, text)


def test_the_schema_of_numbers_and_choices() -> None:
    kelvin = OPTIONS["kelvin_per_count"].schema()
    assert (kelvin["exclusiveMinimum"], kelvin["maximum"], kelvin["type"]) == (0, 10, "number")
    assert OPTIONS["grid"].schema()["enum"] == ["visible", "infrared"]
    assert "enum" not in OPTIONS["align"].schema()  # a path is possible
    assert OPTIONS["grid"].schema()["default"] == "visible"
    assert "default" not in OPTIONS["strength"].schema()
    assert OPTIONS["strength"].schema()["description"].endswith("By default: 1; 0 with a palette.")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"stretch": True}, "`stretch` must not be given for a video. Leave it out."),
        ({"depth": 16}, "`depth` must not be given for a video. Leave it out."),
        ({"strict": True}, "`strict` must not be given for a video. Leave it out."),
    ],
)
def test_what_a_video_cannot_have(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check_for_video(FuseOptions(**given))
    assert message in str(caught.value)


def test_what_a_video_can_have() -> None:
    check_for_video(FuseOptions(model="fast", palette="lava", align="rig.json", stretch=False))


def test_a_video_knows_no_temperatures() -> None:
    check_for_video(FuseOptions(palette="lava", hot=0.8))
    with pytest.raises(ConfigError, match=r"`hot` must be a level .*--range 20C,70C, 60C is 0.8"):
        check_for_video(FuseOptions(palette="lava", hot="60C"))
