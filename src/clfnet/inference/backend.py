"""A model as a `FusionMethod`, run by ONNX Runtime on the CPU."""

from pathlib import Path

import numpy as np
import onnxruntime

from clfnet.errors import InputError, WeightsError
from clfnet.inference.session import open_session
from clfnet.inference.tiling import fuse_in_tiles
from clfnet.method import FloatImage
from clfnet.weights import ModelFile

_INPUTS, _OUTPUTS = {"infrared", "visible"}, {"fused"}
_TILE = 512  # pixels a side; the paper's network then takes some 0.6 GB


class OnnxMethod:
    """Fuses with an ONNX graph.

    The graph has the inputs `infrared` and `visible` and the output `fused`: float32,
    (1, 1, H, W), in [0, 1]. Its metadata may say how far a pixel of the result depends on the
    sources (`margin`, in pixels); then large images are fused in tiles, with equal results and
    bounded memory. Where it also has a `multiple`, tiles begin on multiples of that many pixels.

    Args:
        model: the graph, as bytes or as a file.
        name: what tables call it; the file's stem by default.
        threads: how many CPU threads one image may use; all cores by default.

    Raises:
        WeightsError: not such a graph.
        ConfigError: `threads` is below 1.
    """

    def __init__(
        self, model: Path | bytes, *, name: str | None = None, threads: int | None = None
    ) -> None:
        data = model if isinstance(model, bytes) else ModelFile(model).read()
        self.name = name or ("onnx" if isinstance(model, bytes) else model.stem)
        self._session = open_session(data, self.name, threads)
        _check_names(self._session, self.name)
        facts = self._session.get_modelmeta().custom_metadata_map
        self._margin, self._multiple = facts.get("margin"), int(facts.get("multiple", 1))

    def __call__(self, infrared: FloatImage, visible: FloatImage) -> FloatImage:
        """Return the fused image; see `FusionMethod`.

        Raises:
            InputError: the graph does not run at this size, e.g. for lack of memory.
        """
        if self._margin is None or max(visible.shape) <= _TILE:
            return self._run(infrared, visible)
        size = _TILE - _TILE % self._multiple  # the margin is a multiple already
        return fuse_in_tiles(self._run, infrared, visible, size=size, margin=int(self._margin))

    def _run(self, infrared: FloatImage, visible: FloatImage) -> FloatImage:
        feeds = {"infrared": infrared[None, None], "visible": visible[None, None]}  # (1, 1, H, W)
        try:
            (fused,) = self._session.run(["fused"], feeds)
        except Exception as error:  # onnxruntime has no base class for its errors
            height, width = visible.shape
            raise InputError(
                f"{self.name} could not fuse {width}x{height} pixels "
                f"({' '.join(str(error).split())[:200]}). Use a smaller image."
            ) from error
        image: FloatImage = np.clip(fused[0, 0], 0.0, 1.0)  # (H, W)
        return image


def _check_names(session: onnxruntime.InferenceSession, name: str) -> None:
    found = ({i.name for i in session.get_inputs()}, {o.name for o in session.get_outputs()})
    if found != (_INPUTS, _OUTPUTS):
        raise WeightsError(
            f"{name} must map `infrared` and `visible` to `fused`, but maps "
            f"{', '.join(sorted(found[0]))} to {', '.join(sorted(found[1]))}. "
            f"Make it with: clfnet export, or name it onnx:FILE"
        )
