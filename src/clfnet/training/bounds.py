"""Bounds of a recipe's values: stated in the type of a field, checked in one place.

Example:
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Loss:
    ...     temperature: Positive = 0.07
    >>> check_bounds(Loss(temperature=0), "loss")
    Traceback (most recent call last):
    clfnet.errors.ConfigError: `loss.temperature` must be positive and finite, got 0.
"""

from collections.abc import Callable
from dataclasses import dataclass, is_dataclass
from math import inf
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from clfnet.errors import ConfigError


@dataclass(frozen=True)
class Bound:
    """What a value must be.

    Attributes:
        words: end the sentence "must be ...".
        holds: whether a value is so; NaN never is.
    """

    words: str
    holds: Callable[[float], bool]


Count = Annotated[int, Bound("at least 1", lambda value: value >= 1)]
Whole = Annotated[int, Bound("at least 0 and finite", lambda value: value >= 0)]
Weight = Annotated[float, Bound("at least 0 and finite", lambda value: 0 <= value < inf)]
Positive = Annotated[float, Bound("positive and finite", lambda value: 0 < value < inf)]
Share = Annotated[float, Bound("within 0 and 1", lambda value: 0 <= value <= 1)]
Crop = Annotated[int, Bound("at least 16, M-SSIM's window", lambda value: value >= 16)]
Seed = Annotated[Whole, Bound("below 2**32", lambda value: value < 2**32)]


def check_bounds(values: Any, where: str = "") -> None:
    """Check every field of a dataclass, and of those within it.

    Args:
        values: the dataclass.
        where: its name, for messages.

    Raises:
        ConfigError: a value is out of its bounds; named.
    """
    for name, hint in get_type_hints(type(values), include_extras=True).items():
        _check(f"{where}.{name}" if where else name, hint, getattr(values, name))


def _check(name: str, hint: Any, value: Any) -> None:
    if is_dataclass(value):
        check_bounds(value, name)
    elif get_origin(hint) is Annotated:
        for bound in hint.__metadata__:
            if not bound.holds(value):
                raise ConfigError(f"`{name}` must be {bound.words}, got {value}.")
    elif get_origin(hint) is tuple:
        for index, item in enumerate(value):
            _check(f"{name}[{index}]", get_args(hint)[0], item)
