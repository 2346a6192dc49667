"""Every option of fusing, stated once: name, type, default, choices, bounds and help.

From `FuseOptions` come the arguments of `clfnet.fuse` and `Fuser`, the options of the commands, the
fields of the service's forms with their OpenAPI, the page's controls (through GET /v1/options), and
what a batch run is held to. To add an option, add a field here and the line of its type in
`FuseArguments`, and let `Fuser` act on it.

Nothing heavy is imported: the command line reads this module at every start.
"""

# ruff: noqa: RUF009 -- `_option` only calls `field`

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from math import isfinite
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, TypedDict, get_args

from clfnet.errors import ConfigError, did_you_mean

if TYPE_CHECKING:
    from clfnet.align import Rig
    from clfnet.method import FusionMethod
    from clfnet.thermal import Range

Grid = Literal["visible", "infrared"]
Outside = Literal["crop", "keep", "black"]
Space = Literal["bt601", "linear"]
Palette = Literal["ironbow", "whitehot", "blackhot", "lava", "arctic", "green", "rainbow"]
Compression = Literal["fast", "small"]
Backend = Literal["onnxruntime", "openvino"]
StatedUnit = Literal["auto", "celsius", "kelvin", "counts"]

ALIGN = ("needed", "off", "auto")
"""What an alignment may be beside a rig."""

READ_AS = (
    *("thermal_range", "unit", "kelvin_per_count", "calibration", "raw", "infrared_palette"),
    *("invert", "visible_range", "emissivity", "reflected", "distance", "humidity", "atmosphere"),
)
"""Those of the options that say which levels the files of a pair become."""

_WORDS = {"true": True, "1": True, "on": True, "yes": True}
_WORDS |= {"false": False, "0": False, "off": False, "no": False}


@dataclass(frozen=True)
class Option:
    """What is known of an option beside its name.

    Attributes:
        kind: the type of its plain values: bool, int, float or str.
        help: one sentence for a person.
        default: its value if it is not given; None where that depends on other things.
        choices: the values that there are; with `is_open`, those that have a name.
        is_open: other values than `choices` may be given.
        least: the smallest value.
        most: the largest value.
        above: `least` itself is out of range.
        unit: of numbers.
        example: a value that makes sense.
        by_default: what is done if it is not given, where `default` does not say.
        flag: its name outside of Python, if that is another one.
        or_celsius: beside a number, a temperature with its unit, "60C", which stays a text.
        machine: it says how fast the result comes, not what it is; not for a request to decide.
        video: a video may have it.
    """

    kind: type
    help: str
    default: Any = None
    choices: tuple[Any, ...] = ()
    is_open: bool = False
    least: float | None = None
    most: float | None = None
    above: bool = False
    unit: str = ""
    example: str = ""
    by_default: str = ""
    flag: str = ""
    or_celsius: bool = False
    machine: bool = False
    video: bool = True

    def check(self, name: str, value: object) -> None:
        """Raise a `ConfigError` unless a plain value is one of the choices and within the bounds.

        Example:
            >>> OPTIONS["strength"].check("strength", 0.5)
        """
        if self.choices and not self.is_open and value not in self.choices:
            raise ConfigError(
                f"`{name}` must be one of {', '.join(map(str, self.choices))}, got {value!r:.60}. "
                f"{did_you_mean(str(value), map(str, self.choices), 'Choose one.')}"
            )
        if self.or_celsius and isinstance(value, str):
            self._value(name, value)
            return
        if self.least is None or not isinstance(value, int | float):
            return
        inside = value > self.least if self.above else value >= self.least
        if not (inside and (self.most is None or value <= self.most)):  # NaN is neither
            raise ConfigError(f"`{name}` must be {self._bounds()}, got {value}. Correct the value.")

    def parse(self, name: str, text: str) -> Any:
        """Return the value that a text stands for, checked.

        Raises:
            ConfigError: it stands for none.

        Example:
            >>> OPTIONS["strength"].parse("strength", "0.5"), OPTIONS["depth"].parse("depth", "16")
            (0.5, 16)
        """
        value = self._value(name, text)
        self.check(name, value)
        return value

    def schema(self) -> dict[str, Any]:
        """Return what JSON Schema says of it."""
        types = {bool: "boolean", int: "integer", float: "number", str: "string"}
        more = f" By default: {self.by_default}." if self.by_default else ""
        kind: Any = [types[self.kind], "string"] if self.or_celsius else types[self.kind]
        found: dict[str, Any] = {"type": kind, "description": self.help + more}
        if self.choices and not self.is_open:
            found["enum"] = [*self.choices]
        if self.least is not None:
            found["exclusiveMinimum" if self.above else "minimum"] = self.least
        if self.most is not None:
            found["maximum"] = self.most
        if self.default is not None:
            found["default"] = self.default
        if self.example:
            found["example"] = self.example
        return found

    def _bounds(self) -> str:
        if self.most is None:
            return f"{'above' if self.above else 'at least'} {self.least:g}"
        if self.above:
            return f"above {self.least:g} and at most {self.most:g}"
        return f"in [{self.least:g}, {self.most:g}]"

    def _value(self, name: str, text: str) -> Any:
        if self.kind is bool:
            if text.lower() not in _WORDS:
                raise ConfigError(
                    f"`{name}` must be true or false, got {text!r:.60}. Leave it out for no."
                )
            return _WORDS[text.lower()]
        try:
            if self.or_celsius and text.strip().lower().endswith("c"):
                return f"{celsius_of(text):g}C"
            return self.kind(text)
        except ValueError:
            what = "a whole number" if self.kind is int else "a number"
            what += " or a temperature" if self.or_celsius else ""
            if self.choices:
                what = f"one of {', '.join(map(str, self.choices))}"
            example = self.example or (self.choices[0] if self.choices else "0.5")
            raise ConfigError(
                f"`{name}` must be {what}, got {text!r:.60}. Write e.g. {example}."
            ) from None


