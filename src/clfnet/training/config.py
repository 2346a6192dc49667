"""A training recipe: TOML → frozen dataclasses, every key and value checked."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, TypeVar, get_type_hints

from clfnet.errors import ConfigError
from clfnet.io.toml import build, known, read_toml


@dataclass(frozen=True)
class DataConfig:
    """What is trained on.

    Attributes:
        infrared: folder of infrared images.
        visible: folder of visible images, matched by stem.
        held_out: stems that are validated on and never trained on.
        crop: side of a training crop in pixels.
        stride: distance of neighbouring crops in pixels.
        augment: mirror and transpose crops at random.
    """

    infrared: str
    visible: str
    held_out: tuple[str, ...] = ()
    crop: int = 128
    stride: int = 32
    augment: bool = False


@dataclass(frozen=True)
class ModelConfig:
    """The network's width, the projection head's sizes, and what training starts from.

    Attributes:
        width: channels of the first block.
        hidden: of the projection head.
        embedding: D.
        start: a safetensors file of a network of this width to go on from; empty starts anew.
    """

    width: int = 16
    hidden: int = 2048
    embedding: int = 256
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
        detach_keys: whether the sources' embeddings get no gradient.
        intensity: weight of the distance from the brighter source.
        intensity_gain: slope of that target's tone curve; 0 is none.
        intensity_mix: share of the darker source in that target.
        gradient: weight of the distance from the stronger gradient.
        gradient_gain: how many times the stronger gradient is wanted.
    """

    lambda1: float = 1.0
    lambda2: float = 1.0
    samples: int = 200
    temperature: float = 0.07
    strategy: Literal["a", "b", "c"] = "c"
    window: Literal["uniform", "gaussian"] = "uniform"
    detach_keys: bool = False
    intensity: float = 0.0
    intensity_gain: float = 0.0
    intensity_mix: float = 0.0
    gradient: float = 0.0
    gradient_gain: float = 1.0


@dataclass(frozen=True)
class OptimizerConfig:
    """Adam and its rate over time.

    Attributes:
        learning_rate: the peak.
        schedule: "constant", or "cosine" (linear warm-up, then half a cosine to 1 % of the peak).
        warmup: share of the steps in which the rate of "cosine" rises.
        clip: bound of the gradient's norm; 0 is none.
    """

    learning_rate: float = 2e-3
    schedule: Literal["constant", "cosine"] = "constant"
    warmup: float = 0.1
    clip: float = 0.0


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
        validate_every: steps between validations, sample pictures and best-model selection.
        checkpoint_every: steps between checkpoints.
    """

    seed: int = 0
    batch: int = 4
    epochs: int = 0
    steps: int = 0
    statistics: Literal["all", "sources"] = "all"
    freeze_statistics: float = 1.0
    threads: int = 0
    amp: bool = False
    validate_every: int = 500
    checkpoint_every: int = 100


@dataclass(frozen=True)
class TrainConfig:
    """The whole recipe of the full network; each field is a table of the TOML file.

    Example:
        >>> config = parse({"data": {"infrared": "ir", "visible": "vi"}, "run": {"steps": 10}})
        >>> config.loss.temperature
        0.07
    """

    data: DataConfig
    model: ModelConfig = field(default_factory=ModelConfig)
    loss: LossConfig = field(default_factory=LossConfig)
    optimizer: OptimizerConfig = field(default_factory=OptimizerConfig)
    run: RunConfig = field(default_factory=RunConfig)

    def __post_init__(self) -> None:
        """Refuse values that no run can have."""
        _check(self)


@dataclass(frozen=True)
class DistillDataConfig:
    """What a student is trained on: the pairs of several data sets.

    Attributes:
        infrared: folders of infrared images.
        visible: folders of visible images, as many; the first goes with the first, and so on.
        weights: how often a pixel of each set is drawn, relative to the others; empty is alike.
        held_out: stems that are validated on and never trained on, in whichever set they are.
        crop: side of a training crop in pixels.
        augment: mirror and transpose crops at random.
    """

    infrared: tuple[str, ...]
    visible: tuple[str, ...]
    weights: tuple[float, ...] = ()
    held_out: tuple[str, ...] = ()
    crop: int = 96
    augment: bool = False


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
    """

    channels: int = 32
    blocks: int = 6
    factor: int = 2


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

    gradient: float = 1.0
    magnitude: float = 0.5
    lambda1: float = 0.0
    lambda2: float = 0.0
    contrasted: int = 2
    samples: int = 200


