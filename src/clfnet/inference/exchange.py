"""Images as other programs hold them, and results as they want them.

Tensors of PyTorch are known without importing it: whoever has one has imported it.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol, TypeVar

import numpy as np
import PIL.Image

from clfnet.errors import ConfigError, ImageError, renamed
from clfnet.inference.arrays import CHANNELS, Array, to_unit
from clfnet.io.image import Image, encode_image

_MOST_SHOWN = 1600  # pixels a side of what a notebook stores


class Tensor(Protocol):
    """What is asked of a tensor of PyTorch."""

    def detach(self) -> Any: ...  # noqa: D102 -- PyTorch's
    @property
    def device(self) -> Any: ...  # noqa: D102


class Readable(Protocol):
    """An open file, or what can be read like one."""

    def read(self, size: int = ..., /) -> bytes: ...  # noqa: D102 -- Python's


Plain = str | os.PathLike[str] | Array | bytes | bytearray | memoryview | Readable
"""What comes out as an array."""

Source = Plain | Tensor | PIL.Image.Image
"""An image as `clfnet.Fuser` takes it: a path, a file's bytes, an open file, an array, a tensor of
PyTorch (channels first), an image of Pillow."""

Kept = TypeVar("Kept", bound=PIL.Image.Image | Tensor)
"""What comes out as it goes in."""


class Shown(np.ndarray[Any, np.dtype[Any]]):
    """An array that a notebook shows as the image that it is; what is computed of it is plain.

    Example:
        >>> fused = np.zeros((2, 3), np.uint8).view(Shown)
        >>> fused, type(fused + 1).__name__, fused._repr_png_()[1:4]
        (array([[0, 0, 0],
               [0, 0, 0]], dtype=uint8), 'ndarray', b'PNG')
    """

    def __array_wrap__(self, array: Any, context: Any = None, return_scalar: bool = False) -> Any:
        """Return what a function of NumPy made of it."""
        plain = np.asarray(array)
        return plain[()] if return_scalar or not plain.ndim else plain  # NumPy 1 does not say

    def __repr__(self) -> str:
        return repr(np.asarray(self))

    def _repr_png_(self) -> bytes | None:
        """Return a PNG file, 8 bits, of at most 1600 pixels a side; None if it is no image."""
        array = np.asarray(self)
        if not _is_image(array) or not array.size:
            return None
        step = -(-max(array.shape[:2]) // _MOST_SHOWN)
        levels = np.rint(to_unit(array[::step, ::step]) * 255).astype(np.uint8)
        return encode_image(Image(levels[..., 0] if levels.shape[2:] == (1,) else levels), _PNG)


_PNG = Path("fused.png")


@contextmanager
def in_files(*sources: Source | None) -> Iterator[list[Any]]:
    """Give sources that are bytes or open files a file, whose path they become.

    Errors call these `infrared` and `visible`, in this order.
    """
    files = [_opened(source) for source in sources]
    if all(opened is None for opened in files):
        yield [*sources]
        return
    names: dict[str, str] = {}
    with TemporaryDirectory(prefix="clfnet-") as folder, renamed(names):
        found: list[Any] = []
        for source, opened, name in zip(sources, files, ("infrared", "visible"), strict=True):
            if opened is None:
                found.append(source)
                continue
            path = Path(folder) / f"{name}{_suffix(source)}"
            names[str(path)] = f"`{name}`"
            _store(opened, path, name)
            found.append(path)
        yield found


def plain(source: Any, name: str) -> Any:
    """Return a tensor as an array, channels last; anything else as it is.

    Raises:
        ImageError: a tensor is of no such shape.
    """
    if not _is_tensor(source):
        return source
    if not (source.ndim == 2 or (source.ndim in (3, 4) and source.shape[-3] in CHANNELS)):
        raise ImageError(
            f"`{name}` must be a tensor of the shape (H, W), (C, H, W) or (N, C, H, W) with 1, 3 "
            f"or 4 channels, got {tuple(source.shape)}. Add or move its channels."
        )
    tensor = source.detach().cpu()
    if tensor.is_floating_point():
        tensor = tensor.float()  # NumPy has no bfloat16
    array: Array = tensor.numpy()
    return array if array.ndim == 2 else np.moveaxis(array, -3, -1)


def is_batch(source: Any) -> bool:
    """Tell whether a source, as `plain` returns it, holds several images.

    Example:
        >>> is_batch(np.zeros((5, 4, 6))), is_batch(np.zeros((4, 6, 3)))
        (True, False)
    """
    if source is None or isinstance(source, str | os.PathLike | PIL.Image.Image):
        return False
    array = np.asarray(source)
    return array.ndim == 4 or (array.ndim == 3 and not _is_image(array))


def alike(fused: Array, visible: Any) -> Any:
    """Return a fused image, or several, as the visible image came.

    Args:
        fused: (H, W) or (H, W, C), or (N, ...) of these.
        visible: the source: a tensor asks for one on its device, of its type if that is a float's;
            an image of Pillow for one.

    Raises:
        ConfigError: Pillow holds no colours of 16 bits.
    """
    if _is_tensor(visible):
        return _tensor(fused, visible)
    if isinstance(visible, PIL.Image.Image):
        return _pillow(fused, visible)
    return fused.view(Shown)


def _opened(source: Any) -> Any:
    """Return an open file for bytes or such a file; None for anything else."""
    if isinstance(source, bytes | bytearray | memoryview):
        return BytesIO(source)
    is_file = hasattr(source, "read") and not isinstance(source, os.PathLike)
    return source if is_file else None


def _suffix(source: Any) -> str:
    """Return that of a file's name, by which text is known to be numbers."""
    name = getattr(source, "name", None)
    return Path(name).suffix if isinstance(name, str) else ""


def _store(opened: Any, path: Path, name: str) -> None:
    try:
        with path.open("wb") as file:
            shutil.copyfileobj(opened, file)
    except TypeError as error:
        raise ImageError(
            f"`{name}` must be a file opened for bytes, but gives text. Open it with mode 'rb'."
        ) from error


def _is_tensor(source: Any) -> bool:
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(source, torch.Tensor)


def _is_image(array: Array) -> bool:
    return array.ndim == 2 or (array.ndim == 3 and array.shape[2] in CHANNELS)


def _tensor(fused: Array, like: Any) -> Any:
    torch = sys.modules["torch"]
    first = fused if fused.ndim == 2 else np.moveaxis(fused, -1, -3)
    tensor = torch.from_numpy(np.ascontiguousarray(first)).to(like.device)
    return tensor.to(like.dtype) if like.is_floating_point() else tensor


def _pillow(fused: Array, like: PIL.Image.Image) -> PIL.Image.Image:
    if fused.dtype == np.uint16 and fused.ndim == 3:
        raise ConfigError(
            "`depth` must be 8 for colours in an image of Pillow, which holds no 16 bits of them, "
            "got 16. Pass arrays instead."
        )
    picture = PIL.Image.fromarray(fused)
    if "icc_profile" in like.info:
        picture.info["icc_profile"] = like.info["icc_profile"]
    return picture
