"""Checks that all readers of image files share, and their messages."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clfnet.errors import ClfnetError, ImageError, one_line

MAX_PIXELS = 200_000_000
"""The largest image that is read unless a caller says otherwise."""


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn whatever goes wrong while `path` is read into an `ImageError` of one line."""
    try:
        yield
    except ClfnetError:
        raise
    except FileNotFoundError:
        raise ImageError(f"{path} must be an image file, but is not there.") from None
    except IsADirectoryError:
        raise ImageError(f"{path} must be an image file, but is a folder.") from None
    except PermissionError:
        raise ImageError(f"{path} must be readable, but permission is denied.") from None
    except MemoryError:
        raise ImageError(f"{path} does not fit into memory. Use a smaller image.") from None
    except OSError as error:
        if error.strerror is None:  # a decoder's own
            raise _damaged(path, error) from error
        raise ImageError(
            f"{path} must be readable, but: {error.strerror}. Take another file."
        ) from error
    except Exception as error:  # decoders raise whatever damaged bytes lead to
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> ImageError:
    return ImageError(
        f"{path} must be a whole image, but is damaged ({one_line(error)}). Make or copy it again."
    )


def check_size(size: tuple[int, int], path: Path, max_pixels: int) -> None:
    """Raise an `ImageError` unless `size`, (width, height), has 1 to `max_pixels` pixels."""
    width, height = size
    if width < 1 or height < 1:
        raise ImageError(f"{path} must have pixels, but is {width}x{height}. Make it again.")
    if width * height > max_pixels:
        raise ImageError(
            f"{path} must have at most {max_pixels / 1e6:g} megapixels, but is {width}x{height} "
            f"({width * height / 1e6:.0f} megapixels). Use a smaller image."
        )


def check_single(pictures: int, path: Path) -> None:
    """Raise an `ImageError` if a file holds several images."""
    if pictures > 1:
        raise ImageError(
            f"{path} must hold one image, but holds {pictures}. Choose one (--page 1), or fuse "
            f"it as a video (-o OUT.mp4)."
        )


def depth_error(path: Path | str, found: str) -> ImageError:
    """Return the error for samples that are not of 8 or 16 bits."""
    return ImageError(
        f"{path} must have 8 or 16 bits per sample, unsigned, but has {found}. Convert it first."
    )