def _option(kind: type, text: str, *, default: Any = None, **facts: Any) -> Any:
    return field(default=default, metadata={"option": Option(kind, text, default, **facts)})


@dataclass(frozen=True, kw_only=True)
class FuseOptions:
    """How pairs are fused.

    Raises:
        ConfigError: a value is not one of the choices, or out of range.

    Example:
        >>> FuseOptions(strength=0.5).strength
        0.5
    """

    model: "str | os.PathLike[str] | FusionMethod" = _option(
        str,
        "Name of a shipped model or classical rule, an .onnx file, or onnx:FILE for an ONNX graph "
        "of another origin.",
        default="clfnet",
        example="clfnet",
    )
    stretch: bool = _option(
        bool,
        "Stretch the fused luma of each image linearly to the full range of levels.",
        default=False,
        video=False,
    )
    thermal_range: "str | Range" = _option(
        str,
        "Infrared values mapped to black and white: auto, full, percentile:LOW,HIGH, "
        "agc:PLATEAU, LOW,HIGH, or LOWC,HIGHC in °C.",
        default="auto",
        choices=("auto", "full", "percentile", "percentile:1,99", "agc", "20C,40C"),
        is_open=True,
        example="percentile:1,99",
        flag="range",
    )
    kelvin_per_count: float | None = _option(
        float,
        "Temperature step of one count, for infrared counts that are linear in temperature, e.g. "
        "0.01.",
        least=0,
        most=10,
        above=True,
        unit="K",
        example="0.01",
    )
    calibration: str | None = _option(
        str,
        "Temperatures of infrared counts, measured by you: COUNT=CELSIUS, two or more separated by "
        "commas; linear between them.",
        example="7000=20C,9000=60C",
        video=False,
    )
    emissivity: float | None = _option(
        float,
        "Emissivity of the object, for FLIR's radiometric files.",
        least=0,
        most=1,
        above=True,
        by_default="as the camera recorded it",
        video=False,
    )
    reflected: float | None = _option(
        float,
        "Temperature that the object reflects, for FLIR's radiometric files.",
        least=-100,
        most=3000,
        unit="°C",
        by_default="as the camera recorded it",
        video=False,
    )
    distance: float | None = _option(
        float,
        "Distance of the object, for FLIR's radiometric files.",
        least=0,
        most=10000,
        unit="m",
        by_default="as the camera recorded it",
        video=False,
    )
    humidity: float | None = _option(
        float,
        "Relative humidity of the air in per cent, for FLIR's radiometric files.",
        least=0,
        most=100,
        unit="%",
        by_default="as the camera recorded it",
        video=False,
    )
    atmosphere: float | None = _option(
        float,
        "Temperature of the air, for FLIR's radiometric files.",
        least=-100,
        most=100,
        unit="°C",
        by_default="as the camera recorded it",
        video=False,
    )
    unit: StatedUnit = _option(
        str,
        "Unit of the infrared numbers, where the file does not say: celsius, kelvin or counts.",
        default="auto",
        choices=get_args(StatedUnit),
    )
    raw: str | None = _option(
        str,
        "Layout of headerless infrared files, WIDTHxHEIGHT:TYPE with a TYPE such as u2 or f4.",
        example="640x512:f4",
        video=False,
    )
    infrared_palette: str = _option(
        str,
        "Palette that infrared images were painted with, to be undone: auto (found for each "
        "image), none, or a name.",
        default="auto",
        choices=("auto", "none", "ironbow", "rainbow", "lava", "arctic", "jet", "inferno"),
        is_open=True,
    )
    visible_range: str = _option(
        str,
        "Levels of the visible image that are black and white, where a file does not use its full "
        "scale: full, or LOW,HIGH such as 0,4095 for 12 bits in 16.",
        default="full",
        choices=("full", "0,4095", "0,1023"),
        is_open=True,
        example="0,4095",
        video=False,
    )
    invert: bool = _option(
        bool, "Treat infrared images as black-hot: warm objects are dark in them.", default=False
    )
    exclude: str | None = _option(
        str,
        "Rectangles of the infrared image without scene, such as a camera's text: X,Y,WIDTH,HEIGHT "
        "in pixels, several separated by semicolons; the visible image stays there.",
        example="0,0,120,20",
        video=False,
    )
    page: int | None = _option(
        int, "Page of an infrared TIFF that holds several images.", least=1, video=False
    )
    align: "str | os.PathLike[str] | Rig" = _option(
        str,
        "Alignment of the two images: needed (found for pairs of different sizes), off, auto "
        "(found for each pair), or a rig file of `clfnet align`.",
        default="needed",
        choices=ALIGN,
        is_open=True,
    )
    strict: bool = _option(
        bool,
        "Refuse pairs of equal size that seem to be shifted, instead of warning.",
        default=False,
        video=False,
    )
    grid: Grid = _option(
        str,
        "Image that gives an aligned result its pixel grid.",
        default="visible",
        choices=get_args(Grid),
    )
    outside: Outside = _option(
        str,
        "Area that only one of two aligned images covers: cut off, kept from that image, or black.",
        default="crop",
        choices=get_args(Outside),
    )
    space: Space = _option(
        str,
        "How luma is taken from colours: bt601 (of stored values) or linear (in linear light).",
        default="bt601",
        choices=get_args(Space),
    )
    strength: float | None = _option(
        float,
        "Share of the fused luma in the result, from 0 (visible image) to 1 (fused image).",
        least=0,
        most=1,
        by_default="1; 0 with a palette",
    )
    palette: Palette | None = _option(
        str,
        "Palette in which hot areas are painted over the result.",
        choices=get_args(Palette),
    )
    hot: float | str | None = _option(
        float,
        "What the palette paints: what is above a level of the infrared image (0 to 1), or above a "
        "temperature, where the image measures (60C).",
        least=0,
        most=1,
        or_celsius=True,
        example="60C",
        by_default="chosen for each image",
    )
    depth: int | None = _option(
        int,
        "Bits per sample of the result; never fewer than the visible image has.",
        choices=(8, 16),
        by_default="as the visible image",
        unit="bit",
        video=False,
    )
    compression: Compression = _option(
        str,
        "Coding of PNG files: fast, or small (smaller by an eighth, in many times the time); the "
        "pixels are the same.",
        default="fast",
        choices=get_args(Compression),
        video=False,
    )
    allow_damaged: bool = _option(
        bool,
        "Fuse what is left of damaged files, too; the record of the result says what is wrong.",
        default=False,
        video=False,
    )
    backend: Backend = _option(
        str,
        "Runtime of the model: onnxruntime, or openvino (needs the extra `openvino`).",
        default="onnxruntime",
        choices=get_args(Backend),
        machine=True,
    )
    device: str = _option(
        str,
        "Where networks run: cpu, an accelerator that the installed ONNX Runtime has, or auto (the "
        "best that is there); cuda:1 is the second card.",
        default="cpu",
        choices=("auto", "cpu", "cuda", "tensorrt", "coreml", "directml", "openvino:GPU"),
        is_open=True,
        machine=True,
    )
    threads: int | None = _option(
        int, "CPU threads.", least=1, by_default="all cores", machine=True
    )
    memory: str | int | None = _option(
        str,
        "Working memory of the model beside the images, with its unit, e.g. 1GiB.",
        example="1GiB",
        by_default="that of 65,536 pixels per thread, at least 64 MiB: 192 MiB for clfnet",
        machine=True,
    )

    def __post_init__(self) -> None:
        for name, option in OPTIONS.items():
            value = getattr(self, name)
            if value is not None and isinstance(value, str | int | float):
                option.check(name, value)
        if self.hot is not None and self.palette is None:
            raise ConfigError(
                "`hot` must be given together with `palette`. Add `palette`, or drop `hot`."
            )

    def given(self) -> dict[str, Any]:
        """Return what differs from the defaults."""
        return {
            name: getattr(self, name)
            for name, option in OPTIONS.items()
            if getattr(self, name) != option.default
        }


