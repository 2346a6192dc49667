"""The teacher: a network whose results for whole images are computed once and kept."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.progress import track

from clfnet import weights
from clfnet.inference.backend import OnnxMethod
from clfnet.inference.tiling import in_tiles
from clfnet.io.image import Image, read_image, write_image
from clfnet.nn import CLFNet, ProjectionHead
from clfnet.training.dataset import Fine, Pair
from clfnet.training.distributed import Process
from clfnet.training.network_file import find_network, load_network


class Teacher:
    """A model that stays as it is.

    Args:
        model: the name of a shipped one, or the path of an .onnx file made by `clfnet export`.
        threads: CPU threads; 0 takes all cores.

    Raises:
        WeightsError: there is none, or it is damaged.
    """

    def __init__(self, model: str, *, threads: int = 0) -> None:
        found = weights.find(model)
        data = found.onnx.read()
        self.sha256 = hashlib.sha256(data).hexdigest()
        method = OnnxMethod(data, name=str(found.onnx.path), threads=threads or None)
        self._method = in_tiles(method, threads=threads or None)
        self._path = found.onnx.path

    def network(self) -> CLFNet:
        """The same for torch, from NAME.safetensors beside NAME.onnx."""
        return load_network(find_network(self._path)).requires_grad_(False)

    def head(self) -> ProjectionHead:
        """Its projection head, from NAME-head.safetensors beside NAME.onnx."""
        path = self._path.with_name(f"{self._path.stem}-head.safetensors")
        return load_network(path, ProjectionHead).requires_grad_(False)

    def pictures(self, pairs: Sequence[Pair], folder: Path, process: Process) -> list[Fine]:
        """What it makes of each pair; 16-bit files in `folder` that a later call finds again.

        A file's name says of which teacher and of which pixels it is, so none is ever outdated.
        Several processes share the work.

        Args:
            pairs: whole images.
            folder: is made if it is not there.
            process: which of how many processes this is.
        """
        files = [folder / f"{self._digest(pair)}.png" for pair in pairs]
        both = zip(pairs, files, strict=True)
        missing = [(pair, file) for pair, file in both if not file.exists()]
        if process.size > 1:
            torch.distributed.barrier()  # before anyone has made a file that another lacks
        shown = track(
            missing[process.rank :: process.size],
            "teacher",
            console=Console(stderr=True),
            transient=True,
            disable=not (process.leads and missing),
        )
        for pair, file in shown:
            write_image(file, Image(self._fused(pair)), overwrite=True)
        if process.size > 1:
            torch.distributed.barrier()
        return [np.asarray(read_image(file).pixels, np.uint16) for file in files]

    def _fused(self, pair: Pair) -> Fine:
        infrared, visible = (
            levels.astype(np.float32) / np.float32(255) for levels in (pair.infrared, pair.visible)
        )
        picture: Fine = np.rint(self._method(infrared, visible) * 65535).astype(np.uint16)
        return picture

    def _digest(self, pair: Pair) -> str:
        digest = hashlib.sha256(f"{self.sha256} {pair.infrared.shape}".encode())
        for image in (pair.infrared, pair.visible):
            digest.update(image.tobytes())
        return digest.hexdigest()[:32]
