"""What a full network makes of whole pictures, computed once and kept."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.progress import track

from clfnet import weights
from clfnet.errors import WeightsError
from clfnet.io.image import Image, read_image, write_image
from clfnet.nn import CLFNet, ProjectionHead
from clfnet.training.checkpoint import load_network
from clfnet.training.dataset import Fine, Pair
from clfnet.training.distributed import Process
from clfnet.training.validation import fuse


class Teacher:
    """A full network that stays as it is.

    Args:
        model: the name of a shipped one, or the path of its safetensors file.

    Raises:
        WeightsError: there is none, or it is damaged.
    """

    def __init__(self, model: str) -> None:
        shipped = weights.load_manifest().get(model)
        file = (shipped and shipped.safetensors) or weights.ModelFile(Path(model))
        if not shipped and Path(model).suffix != ".safetensors":
            raise WeightsError(
                f"`teacher.model` must be the name of a shipped model or a .safetensors file, "
                f"got {model!r}. List the models with: clfnet models"
            )
        self.sha256 = hashlib.sha256(file.read()).hexdigest()
        self.network: CLFNet = load_network(file.path).requires_grad_(False)
        self._head = file.path.with_name(f"{file.path.stem}-head.safetensors")

    def head(self) -> ProjectionHead:
        """Its projection head, from the file NAME-head.safetensors beside NAME.safetensors.

        Raises:
            WeightsError: there is none.
        """
        from clfnet.training.head import load_head  # which imports the trainer, and that this

        return load_head(self._head).requires_grad_(False)

    def pictures(self, pairs: Sequence[Pair], folder: Path, process: Process) -> list[Fine]:
        """What it makes of each pair; 16-bit files in `folder` that a later call finds again.

        A file's name says of which teacher and of which pixels it is, so none is ever outdated.
        Several processes share the work.

        Args:
            pairs: whole pictures.
            folder: is made if it is not there.
            process: which of how many processes this is.
        """
        files = [folder / f"{self._digest(pair)}.png" for pair in pairs]
        todo = [
            (pair, file) for pair, file in zip(pairs, files, strict=True) if not file.exists()
        ]  # fmt: skip
        mine = todo[process.rank :: process.size]
        network = self.network.to(process.device)
        shown = track(
            mine, "teacher", console=Console(stderr=True), transient=True, disable=not process.leads
        )
        for pair, file in shown:
            fused = np.clip((fuse(network, pair).astype(float) + 1) / 2, 0, 1)
            write_image(file, Image(np.rint(fused * 65535).astype(np.uint16)), overwrite=True)
        if process.size > 1:
            torch.distributed.barrier()
        return [np.asarray(read_image(file).pixels, np.uint16) for file in files]

    def _digest(self, pair: Pair) -> str:
        digest = hashlib.sha256(self.sha256.encode())
        digest.update(repr(pair.infrared.shape).encode())
        for image in (pair.infrared, pair.visible):
            digest.update(image.tobytes())
        return digest.hexdigest()[:32]