@dataclass(frozen=True)
class DistillConfig:
    """The whole recipe of a student; each field is a table of the TOML file.

    Example:
        >>> folders = {"infrared": ["ir"], "visible": ["vi"]}
        >>> config = parse_any({"data": folders, "teacher": {}, "run": {"steps": 9}})
        >>> config.teacher.model
        'clfnet'
    """

    data: DistillDataConfig
    teacher: TeacherConfig = field(default_factory=TeacherConfig)
    network: StudentConfig = field(default_factory=StudentConfig)
    loss: DistillLossConfig = field(default_factory=DistillLossConfig)
    optimizer: OptimizerConfig = field(default_factory=OptimizerConfig)
    run: RunConfig = field(default_factory=RunConfig)

    def __post_init__(self) -> None:
        """Refuse values that no run can have."""
        _check_distillation(self)


Recipe = TrainConfig | DistillConfig
"""What `clfnet train` takes; a recipe with a table `teacher` is a student's."""

AnyRecipe = TypeVar("AnyRecipe", bound=TrainConfig | DistillConfig)


def load_any(path: Path, overrides: Sequence[str] = ()) -> Recipe:
    """Read a recipe of either kind; see `load`."""
    return parse_any(_tables(path, overrides))


def load(path: Path, overrides: Sequence[str] = ()) -> TrainConfig:
    """Read a recipe.

    Args:
        path: a TOML file. Folders in it are relative to the working directory.
        overrides: ``table.key=value`` each, the value in TOML's notation or a bare word.

    Raises:
        ConfigError: if the file cannot be read, or a key or value is not valid.
    """
    return parse(_tables(path, overrides))


def parse_any(tables: Mapping[str, Any]) -> Recipe:
    """Build a recipe of either kind; see `parse`."""
    return _build(DistillConfig if "teacher" in tables else TrainConfig, tables)


def parse(tables: Mapping[str, Any]) -> TrainConfig:
    """Build a full network's recipe from nested tables, as TOML or `as_tables` give them.

    Raises:
        ConfigError: naming the key, the value and what would do.
    """
    config = parse_any(tables)
    if not isinstance(config, TrainConfig):
        raise ConfigError(
            "The recipe must be a full network's, but has a table `teacher`. Use another recipe."
        )
    return config


def as_tables(config: Recipe) -> dict[str, Any]:
    """The recipe as nested plain tables; `parse_any` turns them back."""
    return {
        name: {key: list(v) if isinstance(v, tuple) else v for key, v in table.items()}
        for name, table in asdict(config).items()
    }


def with_steps(config: AnyRecipe, per_epoch: int) -> AnyRecipe:
    """The same recipe with its length in steps, given how many make an epoch."""
    steps = config.run.steps or config.run.epochs * per_epoch
    return replace(config, run=replace(config.run, steps=steps, epochs=0))


def _tables(path: Path, overrides: Sequence[str]) -> dict[str, Any]:
    tables = read_toml(path)
    for override in overrides:
        _override(tables, override)
    return tables


def _build(kind: type[AnyRecipe], tables: Mapping[str, Any]) -> AnyRecipe:
    kinds = get_type_hints(kind)
    sections = {}
    for name, table in tables.items():
        section = known(name, list(kinds), "table")
        sections[section] = build(kinds[section], table, name)
    if "data" not in sections:
        raise ConfigError("`data` must be given: a table with `infrared` and `visible`.")
    return kind(**sections)


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


