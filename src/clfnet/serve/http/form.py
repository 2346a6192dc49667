"""The fields of a form: `FuseOptions` as a request has them, documented for OpenAPI."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from clfnet.align import Rig
from clfnet.inference.fuser import Fuser
from clfnet.io.toml import known
from clfnet.method import FusionMethod
from clfnet.options import OPTIONS as OF_FUSING
from clfnet.options import FuseOptions, Option

FORMATS = {
    "png": ("image/png", ".png"),
    "tiff": ("image/tiff", ".tiff"),
    "jpeg": ("image/jpeg", ".jpg"),
}
"""By name: the media type and the suffix."""

_NAMES = {option.flag or name: name for name, option in OF_FUSING.items() if not option.machine}
_OF_REQUESTS = {
    "model": replace(OF_FUSING["model"], default=None, help="One of the names of GET /v1/models."),
    "align": replace(
        OF_FUSING["align"],
        is_open=False,  # a rig comes as a file
        help="Alignment: needed (found if the sizes differ), off, or auto (always found; excludes "
        "`rig` and `points`).",
    ),
}

OPTIONS: Mapping[str, Option] = MappingProxyType(
    {field: _OF_REQUESTS.get(name, OF_FUSING[name]) for field, name in _NAMES.items()}
)
"""The options of fusing, by the field's name."""

FORMAT = Option(
    str,
    "Format of the answer; overrides the header Accept.",
    default="png",
    choices=(*FORMATS, "json"),
)


@dataclass(frozen=True)
class Fusing:
    """How a request wants its pairs fused.

    Attributes:
        model: which model; None for the service's default.
        options: the others.
        given: the fields as they came, for a command line that does the same.
    """

    model: str | None = None
    options: FuseOptions = field(default_factory=FuseOptions)
    given: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, fields: Mapping[str, str]) -> "Fusing":
        """Read fields.

        Raises:
            ConfigError: one is unknown (the nearest is named), or its value is none.
        """
        values = parse(fields, OPTIONS)
        given = {name: fields[name] for name in values}
        model = values.pop("model", None)
        return cls(model, FuseOptions(**{_NAMES[name]: values[name] for name in values}), given)

    def fuser(self, method: FusionMethod, rig: Rig | None = None) -> Fuser:
        """Return what fuses so.

        Args:
            method: the model, loaded.
            rig: aligns the pair; else as the options say.

        Raises:
            ConfigError: a value is out of range.
        """
        return Fuser.of(replace(self.options, model=method, align=rig or self.options.align))


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
    fields = {name: option.schema() for name, option in options.items()}
    schema = {
        "type": "object",
        "properties": binary | fields,
        "required": [*needed],
        "additionalProperties": False,
    }
    return {
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}
    }
