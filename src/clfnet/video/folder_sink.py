"""A folder of images as the output."""

from pathlib import Path

import numpy as np

from clfnet.errors import OutputExistsError
from clfnet.io.image import Image, write_image
from clfnet.video.encoding import to_8_bits
from clfnet.video.frames import Frame


class FolderSink:
    """A folder of PNG files, each complete: named as the visible's frame, or by number from 0.

    Args:
        output: the folder.
        overwrite: replace frames of the same name; others in the folder stay.

    Raises:
        OutputExistsError: the folder holds something and `overwrite` is not set.
    """

    codec = "PNG"

    def __init__(self, output: Path, *, overwrite: bool = False) -> None:
        if output.is_dir() and not overwrite and any(output.iterdir()):
            raise OutputExistsError(
                f"{output} must be empty, but holds files. Allow replacing them (--overwrite)."
            )
        self._output = output
        self._overwrite = overwrite
        self.width = self.height = self.count = 0
        self.files: list[str] = []

    def write(self, frame: Frame) -> None:
        """Write one image.

        Raises:
            InputError: the system refuses to write.
        """
        pixels = frame.pixels
        if np.issubdtype(pixels.dtype, np.floating):
            pixels = to_8_bits(pixels)
        self.height, self.width = pixels.shape[:2]
        path = self._output / f"{frame.name or f'{self.count:06d}'}.png"
        write_image(path, Image(pixels), overwrite=self._overwrite)
        self.count += 1
        self.files = [str(self._output)]

    def finish(self) -> None:
        """Every image is complete already."""

    def abort(self) -> None:
        """Images that are complete stay."""
