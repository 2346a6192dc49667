"""What answers look like, for OpenAPI and for the programs that read it."""

from typing import Annotated, Any

from pydantic import BaseModel, Field


class Health(BaseModel):
    """Whether the process lives, or takes requests."""

    status: str = Field(examples=["ok"])


NameOfFile = Annotated[str, Field(min_length=1, max_length=255)]


class NamesOfFiles(BaseModel):
    """Files that are to become pairs, by name."""

    infrared: list[NameOfFile] = Field(max_length=100_000, examples=[["IR_1.png"]])
    visible: list[NameOfFile] = Field(default=[], max_length=100_000, examples=[["VIS_1.jpg"]])


class PairsByName(BaseModel):
    """Which of them belong together."""

    pairs: list[list[str]] = Field(examples=[[["IR_1.png", "VIS_1.jpg"]]])
    unpaired: list[str] = Field(description="Files without a partner; radiometric ones need none.")


class ModelCard(BaseModel):
    """A model that a request may name."""

    name: str = Field(examples=["clfnet"])
    kind: str = Field(description="network (trained) or rule (classical)", examples=["network"])
    parameters: int | None = Field(examples=[190120])
    sha256: str | None = Field(description="SHA-256 of a network's ONNX file.")
    explains: bool = Field(description="The model can explain its results.")
    is_default: bool


class ModelList(BaseModel):
    """All of them."""

    models: list[ModelCard]


class MetricCard(BaseModel):
    """What a metric is in one dialect."""

    name: str = Field(examples=["EN"])
    title: str = Field(examples=["entropy of the fused image"])
    source: str
    unit: str
    better: str = Field(description="higher or lower")
    by_default: bool = Field(description="Computed if no metrics are named.")


class Limits(BaseModel):
    """What is refused, and how long results stay."""

    bytes: int = Field(description="Largest size of one request, bytes.")
    pixels: int = Field(description="Largest size of one image, pixels.")
    job_bytes: int
    job_pairs: int
    results: int = Field(description="Number of results that are stored.")
    result_seconds: int


class OptionCard(BaseModel):
    """An option of fusing: a field of the forms of /v1/fuse and /v1/jobs."""

    type: str = Field(description="boolean, integer, number or string")
    help: str
    default: bool | float | str | None
    by_default: str = Field(description="Behaviour without the option, where `default` is null.")
    example: str = Field(description="A value as it is written, or nothing.")
    choices: list[int | str]
    is_open: bool = Field(description="Other values than `choices` may be given.")
    unit: str
    minimum: float | None = None
    maximum: float | None = None
    video: bool = Field(description="Allowed for a video.")


class OptionList(BaseModel):
    """Every option with its choices, and the limits of the service."""

    palette: list[str]
    space: list[str]
    grid: list[str]
    outside: list[str]
    align: list[str]
    range: list[str] = Field(description="Examples; others may be given.")
    depth: list[int]
    format: list[str]
    files: dict[str, list[str]] = Field(
        description="Suffixes of files to offer as infrared, visible and video."
    )
    words: dict[str, list[str]] = Field(
        description="Words in names that say that an image is infrared or visible."
    )
    options: dict[str, OptionCard] = Field(description="By the name of the field.")
    dialect: list[str]
    metrics: dict[str, list[MetricCard]] = Field(description="By dialect.")
    limits: Limits
    version: str


class RigCard(BaseModel):
    """How an infrared image lies in a visible one; the content of a rig file."""

    homography: list[list[float]]
    infrared_size: list[int]
    visible_size: list[int]
    quality: float | None
    made: str


class Preview(BaseModel):
    """Images by which an eye judges an alignment, as data URLs of PNG."""

    checkerboard: str
    edges: str


class AlignAnswer(RigCard):
    """A rig, and how it looks where that was asked for."""

    preview: Preview | None = None


class FuseAnswer(BaseModel):
    """A result that is kept for a while."""

    id: str
    width: int
    height: int
    record: dict[str, Any] = Field(description="How the image was made, as recorded in its file.")
    rig: RigCard | None = Field(description="Alignment of the pair, as a rig file has it.")
    links: dict[str, str] = Field(
        description="self, png, tiff, jpeg, infrared, visible, metrics, explain; temperatures "
        "(TIFF on the sensor's grid) and celsius (little-endian float32, row by row, on the grid "
        "of the result) where the infrared image measures."
    )
    cli: str = Field(description="Command line that makes the same result.")
    curl: str

    model_config = {
        "json_schema_extra": {
            "example": {
                "id": "5f0c8e1b2a3d4c6e",
                "width": 640,
                "height": 480,
                "record": {"model": "clfnet", "infrared": {"range": "full"}, "strength": 1.0},
                "rig": None,
                "links": {
                    "self": "/v1/results/5f0c8e1b2a3d4c6e",
                    "png": "/v1/results/5f0c8e1b2a3d4c6e/fused.png",
                },
                "cli": "clfnet fuse ir.png vis.png -o fused.png",
                "curl": "curl -F infrared=@ir.png -F visible=@vis.png ...",
            }
        }
    }


class RegionAnswer(BaseModel):
    """Temperatures of a spot, a box or the whole image, in °C."""

    min: float
    mean: float
    max: float
    percentiles: dict[str, float]
    coldest: list[int] = Field(description="x and y of the coldest pixel.")
    hottest: list[int]
    pixels: int = Field(description="Number of pixels with a temperature.")
    name: str | None = None
    x: int | None = None
    y: int | None = None
    width: int | None = None
    height: int | None = None


class IsothermAnswer(BaseModel):
    """The part of an image within two temperatures."""

    limits: str
    share: float


class MeasuredAnswer(BaseModel):
    """What was measured in a thermal image."""

    file: str
    frame: int | None
    width: int
    height: int
    camera: dict[str, str] = Field(description="make, model, serial, lens, taken; as far as known.")
    conditions: dict[str, float] = Field(
        description="What FLIR's temperatures were computed with: emissivity, reflected, distance, "
        "humidity, atmosphere."
    )
    whole: RegionAnswer
    regions: list[RegionAnswer]
    differences: dict[str, float] = Field(description="By name, in kelvin.")
    isotherm: IsothermAnswer | None
    notes: list[str]


class Scores(BaseModel):
    """Metrics of one image; null where one is undefined."""

    dialect: str = Field(examples=["plain"])
    metrics: dict[str, float | None] = Field(examples=[{"EN": 7.38, "MI": 4.27}])


class Shares(BaseModel):
    """Infrared's shares of places won, in [0, 1]."""

    model: str = Field(description="Model that made the explanation.")
    overall: float
    hottest: float = Field(description="Share in the hottest part of the infrared image.")
    grid: list[list[float]] = Field(description="Shares of a grid of 3 by 3 cells, row by row.")


class LiveState(BaseModel):
    """A pair of live sources, and how it fares."""

    name: str = Field(examples=["gate"])
    running: bool = Field(
        description="Whether the sources are open: they are while a client watches."
    )
    viewers: int
    frames: int = Field(description="Frames fused since the service was started.")
    late: int = Field(
        description="Visible frames dropped, since they came faster than pairs are fused."
    )
    latency_p50: float | None = Field(
        description="Seconds from a frame's arrival until it was shown, for half of the frames."
    )
    latency_p99: float | None = Field(description="The same for 99 % of the frames.")
    error: str | None = Field(description="Error of the last attempt to read the sources.")
    links: dict[str, str]


class LiveList(BaseModel):
    """All of them."""

    live: list[LiveState]
