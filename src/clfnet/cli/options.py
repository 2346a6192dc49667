"""Gives commands the options of fusing: `clfnet.options.FuseOptions` as a command line has them."""

import functools
import inspect
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any

from clfnet.cli.command import PLAIN
from clfnet.cli.command import Option as CommandOption
from clfnet.options import OPTIONS, FuseOptions, Option

Command = Callable[..., None]

GROUPS = {
    "Infrared and visible files": (
        *("thermal_range", "unit", "kelvin_per_count", "calibration", "raw", "page"),
        *("infrared_palette", "invert", "exclude", "visible_range", "allow_damaged"),
    ),
    "Conditions": ("emissivity", "reflected", "distance", "humidity", "atmosphere"),
    "Alignment": ("align", "strict", "grid", "outside"),
    "Look of the result": (
        *("stretch", "space", "strength", "palette", "hot", "depth", "compression"),
    ),
    "Machine": ("backend", "device", "threads", "memory"),
}
"""Headings of the help, and the fields of `FuseOptions` under each; the others need none."""

_HEADINGS = {name: heading for heading, names in GROUPS.items() for name in names}


class Lens(StrEnum):
    """Which visible image of a camera that takes several at once."""

    WIDE = "wide"
    ZOOM = "zoom"
    VISIBLE = "visible"


FOLDERS, VIDEO = "Folders", "Video and streams"
"""Headings of the help."""

LensOption = Annotated[
    Lens | None,
    CommandOption(
        group=FOLDERS, help="Lens to use where a pair has several visible images. [default: wide]"
    ),
]
CropOption = Annotated[
    str | None,
    CommandOption(
        metavar="X,Y,WIDTH,HEIGHT",
        group=VIDEO,
        help="The part of each infrared frame that is the image, in pixels.",
    ),
]
CropVisibleOption = Annotated[
    str | None,
    CommandOption(
        metavar="X,Y,WIDTH,HEIGHT",
        group=VIDEO,
        help="The part of each visible frame that is the image, in pixels.",
    ),
]
ByTimeOption = Annotated[
    bool,
    CommandOption(
        "--by-time",
        group=FOLDERS,
        help="Pair images by when they were taken (EXIF), at most 2 s apart, not by name.",
    ),
]


def fuse_options(*only: str, without: tuple[str, ...] = ()) -> Callable[[Command], Command]:
    """Give a command an option per field of `FuseOptions`, in the place of its argument `options`.

    Args:
        *only: the fields; all by default.
        without: fields that are left out.
    """
    names = [name for name in only or OPTIONS if name not in without]

    def decorate(command: Command) -> Command:
        @functools.wraps(command)
        def wrapper(**values: Any) -> None:
            chosen = {name: values.pop(name) for name in names}
            command(**values, options=FuseOptions(**chosen))

        parameters = []
        for each in inspect.signature(command).parameters.values():
            if each.name == "options":
                parameters += [_parameter(name, OPTIONS[name]) for name in names]
            else:
                parameters.append(each.replace(kind=inspect.Parameter.KEYWORD_ONLY))
        wrapper.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        wrapper.__annotations__ = {each.name: each.annotation for each in parameters}
        return wrapper

    return decorate


def _parameter(name: str, option: Option) -> inspect.Parameter:
    """Return what `command` makes an option of."""
    flag = f"--{(option.flag or name).replace('_', '-')}"
    more = f" [default: {option.by_default}]" if option.by_default else ""
    info = CommandOption(
        flag,
        help=option.help + more,
        metavar=_metavar(option),
        choices=[*map(str, option.choices)],
        group=_HEADINGS.get(name, PLAIN),
        parser=(lambda text: option.parse(name, text)) if option.or_celsius else None,
    )
    kind: Any = option.kind if option.default is not None else option.kind | None
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=option.default,
        annotation=Annotated[kind, info],
    )


def _metavar(option: Option) -> str | None:
    if option.choices and not option.is_open:
        return f"[{'|'.join(map(str, option.choices))}]"
    return "FLOAT|CELSIUS" if option.or_celsius else None
