"""Training: recipe, data, objective, loop, checkpoint, export."""

from clfnet.training.config import (
    DistillConfig,
    Recipe,
    TrainConfig,
    load,
    load_any,
    parse,
    parse_any,
)
from clfnet.training.trainer import Result, learning_rate, resume, train

__all__ = [
    "DistillConfig",
    "Recipe",
    "Result",
    "TrainConfig",
    "learning_rate",
    "load",
    "load_any",
    "parse",
    "parse_any",
    "resume",
    "train",
]
