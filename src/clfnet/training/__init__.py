"""Training: recipe, data, objective, loop, checkpoint, export."""

from clfnet.training.config import DistillConfig, HeadConfig, Recipe, TrainConfig, load, parse
from clfnet.training.networks import NETWORKS, load_any, load_any_network, parse_any
from clfnet.training.trainer import Result, learning_rate, resume, train

__all__ = [
    "NETWORKS",
    "DistillConfig",
    "HeadConfig",
    "Recipe",
    "Result",
    "TrainConfig",
    "learning_rate",
    "load",
    "load_any",
    "load_any_network",
    "parse",
    "parse_any",
    "resume",
    "train",
]
