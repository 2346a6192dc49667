"""A training recipe: TOML → frozen dataclasses, every key and value checked.

Each network's recipe is a `Recipe` of its own; which there are says `clfnet.training.networks`.
"""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, ClassVar, Literal, TypeVar, get_type_hints

from clfnet.errors import ConfigError
from clfnet.io.toml import build, known, read_toml
from clfnet.training.bounds import (
    Count,
    Crop,
    Positive,
    Seed,
    Share,
    Weight,
    Whole,
    check_bounds,
)


@dataclass(frozen=True)
class DataConfig:
    """What is trained on.

    Attributes:
        infrared: folders of infrared images.
        visible: folders of visible images, as many; matched by stem.
        held_out: stems that are validated on and never trained on.
        excluded: stems that are not read, such as those of test pairs.
        crop: side of a training crop in pixels.
        stride: distance of neighbouring crops in pixels.
        augment: mirror and transpose crops at random.
        validation_infrared: folder of infrared images of further pairs to validate on, or empty.
        validation_visible: folder of their visible images.
        tone: how much each source's tone curve and noise vary at random from crop to crop; 0 is
            not at all, see `clfnet.training.tones`.
    """

    infrared: tuple[str, ...]
    visible: tuple[str, ...]
    held_out: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    crop: Crop = 128
    stride: Count = 32
    augment: bool = False
    tone: Weight = 0.0
    validation_infrared: str = ""
    validation_visible: str = ""

    @property
    def folders(self) -> tuple[str, ...]:
        """What is trained on."""
        return *self.infrared, *self.visible


@dataclass(frozen=True)
class ModelConfig:
    """The network's width, the projection head's sizes, and what training starts from.

    Attributes:
        width: channels of the first block.
        coarse: the factor of the second scale at which the network fuses; 1 is none.
        hidden: of the projection head.
        embedding: D.
        start: a safetensors file of a network of this width to go on from, at one scale or two;
            empty starts anew.
    """

    width: Count = 16
    coarse: Count = 1
    hidden: Count = 2048
    embedding: Count = 256
    start: str = ""


@dataclass(frozen=True)
class LossConfig:
    """Eq. (9) and what this project may add to it; the defaults are the paper's.

    Attributes:
        lambda1: weight of patchNCE.
        lambda2: weight of M-SSIM.
        samples: S, places per image.
        temperature: τ.
        strategy: where negatives come from, "a", "b" or "c" (Sec. IV-H).
        window: weights of M-SSIM's window.
        assignment: which branch of patchNCE counts at a place; "winner" is Eq. (7).
        detach_keys: whether the sources' embeddings get no gradient.
        intensity: weight of the distance from the brighter source.
        intensity_gain: slope of that target's tone curve; 0 is none.
        intensity_mix: share of the darker source in that target.
        gradient: weight of the distance from the stronger gradient.
        gradient_gain: how many times the stronger gradient is wanted.
        structure: weight of the distance from the detail of the source with more contrast.
        structure_sharpness: how hard that source is chosen in each band of detail; energies count
            to this power. A band has twice the scale of the one before; what is left is the base.
        structure_preference: how many times the visible's energy infrared's must be to count as
            much, in each band.
        base: weight of the distance from a mixture of both sources' bases.
        base_dark: share of infrared in that mixture where the visible is dark.
        base_bright: share of infrared in it where the visible is bright.
    """

    lambda1: Weight = 1.0
    lambda2: Weight = 1.0
    samples: Count = 200
    temperature: Positive = 0.07
    strategy: Literal["a", "b", "c"] = "c"
    window: Literal["uniform", "gaussian"] = "uniform"
    assignment: Literal["winner", "balanced", "both"] = "winner"
    detach_keys: bool = False
    intensity: Weight = 0.0
    intensity_gain: Weight = 0.0
    intensity_mix: Share = 0.0
    gradient: Weight = 0.0
    gradient_gain: Weight = 1.0
    structure: Weight = 0.0
    structure_sharpness: tuple[Positive, ...] = (3.0, 3.0, 3.0)
    structure_preference: tuple[Positive, ...] = (1.0, 1.0, 1.0)
    base: Weight = 0.0
    base_dark: Share = 0.6
    base_bright: Share = 0.25

    @property
    def bands(self) -> int:
        """How many bands of detail there are above the base."""
        return len(self.structure_sharpness)


