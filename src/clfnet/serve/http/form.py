"""The fields of a form, as `clfnet.Fuser` takes them; each is documented for OpenAPI."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

from clfnet.align import Rig
from clfnet.colour.luma import SPACES
from clfnet.colour.palette import PALETTES
from clfnet.errors import ConfigError
from clfnet.inference.alignment import GRIDS, OUTSIDE
from clfnet.inference.fuser import Fuser
from clfnet.io.toml import known
from clfnet.method import FusionMethod

FORMATS = {
    "png": ("image/png", ".png"),
    "tiff": ("image/tiff", ".tiff"),
    "jpeg": ("image/jpeg", ".jpg"),
}
"""By name: the media type and the suffix."""

ALIGN = ("off", "auto")
DEPTHS = (8, 16)
RANGES = ("auto", "full", "percentile", "percentile:1,99", "agc", "20C,40C")
"""Examples of ranges; any that `clfnet.thermal.parse_range` takes may be given."""

_WORDS = {"true": True, "1": True, "on": True, "yes": True}
_WORDS |= {"false": False, "0": False, "off": False, "no": False}


class Option(NamedTuple):
    """One field.

    Attributes:
        parse: takes its name and its text; raises `ConfigError`.
        schema: what OpenAPI says of it.
    """

    parse: Callable[[str, str], Any]
    schema: dict[str, Any]


def text(name: str, value: str) -> str:  # noqa: ARG001 -- a parser of an `Option`
    """Return any text."""
    return value


def number(name: str, value: str) -> float:
    """Return a number.

    Raises:
        ConfigError: it is none.

    Example:
        >>> number("strength", "0.5")
        0.5
    """
    try:
        return float(value)
    except ValueError:
        raise ConfigError(
            f"`{name}` must be a number, got {value!r:.60}. Write e.g. 0.5."
        ) from None


def truth(name: str, value: str) -> bool:
    """Return whether a field says yes.

    Raises:
        ConfigError: it says neither yes nor no.
    """
    if value.lower() not in _WORDS:
        raise ConfigError(
            f"`{name}` must be true or false, got {value!r:.60}. Leave it out for no."
        )
    return _WORDS[value.lower()]


def choice(*known_values: str) -> Callable[[str, str], str]:
    """Return a parser of one of some words."""

    def parse(name: str, value: str) -> str:
        if value not in known_values:
            raise ConfigError(
                f"`{name}` must be one of {', '.join(known_values)}, got {value!r:.60}. Choose one."
            )
        return value

    return parse


def _words(what: str, *values: str, **more: Any) -> Option:
    return Option(
        choice(*values), {"type": "string", "enum": [*values], "description": what} | more
    )


def _number(what: str, **more: Any) -> Option:
    return Option(number, {"type": "number", "description": what} | more)


OPTIONS: Mapping[str, Option] = MappingProxyType(
    {
        "model": Option(
            text,
            {"type": "string", "description": "A name of GET /v1/models.", "example": "clfnet"},
        ),
        "stretch": Option(
            truth,
            {"type": "boolean", "default": False, "description": "Use the whole range of levels."},
        ),
        "range": Option(
            text,
            {
                "type": "string",
                "default": "auto",
                "description": "Infrared values shown: auto, full, percentile[:LOW,HIGH], "
                "agc[:PLATEAU], LOW,HIGH, or LOWC,HIGHC in °C.",
                "example": "percentile:1,99",
            },
        ),
        "kelvin_per_count": _number(
            "For counts that are linear in temperature.", exclusiveMinimum=0, maximum=10
        ),
        "align": _words(
            "Take the pair as it is, or register it; excludes `rig` and `points`.",
            *ALIGN,
            default="off",
        ),
        "grid": _words("Whose pixels an aligned result has.", *GRIDS, default="visible"),
        "outside": _words("Where one picture is alone.", *OUTSIDE, default="crop"),
        "space": _words("Luma of colours.", *SPACES, default="bt601"),
        "strength": _number(
            "From the visible, 0, to the fused, 1; by default 1, or 0 with a palette.",
            minimum=0,
            maximum=1,
        ),
        "palette": _words("Paint hot areas.", *PALETTES),
        "hot": _number("Heat from where on to paint; else found.", minimum=0, maximum=1),
        "depth": Option(
            choice(*map(str, DEPTHS)),
            {"type": "integer", "enum": [*DEPTHS], "description": "Bits; more if the visible has."},
        ),
    }
)
"""The options of fusing, by name."""

FORMAT = _words("The answer; wins over the header Accept.", *FORMATS, "json", default="png")

_OF_FUSER = {"range": "thermal_range"}


@dataclass(frozen=True)
class Fusing:
    """How a request wants its pairs fused.

    Attributes:
        model: which model; None for the default.
        align: "off" or "auto".
        arguments: of `Fuser`.
        given: the fields as they came, for a command line that does the same.
    """

    model: str | None = None
    align: str = "off"
    arguments: Mapping[str, Any] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, fields: Mapping[str, str]) -> "Fusing":
        """Read fields.

        Raises:
            ConfigError: one is unknown (the nearest is named), or its value is none.
        """
        values = parse(fields, OPTIONS)
        given = {name: fields[name] for name in values}
        if "depth" in values:
            values["depth"] = int(values["depth"])
        model, align = values.pop("model", None), values.pop("align", "off")
        arguments = {_OF_FUSER.get(name, name): value for name, value in values.items()}
        return cls(model, align, arguments, given)

    def fuser(self, method: FusionMethod, rig: Rig | None = None) -> Fuser:
        """Return what fuses so.

        Args:
            method: the model, loaded.
            rig: aligns the pair; else as `align` says.

        Raises:
            ConfigError: a value is out of range.
        """
        return Fuser(method, align=rig or self.align, **self.arguments)


def parse(fields: Mapping[str, str], options: Mapping[str, Option]) -> dict[str, Any]:
    """Return the values of fields; empty ones count as left out.

    Raises:
        ConfigError: a field is unknown (the nearest is named), or its value is none.

    Example:
        >>> parse({"strength": "0.5", "palette": ""}, OPTIONS)
        {'strength': 0.5}
    """
    for name in fields:
        known(name[:60], [*options], "field")
    return {name: options[name].parse(name, value) for name, value in fields.items() if value}


def check_depth(depth: int | str | None, wanted: str) -> None:
    """Refuse 16 bits in a format of 8.

    Raises:
        ConfigError: a depth of 16 is asked for in a JPEG.
    """
    if str(depth) == "16" and wanted == "jpeg":
        raise ConfigError(
            "`format` must be png or tiff to hold 16 bits, got jpeg. Change it, or drop `depth`."
        )


def form_schema(
    files: Mapping[str, str],
    options: Mapping[str, Option],
    *,
    needed: tuple[str, ...] = ("infrared",),
) -> dict[str, Any]:
    """Return what OpenAPI says of a route that takes a form.

    Args:
        files: by name, what it is.
        options: its other fields.
        needed: what must be given.
    """
    binary = {
        name: {"type": "string", "format": "binary", "description": what}
        for name, what in files.items()
    }
    fields = {name: option.schema for name, option in options.items()}
    schema = {
        "type": "object",
        "properties": binary | fields,
        "required": [*needed],
        "additionalProperties": False,
    }
    return {
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}
    }
