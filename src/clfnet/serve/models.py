"""Which models a request may name, and those that are loaded."""

import threading
from typing import Any

from clfnet import weights
from clfnet.errors import MissingExtraError, WeightsError, did_you_mean
from clfnet.inference.find import find_method
from clfnet.method import FusionMethod
from clfnet.methods import METHODS


class Models:
    """The shipped models and the classical rules that are installed, by name; never a path.

    Each is loaded once, on first use, and stays: there are few, and all are small. The tiles of
    however many images share the threads of their model, one per core, so that requests side by
    side never fight for cores.

    Args:
        default: the name of the one that is used unless a request says otherwise.

    Raises:
        WeightsError: there is no such model.
    """

    def __init__(self, default: str) -> None:
        self._shipped = weights.load_manifest()
        self._rules = {name: rule for name in METHODS if (rule := _rule(name)) is not None}
        self._loaded: dict[str, FusionMethod] = dict(self._rules)
        self._lock = threading.Lock()
        self.names = [*self._shipped, *self._rules]
        self.default = default
        self._check(default)

    def get(self, name: str) -> FusionMethod:
        """Return a model, loaded.

        Raises:
            WeightsError: there is no such model, or its file is damaged.
        """
        self._check(name)
        with self._lock:
            if name not in self._loaded:
                self._loaded[name] = find_method(name)
            return self._loaded[name]

    def explains(self) -> list[str]:
        """Return the names of the models that can explain a result."""
        return [name for name, model in self._shipped.items() if model.explain]

    def describe(self) -> list[dict[str, Any]]:
        """Return what a client may know of each."""
        return [
            {
                "name": name,
                "kind": "network" if name in self._shipped else "rule",
                "parameters": self._card(name).get("parameters"),
                "sha256": self._shipped[name].onnx.sha256 if name in self._shipped else None,
                "explains": name in self.explains(),
                "is_default": name == self.default,
            }
            for name in self.names
        ]

    def _card(self, name: str) -> dict[str, Any]:
        return self._shipped[name].card if name in self._shipped else {}

    def _check(self, name: str) -> None:
        if name not in self.names:
            raise WeightsError(
                f"`model` must be one of {', '.join(self.names)}, got {name!r:.80}. "
                f"{did_you_mean(name, self.names, 'GET /v1/models lists them.')}"
            )


def _rule(name: str) -> FusionMethod | None:
    """Return a classical rule; None if its extra is not installed."""
    try:
        return METHODS[name]()
    except MissingExtraError:
        return None