@dataclass(frozen=True)
class OptimizerConfig:
    """Adam and its rate over time.

    Attributes:
        learning_rate: the peak.
        schedule: "constant", or "cosine" (linear warm-up, then half a cosine to 1 % of the peak).
        warmup: share of the steps in which the rate of "cosine" rises.
        clip: bound of the gradient's norm; 0 is none.
    """

    learning_rate: Positive = 2e-3
    schedule: Literal["constant", "cosine"] = "constant"
    warmup: Share = 0.1
    clip: Weight = 0.0


@dataclass(frozen=True)
class RunConfig:
    """How long, from which seed, and what is kept.

    Attributes:
        seed: of weights, crops and places.
        batch: crops per step and process.
        epochs: passes over all crops; 0 where `steps` is given.
        steps: updates; 0 where `epochs` is given.
        statistics: which passes update the encoders' batch-norm statistics: "all" as in a plain
            implementation, or "sources", which leaves the fused image's pass out.
        freeze_statistics: share of the steps after which batch norm uses its running statistics in
            training too, so that training and fusing compute the same function; 1 is never. Like
            `statistics` it says nothing to a student, which has no batch norm.
        threads: CPU threads; 0 leaves the choice to torch.
        amp: automatic mixed precision (bfloat16).
        tf32: let a GPU round factors to ten bits (TF32); a CPU does not.
        validate_every: steps between validations, sample pictures and best-model selection.
        checkpoint_every: steps between checkpoints.
    """

    seed: Seed = 0
    batch: Count = 4
    epochs: Whole = 0
    steps: Whole = 0
    statistics: Literal["all", "sources"] = "all"
    freeze_statistics: Share = 1.0
    threads: Whole = 0
    amp: bool = False
    tf32: bool = False
    validate_every: Count = 500
    checkpoint_every: Count = 100


@dataclass(frozen=True)
class DistillDataConfig:
    """What a student is trained on: the pairs of several data sets.

    Attributes:
        infrared: folders of infrared images.
        visible: folders of visible images, as many; the first goes with the first, and so on.
        weights: how often a pixel of each set is drawn, relative to the others; empty is alike.
        held_out: stems that are validated on and never trained on, in whichever set they are.
        excluded: stems that are not read, such as those of test pairs.
        crop: side of a training crop in pixels.
        augment: mirror and transpose crops at random.
    """

    infrared: tuple[str, ...]
    visible: tuple[str, ...]
    weights: tuple[Positive, ...] = ()
    held_out: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    crop: Crop = 96
    augment: bool = False

    @property
    def folders(self) -> tuple[str, ...]:
        """What is trained on."""
        return *self.infrared, *self.visible


@dataclass(frozen=True)
class TeacherConfig:
    """Whom the student imitates.

    Attributes:
        model: the name of a shipped model, or the path of an .onnx file made by `clfnet export`.
    """

    model: str = "clfnet"


@dataclass(frozen=True)
class StudentConfig:
    """The student's size; see `clfnet.nn.FastNet`.

    Attributes:
        channels: of every layer inside.
        blocks: how many.
        factor: how many times fewer rows and columns it works on.
        coarse: the factor of the second scale at which it fuses; 1 is none.
    """

    channels: Count = 32
    blocks: Count = 6
    factor: Count = 2
    coarse: Count = 1


@dataclass(frozen=True)
class DistillLossConfig:
    """Distance from the teacher, and Eq. (9) beside it.

    Attributes:
        gradient: weight of the distance between gradients.
        magnitude: weight of the distance between the gradients' magnitudes.
        lambda1: weight of patchNCE, by the encoders of a shipped teacher and its projection head.
        lambda2: weight of M-SSIM.
        contrasted: crops of a batch that patchNCE sees, for it costs more than all the rest.
        samples: S, places per crop.
    """

    gradient: Weight = 1.0
    magnitude: Weight = 0.5
    lambda1: Weight = 0.0
    lambda2: Weight = 0.0
    contrasted: Count = 2
    samples: Count = 200


