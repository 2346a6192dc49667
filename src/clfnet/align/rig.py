"""A rig: how an infrared and a visible camera that are mounted together see the same scene."""

import json
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np

from clfnet.align.geometry import Matrix, Size, is_plain, normalised, scaling
from clfnet.errors import InputError
from clfnet.io.files import open_input, write_atomic

_MAX_BYTES = 65536
_MAX_SIDE = 100_000
_KEYS = ("homography", "infrared_size", "visible_size", "quality", "made")


@dataclass(frozen=True, eq=False)
class Rig:
    """Where the pixels of one camera lie in the other's image.

    Attributes:
        homography: float64, (3, 3): maps an infrared pixel (x, y, 1) to a visible one; pixel
            centres are at whole numbers.
        infrared_size: width and height of the infrared image, pixels.
        visible_size: width and height of the visible image, pixels.
        quality: how well a pair of images agrees under it, 0 to 1 (see
            `clfnet.align.quality.agreement`); None where nobody measured.
        made: how it was found, in words.

    Raises:
        InputError: the sizes are no sizes, or the homography does not map the infrared image to
            an area of the visible plane.

    Example:
        >>> rig = Rig(np.diag([4.0, 4.0, 1.0]), (160, 120), (640, 480), None, "by hand")
        >>> rig.for_sizes((320, 240), (640, 480)).homography.diagonal().tolist()
        [2.0, 2.0, 1.0]
    """

    homography: Matrix
    infrared_size: Size
    visible_size: Size
    quality: float | None
    made: str

    def __post_init__(self) -> None:
        for name in ("infrared_size", "visible_size"):
            _check_size(getattr(self, name), name)
        matrix = np.asarray(self.homography, np.float64)
        if matrix.shape != (3, 3) or not is_plain(matrix, self.infrared_size):
            raise InputError(
                "`homography` must be 3x3 and map the infrared image to an area, got "
                f"{np.array2string(matrix, separator=', ', max_line_width=10_000, threshold=9)}"
                ". Align the pair again.".replace("\n", "")
            )
        object.__setattr__(self, "homography", normalised(matrix))
        if self.quality is not None and not 0 <= self.quality <= 1:
            raise InputError(
                f"`quality` must be 0 to 1 or null, got {self.quality}. Correct the value."
            )

    @classmethod
    def read(cls, path: Path) -> "Rig":
        """Read a rig file.

        Raises:
            InputError: it is not there, or is no whole rig file.
        """
        try:
            with open_input(path) as file:
                data = file.read(_MAX_BYTES + 1)
        except OSError as error:
            raise InputError(
                f"{path} must be a rig file, but cannot be read: {error.strerror or error}."
            ) from error
        if len(data) > _MAX_BYTES:
            raise InputError(
                f"{path} must be a rig file, but is larger than {_MAX_BYTES} bytes. "
                f"`clfnet align` writes one."
            )
        try:
            return _from_dict(json.loads(data))
        except (ValueError, RecursionError) as error:  # InputError is a ValueError
            raise InputError(f"{path} is no rig file: {_first_line(error)}") from error

    def write(self, path: Path, *, overwrite: bool = False) -> None:
        """Write a rig file, atomically.

        Raises:
            OutputExistsError: `path` is there and `overwrite` is not set.
            InputError: the system refuses to write.
        """
        text = json.dumps(self.as_dict(), indent=2) + "\n"
        write_atomic(path, text.encode(), overwrite=overwrite)

    def as_dict(self) -> dict[str, Any]:
        """Return what the file holds."""
        return {
            "homography": self.homography.tolist(),
            "infrared_size": list(self.infrared_size),
            "visible_size": list(self.visible_size),
            "quality": self.quality,
            "made": self.made,
        }

    def for_sizes(self, infrared_size: Size, visible_size: Size) -> "Rig":
        """Return the same rig for images of another resolution.

        Raises:
            InputError: an image's sides are in another proportion, so that it is a crop or comes
                from another camera.
        """
        _check_proportion("infrared", self.infrared_size, infrared_size)
        _check_proportion("visible", self.visible_size, visible_size)
        matrix = (
            scaling(self.visible_size, visible_size)
            @ self.homography
            @ scaling(infrared_size, self.infrared_size)
        )
        return Rig(matrix, infrared_size, visible_size, self.quality, self.made)


def _from_dict(values: Any) -> Rig:
    if not isinstance(values, dict):
        raise InputError("it must hold one JSON object. `clfnet align` writes one.")
    if set(values) != set(_KEYS):
        wrong = sorted(set(values) ^ set(_KEYS))[0]
        state = "unknown" if wrong in values else "missing"
        raise InputError(f"`{wrong[:40]}` is {state}. It has the keys {', '.join(_KEYS)}.")
    made, quality = values["made"], values["quality"]
    if not isinstance(made, str):
        raise InputError(f"`made` must be text, got {made!r:.40}. Correct the value.")
    if quality is not None and not _is_number(quality):
        raise InputError(
            f"`quality` must be 0 to 1 or null, got {quality!r:.40}. Correct the value."
        )
    sizes = [_size(values[name], name) for name in ("infrared_size", "visible_size")]
    return Rig(_matrix(values["homography"]), sizes[0], sizes[1], quality, made)


def _matrix(rows: Any) -> Matrix:
    if (
        not isinstance(rows, list)
        or len(rows) != 3
        or not all(isinstance(row, list) and len(row) == 3 for row in rows)
        or not all(_is_number(value) for row in rows for value in row)
    ):
        raise InputError(
            "`homography` must be three rows of three finite numbers. Correct the value."
        )
    return np.array(rows, np.float64)


def _size(value: Any, name: str) -> Size:
    if not isinstance(value, list) or len(value) != 2:
        raise InputError(f"`{name}` must be [width, height], got {value!r:.40}. Correct the value.")
    return value[0], value[1]


def _check_size(size: Any, name: str) -> None:
    whole = all(isinstance(side, int) and not isinstance(side, bool) for side in size)
    if not whole or not all(1 <= side <= _MAX_SIDE for side in size):
        raise InputError(
            f"`{name}` must be two whole numbers from 1 to {_MAX_SIDE}, got {size!r:.60}. "
            f"Correct the value."
        )


def _check_proportion(name: str, known: Size, given: Size) -> None:
    """Sides may be off by the pixel that rounding costs."""
    if abs(known[0] * given[1] - known[1] * given[0]) > max(*known, *given):
        raise InputError(
            f"The {name} image must have the proportions of the rig's, "
            f"{known[0]}x{known[1]}, got {given[0]}x{given[1]}. Use its own rig, or uncropped "
            f"images."
        )


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return isfinite(value)
    except OverflowError:
        return False


def _first_line(error: Exception) -> str:
    if isinstance(error, InputError):
        return str(error)
    if isinstance(error, RecursionError):
        return "it is nested too deep."
    return f"it must be JSON ({str(error).splitlines()[0]}). `clfnet align` writes one."
