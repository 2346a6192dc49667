"""Fields of a form become `FuseOptions`, all of them documented."""

import pytest

from clfnet.errors import ConfigError
from clfnet.options import OPTIONS as OF_FUSING
from clfnet.options import FuseOptions
from clfnet.serve.http.form import FORMAT, OPTIONS, Fusing, form_schema, parse


def test_every_option_of_the_library_is_there_but_those_of_the_machine() -> None:
    named = {option.flag or name for name, option in OF_FUSING.items() if not option.machine}
    assert set(OPTIONS) == named
    assert not {"threads", "memory", "backend"} & named


def test_values_get_their_types() -> None:
    fields = {"stretch": "yes", "range": "agc", "kelvin_per_count": "0.04", "depth": "16"}
    fusing = Fusing.of({**fields, "model": "fast", "align": "auto", "hot": ""})
    assert fusing.model == "fast"
    assert fusing.options == FuseOptions(
        stretch=True, thermal_range="agc", kelvin_per_count=0.04, depth=16, align="auto"
    )
    assert "hot" not in fusing.given


def test_an_unknown_field_is_refused_even_if_it_is_empty() -> None:
    with pytest.raises(ConfigError, match="Did you mean `strength`"):
        Fusing.of({"strenght": ""})


def test_a_rig_is_no_path_of_the_server() -> None:
    with pytest.raises(ConfigError, match=r"must be one of needed, off, auto, got 'rig\.json'"):
        Fusing.of({"align": "rig.json"})


def test_the_schema_has_every_field_and_no_other() -> None:
    extra = form_schema({"infrared": "a file"}, {**OPTIONS, "format": FORMAT})
    schema = extra["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert set(schema["properties"]) == {"infrared", "format", *OPTIONS}
    assert schema["additionalProperties"] is False
    assert all(option.get("description") for option in schema["properties"].values())
    for name, option in OPTIONS.items():
        for value in option.schema().get("enum", []):
            assert parse({name: str(value)}, OPTIONS) == {name: value}