@dataclass(frozen=True)
class Recipe:
    """What every recipe has; each field is a table of the TOML file.

    A network's own recipe adds its tables, and says in `check` what must hold between values.

    Attributes:
        kind: the network's, see `clfnet.training.networks`; `kind = "..."` in the file.
    """

    kind: ClassVar[str]

    data: "DataConfig | DistillDataConfig"
    optimizer: OptimizerConfig = field(default_factory=OptimizerConfig)
    run: RunConfig = field(default_factory=RunConfig)

    def __post_init__(self) -> None:
        """Refuse values that no run can have."""
        check_bounds(self)
        if bool(self.run.epochs) == bool(self.run.steps):
            raise ConfigError(
                "Exactly one of `run.epochs` and `run.steps` must be above 0, "
                f"got {self.run.epochs} and {self.run.steps}."
            )
        self.check()

    def check(self) -> None:
        """Raise a `ConfigError` where values do not fit together."""


@dataclass(frozen=True)
class TrainConfig(Recipe):
    """The recipe of the full network.

    Example:
        >>> config = parse({"data": {"infrared": "ir", "visible": "vi"}, "run": {"steps": 10}})
        >>> config.loss.temperature
        0.07
    """

    kind = "clfnet"

    data: DataConfig
    model: ModelConfig = field(default_factory=ModelConfig)
    loss: LossConfig = field(default_factory=LossConfig)

    def check(self) -> None:
        """See `Recipe`."""
        data, loss = self.data, self.loss
        if bool(data.validation_infrared) != bool(data.validation_visible):
            raise ConfigError(
                "`data.validation_infrared` and `data.validation_visible` must be given together, "
                f"got {data.validation_infrared!r} and {data.validation_visible!r}."
            )
        check_folders(data)
        check_places(data.crop, loss.samples, self.run.batch if loss.lambda1 else None)
        weights = (
            loss.lambda1, loss.lambda2, loss.intensity, loss.gradient, loss.structure, loss.base,
        )  # fmt: skip
        if not sum(weights) > 0:
            raise ConfigError("At least one weight of `loss` must be above 0, got none.")
        if len(loss.structure_preference) != loss.bands:
            raise ConfigError(
                f"`loss.structure_preference` must have {loss.bands} numbers, as many as "
                f"`loss.structure_sharpness`, got {len(loss.structure_preference)}."
            )


@dataclass(frozen=True)
class HeadConfig(TrainConfig):
    """The recipe of a projection head for a network that stays as it is.

    `model.start` is the network; of `loss`, only what concerns patchNCE counts.
    """

    kind = "head"

    def check(self) -> None:
        """See `Recipe`."""
        super().check()
        if not (self.model.start and self.loss.lambda1):
            raise ConfigError(
                "`model.start` and `loss.lambda1` must be given for a head, got "
                f"{self.model.start!r} and {self.loss.lambda1}."
            )


@dataclass(frozen=True)
class DistillConfig(Recipe):
    """The recipe of a student.

    Example:
        >>> folders = {"infrared": ["ir"], "visible": ["vi"]}
        >>> config = build_recipe(DistillConfig, {"data": folders, "run": {"steps": 9}})
        >>> config.teacher.model
        'clfnet'
    """

    kind = "fast"

    data: DistillDataConfig
    teacher: TeacherConfig = field(default_factory=TeacherConfig)
    network: StudentConfig = field(default_factory=StudentConfig)
    loss: DistillLossConfig = field(default_factory=DistillLossConfig)

    def check(self) -> None:
        """See `Recipe`."""
        data, loss = self.data, self.loss
        contrasted = min(self.run.batch, loss.contrasted)
        check_places(data.crop, loss.samples, contrasted if loss.lambda1 else None)
        check_folders(data)
        if data.weights and len(data.weights) != len(data.infrared):
            raise ConfigError(
                f"`data.weights` must have {len(data.infrared)} numbers, one for each folder of "
                f"`data.infrared`, got {len(data.weights)}."
            )


def check_folders(data: DataConfig | DistillDataConfig) -> None:
    """Every folder of infrared images must have one of visible images.

    Raises:
        ConfigError: there are not as many, or none.
    """
    if not len(data.infrared) == len(data.visible) > 0:
        raise ConfigError(
            "`data.infrared` and `data.visible` must name as many folders, at least one, got "
            f"{len(data.infrared)} and {len(data.visible)}."
        )


AnyRecipe = TypeVar("AnyRecipe", bound=Recipe)


def load(path: Path, overrides: Sequence[str] = ()) -> TrainConfig:
    """Read the recipe of a full network; `clfnet.training.networks.load_any` reads any.

    Args:
        path: a TOML file. Folders in it are relative to the working directory.
        overrides: ``table.key=value`` each, the value in TOML's notation or a bare word.

    Raises:
        ConfigError: if the file cannot be read, or a key or value is not valid.
    """
    return parse(read_tables(path, overrides))


