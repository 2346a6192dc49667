"""A folder of fused images that others published, where their method is not available."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from clfnet.errors import PairingError
from clfnet.io.formats import IMAGE_SUFFIXES

PREFIX = "published:"
"""What a specification of such a folder begins with."""


@dataclass(frozen=True)
class Published:
    """Fused images as their authors published them, found by stem.

    It fuses nothing, and so is no `FusionMethod`.

    Attributes:
        name: what tables call the method.
        folder: where its images are.

    Raises:
        PairingError: `folder` is no folder.

    Example:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> (folder / "road.png").touch()
        >>> Published("theirs", folder).path("road").name
        'road.png'
    """

    name: str
    folder: Path

    def __post_init__(self) -> None:
        if not self.folder.is_dir():
            raise PairingError(
                f"{PREFIX}{self.folder} must be a folder of fused images, but is "
                f"{'a file' if self.folder.exists() else 'not there'}. Check the path."
            )

    @classmethod
    def parse(cls, spec: str) -> Self:
        """Make one from "published:DIR"; the name is the folder's.

        Raises:
            PairingError: DIR is no folder.
        """
        folder = Path(spec.removeprefix(PREFIX))
        return cls(folder.resolve().name, folder)

    def path(self, stem: str) -> Path:
        """Return the fused image of one pair.

        Args:
            stem: the pair's file name without its suffix.

        Raises:
            PairingError: there is no such image, or more than one.
        """
        found = sorted(
            file
            for file in self.folder.iterdir()
            if file.stem == stem and file.suffix.lower() in IMAGE_SUFFIXES and file.is_file()
        )
        if len(found) != 1:
            names = ", ".join(file.name for file in found) or "none"
            raise PairingError(
                f"{self.folder} must hold one image of the stem {stem!r}, has {names}. "
                f"{'Keep one.' if found else 'Add it.'}"
            )
        return found[0]