class FuseArguments(TypedDict, total=False):
    """The types of `FuseOptions`' fields but `model`, for signatures."""

    stretch: bool
    thermal_range: "str | Range"
    kelvin_per_count: float | None
    calibration: str | None
    emissivity: float | None
    reflected: float | None
    distance: float | None
    humidity: float | None
    atmosphere: float | None
    unit: StatedUnit
    raw: str | None
    infrared_palette: str
    visible_range: str
    invert: bool
    exclude: str | None
    page: int | None
    align: "str | os.PathLike[str] | Rig"
    strict: bool
    grid: Grid
    outside: Outside
    space: Space
    strength: float | None
    palette: Palette | None
    hot: float | str | None
    depth: int | None
    compression: Compression
    allow_damaged: bool
    backend: Backend
    device: str
    threads: int | None
    memory: str | int | None


OPTIONS: Mapping[str, Option] = MappingProxyType(
    {each.name: each.metadata["option"] for each in fields(FuseOptions)}
)
"""What is known of each field of `FuseOptions`, by name."""

FuseOptions.__doc__ = f"{FuseOptions.__doc__}\n    Attributes:\n" + "".join(
    f"        {name}: {option.schema()['description']}\n" for name, option in OPTIONS.items()
)


def celsius_of(text: str) -> float:
    """Return the number of a temperature in °C, written with its unit or without.

    Raises:
        ValueError: it is none.

    Example:
        >>> celsius_of("60C"), celsius_of("-5.5 °C"), celsius_of("20")
        (60.0, -5.5, 20.0)
    """
    number = float(text.strip().lower().removesuffix("c").replace("°", ""))
    if not isfinite(number):
        raise ValueError(text)
    return number


def check_for_video(options: FuseOptions) -> None:
    """Refuse what a video cannot have.

    Raises:
        ConfigError: an option for still images is given.
    """
    for name in options.given():
        if not OPTIONS[name].video:
            raise ConfigError(f"`{name}` must not be given for a video. Leave it out.")
    if isinstance(options.hot, str):
        raise ConfigError(
            f"`hot` must be a level from 0 to 1 for a video, got {options.hot}. Fix the range, and "
            f"take the place in it: with --range 20C,70C, 60C is 0.8."
        )