def parse(tables: Mapping[str, Any]) -> TrainConfig:
    """Build a full network's recipe from nested tables, as TOML or `as_tables` give them.

    Raises:
        ConfigError: naming the key, the value and what would do.
    """
    kind = tables.get("kind", TrainConfig.kind)
    if kind != TrainConfig.kind:
        raise ConfigError(f"`kind` must be {TrainConfig.kind!r}, got {kind!r}. Use another recipe.")
    return build_recipe(TrainConfig, tables)


def as_tables(config: Recipe) -> dict[str, Any]:
    """The recipe as its kind and plain tables; `clfnet.training.networks.parse_any` reads them."""
    return {"kind": config.kind} | {
        name: {key: list(v) if isinstance(v, tuple) else v for key, v in table.items()}
        for name, table in asdict(config).items()
    }


def as_toml(config: Recipe) -> str:
    """The recipe as the text of a TOML file, from which it can be read again."""
    tables = as_tables(config)
    lines = [f"kind = {json.dumps(tables.pop('kind'))}"]
    for name, table in tables.items():
        lines.append(f"\n[{name}]")
        # strings, numbers, truths and lists are written in JSON as in TOML
        lines += [f"{key} = {json.dumps(value)}" for key, value in table.items()]
    return "\n".join(lines) + "\n"


def with_steps(config: AnyRecipe, per_epoch: int) -> AnyRecipe:
    """The same recipe with its length in steps, given how many make an epoch."""
    steps = config.run.steps or config.run.epochs * per_epoch
    return replace(config, run=replace(config.run, steps=steps, epochs=0))


def read_tables(path: Path, overrides: Sequence[str] = ()) -> dict[str, Any]:
    """Read the tables of a recipe; see `load`.

    ``extends = "other.toml"`` names a recipe beside it that holds whatever it does not say.
    """
    tables = _extended(path, ())
    for override in overrides:
        _override(tables, override)
    return tables


def _extended(path: Path, extending: tuple[Path, ...]) -> dict[str, Any]:
    """The tables of a recipe over those of the one that it extends."""
    if path.resolve() in extending:
        raise ConfigError(f"`extends` must not lead back to {path}. Take one of them out.")
    tables = read_toml(path)
    other = tables.pop("extends", None)
    if other is None:
        return tables
    if not isinstance(other, str):
        raise ConfigError(f"`extends` in {path} must be a file's name, got {other!r}.")
    base = _extended(path.parent / other, (*extending, path.resolve()))
    for name, value in tables.items():
        both = isinstance(value, dict) and isinstance(base.get(name), dict)
        base[name] = base[name] | value if both else value
    return base


def build_recipe(recipe: type[AnyRecipe], tables: Mapping[str, Any]) -> AnyRecipe:
    """Build a recipe of a class from nested tables; see `parse`."""
    hints = get_type_hints(recipe)
    names = [each.name for each in fields(recipe)]
    given = [known(name, names, "table") for name in tables if name != "kind"]
    sections = {name: build(hints[name], tables[name], name) for name in given}
    if "data" not in sections:
        raise ConfigError("`data` must be given: a table with `infrared` and `visible`.")
    return recipe(**sections)


def check_places(crop: int, samples: int, contrasted: int | None) -> None:
    """Check where patchNCE compares.

    Args:
        crop: side of a crop in pixels.
        samples: S, places in each.
        contrasted: how many crops of a batch it sees; None where it has no weight.

    Raises:
        ConfigError: there are fewer places, or nothing is a negative.
    """
    if samples > crop**2:
        raise ConfigError(
            f"`loss.samples` must be at most the {crop**2} places of a crop, got {samples}."
        )
    if contrasted is not None and samples * contrasted < 2:
        raise ConfigError(
            "`loss.samples` times the crops of a batch must be at least 2, or nothing is a "
            "negative, got 1."
        )


def _override(tables: dict[str, Any], override: str) -> None:
    key, equals, text = override.partition("=")
    table, dot, name = key.strip().partition(".")
    if not (equals and dot):
        raise ConfigError(f"`--set` must look like table.key=value, got {override!r}.")
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text.strip()  # a bare word, so that the shell's quotes are not needed
    if isinstance(tables.setdefault(table, {}), dict):  # else `parse` names it
        tables[table][name] = value
