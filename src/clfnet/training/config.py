"""A training recipe: TOML → frozen dataclasses, every key and value checked."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, get_type_hints

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
            training too, so that training and fusing compute the same function; 1 is never.
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
    """A whole recipe; each field is a table of the TOML file.

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


def load(path: Path, overrides: Sequence[str] = ()) -> TrainConfig:
    """Read a recipe.

    Args:
        path: a TOML file. Folders in it are relative to the working directory.
        overrides: ``table.key=value`` each, the value in TOML's notation or a bare word.

    Raises:
        ConfigError: if the file cannot be read, or a key or value is not valid.
    """
    tables = read_toml(path)
    for override in overrides:
        _override(tables, override)
    return parse(tables)


def parse(tables: Mapping[str, Any]) -> TrainConfig:
    """Build a recipe from nested tables, as TOML or `as_tables` give them.

    Raises:
        ConfigError: naming the key, the value and what would do.
    """
    kinds = get_type_hints(TrainConfig)
    sections = {}
    for name, table in tables.items():
        section = known(name, list(kinds), "table")
        sections[section] = build(kinds[section], table, name)
    if "data" not in sections:
        raise ConfigError("`data` must be given: a table with `infrared` and `visible`.")
    return TrainConfig(**sections)


def as_tables(config: TrainConfig) -> dict[str, Any]:
    """The recipe as nested plain tables; `parse` turns them back."""
    tables = asdict(config)
    tables["data"]["held_out"] = list(config.data.held_out)
    return tables


def with_steps(config: TrainConfig, per_epoch: int) -> TrainConfig:
    """The same recipe with its length in steps, given how many make an epoch."""
    steps = config.run.steps or config.run.epochs * per_epoch
    return replace(config, run=replace(config.run, steps=steps, epochs=0))


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
    _check_each(config)
    data, loss, run = config.data, config.loss, config.run
    if data.crop < 16:
        raise ConfigError(f"`data.crop` must be at least 16, M-SSIM's window, got {data.crop}.")
    if loss.samples > data.crop**2:
        raise ConfigError(
            f"`loss.samples` must be at most the {data.crop**2} places of a crop, "
            f"got {loss.samples}."
        )
    if loss.lambda1 and loss.samples * run.batch < 2:
        raise ConfigError(
            "`loss.samples` times `run.batch` must be at least 2, or nothing is a negative, got 1."
        )
    if run.seed >= 2**32:
        raise ConfigError(f"`run.seed` must be below 2**32, got {run.seed}.")
    if bool(run.epochs) == bool(run.steps):
        raise ConfigError(
            "Exactly one of `run.epochs` and `run.steps` must be above 0, "
            f"got {run.epochs} and {run.steps}."
        )
    if not loss.lambda1 + loss.lambda2 + loss.intensity + loss.gradient > 0:
        raise ConfigError("At least one weight of `loss` must be above 0, got none.")


def _check_each(config: TrainConfig) -> None:
    """The range of each number by itself."""
    data, loss, optimizer, run = config.data, config.loss, config.optimizer, config.run
    at_least_one: dict[str, float] = {
        "data.crop": data.crop, "data.stride": data.stride, "run.batch": run.batch,
        "loss.samples": loss.samples, "model.width": config.model.width,
        "model.hidden": config.model.hidden, "model.embedding": config.model.embedding,
        "run.validate_every": run.validate_every, "run.checkpoint_every": run.checkpoint_every,
    }  # fmt: skip
    not_negative: dict[str, float] = {
        "loss.lambda1": loss.lambda1, "loss.lambda2": loss.lambda2,
        "loss.intensity": loss.intensity, "loss.intensity_gain": loss.intensity_gain,
        "loss.gradient": loss.gradient, "loss.gradient_gain": loss.gradient_gain,
        "optimizer.clip": optimizer.clip, "run.epochs": run.epochs, "run.steps": run.steps,
        "run.seed": run.seed, "run.threads": run.threads,
    }  # fmt: skip
    positive = {
        "loss.temperature": loss.temperature,
        "optimizer.learning_rate": optimizer.learning_rate,
    }
    shares = {
        "loss.intensity_mix": loss.intensity_mix,
        "optimizer.warmup": optimizer.warmup,
        "run.freeze_statistics": run.freeze_statistics,
    }
    for name, value in at_least_one.items():
        if not value >= 1:
            raise ConfigError(f"`{name}` must be at least 1, got {value}.")
    for name, value in not_negative.items():
        if not 0 <= value < float("inf"):
            raise ConfigError(f"`{name}` must be at least 0 and finite, got {value}.")
    for name, value in positive.items():
        if not 0 < value < float("inf"):
            raise ConfigError(f"`{name}` must be positive and finite, got {value}.")
    for name, value in shares.items():
        if not 0 <= value <= 1:
            raise ConfigError(f"`{name}` must be within 0 and 1, got {value}.")
