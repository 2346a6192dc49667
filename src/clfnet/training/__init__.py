"""Training: recipe, data, objective, loop, checkpoint, export."""

from clfnet.training.config import TrainConfig, load, parse
from clfnet.training.trainer import Result, learning_rate, resume, train

__all__ = ["Result", "TrainConfig", "learning_rate", "load", "parse", "resume", "train"]
