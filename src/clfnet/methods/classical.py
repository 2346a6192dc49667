"""A rule of the literature as a `FusionMethod`."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

import numpy as np
from numpy.typing import NDArray

from clfnet.errors import MissingExtraError
from clfnet.method import FloatImage

Plane = NDArray[np.float64]
"""A grey image, or one band of it: float64, shape (H, W)."""

Rule = Callable[[Plane, Plane], Plane]
"""Fuses infrared and visible; the result may leave [0, 1] a little."""

_PACKAGES = {"pywt": "PyWavelets"}


@dataclass(frozen=True)
class Classical:
    """Fuses by a rule, in double precision, and clips what leaves [0, 1].

    Attributes:
        name: what tables call it.
        rule: the function.

    Example:
        >>> method = Classical("minimum", np.minimum)
        >>> method(np.zeros((1, 2), np.float32), np.ones((1, 2), np.float32))
        array([[0., 0.]], dtype=float32)
    """

    name: str
    rule: Rule

    def __call__(self, infrared: FloatImage, visible: FloatImage) -> FloatImage:
        """Return the fused image; see `FusionMethod`."""
        fused = self.rule(infrared.astype(np.float64), visible.astype(np.float64))
        return np.clip(fused, 0.0, 1.0).astype(np.float32)


def load(name: str, module: str | None = None) -> Classical:
    """Import `clfnet.methods.MODULE` and make a method of its function NAME.

    Args:
        name: of the function, and what tables call the method.
        module: where it is; the module of the same name by default.

    Raises:
        MissingExtraError: a package that the rule needs is not installed.

    Example:
        >>> load("maximum", "trivial").name
        'maximum'
    """
    try:
        found = import_module(f"clfnet.methods.{module or name}")
    except ModuleNotFoundError as error:
        missing = (error.name or name).partition(".")[0]
        raise MissingExtraError(_PACKAGES.get(missing, missing), "methods") from error
    return Classical(name, getattr(found, name))
