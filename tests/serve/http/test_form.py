"""Fields of a form become arguments of `Fuser`, all of them documented."""

import inspect

import pytest

import clfnet
from clfnet.errors import ConfigError
from clfnet.serve.http.form import (
    FORMAT,
    OPTIONS,
    RANGES,
    Fusing,
    form_schema,
    number,
    parse,
    truth,
)
from clfnet.thermal import parse_range

_NOT_OF_A_REQUEST = {"threads", "memory", "backend"}


def test_every_option_of_the_library_is_there() -> None:
    arguments = set(inspect.signature(clfnet.Fuser).parameters) - _NOT_OF_A_REQUEST
    assert set(OPTIONS) == {name.replace("thermal_range", "range") for name in arguments}


def test_values_get_their_types() -> None:
    fields = {"stretch": "yes", "range": "agc", "kelvin_per_count": "0.04", "depth": "16"}
    fusing = Fusing.of({**fields, "model": "fast", "align": "auto", "hot": ""})
    assert fusing.model == "fast"
    assert fusing.align == "auto"
    assert fusing.arguments == {
        "stretch": True, "thermal_range": "agc", "kelvin_per_count": 0.04, "depth": 16
    }  # fmt: skip
    assert "hot" not in fusing.given


def test_an_unknown_field_is_refused_even_if_it_is_empty() -> None:
    with pytest.raises(ConfigError, match="Did you mean `strength`"):
        Fusing.of({"strenght": ""})


@pytest.mark.parametrize("text", ["true", "1", "on", "YES"])
def test_yes(text: str) -> None:
    assert truth("stretch", text) is True


@pytest.mark.parametrize("text", ["false", "0", "off", "No"])
def test_no(text: str) -> None:
    assert truth("stretch", text) is False


@pytest.mark.parametrize("text", ["1,5", "0x1", "half", "--1"])
def test_no_number(text: str) -> None:
    with pytest.raises(ConfigError, match="`hot` must be a number"):
        number("hot", text)


def test_the_examples_of_ranges_are_ranges() -> None:
    for text in RANGES:
        parse_range(text)


def test_the_schema_has_every_field_and_no_other() -> None:
    extra = form_schema({"infrared": "a file"}, {**OPTIONS, "format": FORMAT})
    schema = extra["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert set(schema["properties"]) == {"infrared", "format", *OPTIONS}
    assert schema["additionalProperties"] is False
    assert all(option.get("description") for option in schema["properties"].values())
    for name, option in OPTIONS.items():
        for value in option.schema.get("enum", []):
            assert parse({name: str(value)}, OPTIONS) == {name: str(value)}