def _check(config: TrainConfig) -> None:
    data, model, loss = config.data, config.model, config.loss
    _check_run(config)
    _at_least(1, {
        "data.stride": data.stride, "loss.samples": loss.samples, "model.width": model.width,
        "model.hidden": model.hidden, "model.embedding": model.embedding,
    })  # fmt: skip
    _at_least(0, {
        "loss.lambda1": loss.lambda1, "loss.lambda2": loss.lambda2,
        "loss.intensity": loss.intensity, "loss.intensity_gain": loss.intensity_gain,
        "loss.gradient": loss.gradient, "loss.gradient_gain": loss.gradient_gain,
    })  # fmt: skip
    _positive({"loss.temperature": loss.temperature})
    _shares({"loss.intensity_mix": loss.intensity_mix})
    _check_places(config, config.run.batch)
    if not loss.lambda1 + loss.lambda2 + loss.intensity + loss.gradient > 0:
        raise ConfigError("At least one weight of `loss` must be above 0, got none.")


def _check_distillation(config: DistillConfig) -> None:
    data, network, loss = config.data, config.network, config.loss
    _check_run(config)
    _at_least(1, {
        "network.channels": network.channels, "network.blocks": network.blocks,
        "network.factor": network.factor, "loss.samples": loss.samples,
        "loss.contrasted": loss.contrasted,
    })  # fmt: skip
    _at_least(0, {
        "loss.gradient": loss.gradient, "loss.magnitude": loss.magnitude,
        "loss.lambda1": loss.lambda1, "loss.lambda2": loss.lambda2,
    })  # fmt: skip
    _positive({f"data.weights[{index}]": value for index, value in enumerate(data.weights)})
    _check_places(config, min(config.run.batch, loss.contrasted))
    if not len(data.infrared) == len(data.visible) > 0:
        raise ConfigError(
            "`data.infrared` and `data.visible` must name as many folders, at least one, got "
            f"{len(data.infrared)} and {len(data.visible)}."
        )
    if data.weights and len(data.weights) != len(data.infrared):
        raise ConfigError(
            f"`data.weights` must have {len(data.infrared)} numbers, one for each folder of "
            f"`data.infrared`, got {len(data.weights)}."
        )


def _check_run(config: Recipe) -> None:
    """What both kinds have."""
    data, optimizer, run = config.data, config.optimizer, config.run
    _at_least(1, {
        "data.crop": data.crop, "run.batch": run.batch, "run.validate_every": run.validate_every,
        "run.checkpoint_every": run.checkpoint_every,
    })  # fmt: skip
    _at_least(0, {
        "optimizer.clip": optimizer.clip, "run.epochs": run.epochs, "run.steps": run.steps,
        "run.seed": run.seed, "run.threads": run.threads,
    })  # fmt: skip
    _positive({"optimizer.learning_rate": optimizer.learning_rate})
    _shares({
        "optimizer.warmup": optimizer.warmup, "run.freeze_statistics": run.freeze_statistics,
    })  # fmt: skip
    if data.crop < 16:
        raise ConfigError(f"`data.crop` must be at least 16, M-SSIM's window, got {data.crop}.")
    if run.seed >= 2**32:
        raise ConfigError(f"`run.seed` must be below 2**32, got {run.seed}.")
    if bool(run.epochs) == bool(run.steps):
        raise ConfigError(
            "Exactly one of `run.epochs` and `run.steps` must be above 0, "
            f"got {run.epochs} and {run.steps}."
        )


def _check_places(config: Recipe, crops: int) -> None:
    """Where patchNCE compares: `crops` of a batch, `samples` places in each."""
    data, loss = config.data, config.loss
    if loss.samples > data.crop**2:
        raise ConfigError(
            f"`loss.samples` must be at most the {data.crop**2} places of a crop, "
            f"got {loss.samples}."
        )
    if loss.lambda1 and loss.samples * crops < 2:
        raise ConfigError(
            "`loss.samples` times the crops of a batch must be at least 2, or nothing is a "
            "negative, got 1."
        )


def _at_least(least: int, values: Mapping[str, float]) -> None:
    bound = "" if least else " and finite"
    for name, value in values.items():
        if not least <= value < float("inf"):
            raise ConfigError(f"`{name}` must be at least {least}{bound}, got {value}.")


def _positive(values: Mapping[str, float]) -> None:
    for name, value in values.items():
        if not 0 < value < float("inf"):
            raise ConfigError(f"`{name}` must be positive and finite, got {value}.")


def _shares(values: Mapping[str, float]) -> None:
    for name, value in values.items():
        if not 0 <= value <= 1:
            raise ConfigError(f"`{name}` must be within 0 and 1, got {value}.")
