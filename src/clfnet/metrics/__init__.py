"""How good is a fused image? Metrics, in the dialects of the literature.

`score` computes several for one image; each metric also is a function of its own, in a file of its
own. Images are grey: uint8, (H, W), `fused` first; `to_grey` makes them.
"""

from clfnet.metrics.ag import ag
from clfnet.metrics.cc import cc
from clfnet.metrics.ce import ce
from clfnet.metrics.en import en
from clfnet.metrics.fmi import fmi
from clfnet.metrics.image import GreyImage, to_grey
from clfnet.metrics.mi import mi
from clfnet.metrics.ms_ssim import ms_ssim
from clfnet.metrics.mse import mse
from clfnet.metrics.nabf import nabf
from clfnet.metrics.psnr import psnr
from clfnet.metrics.qabf import qabf
from clfnet.metrics.registry import DEFAULT, DIALECTS, Metric, metrics_of, score
from clfnet.metrics.scd import scd
from clfnet.metrics.sd import sd
from clfnet.metrics.sf import sf
from clfnet.metrics.ssim import ssim, uniform_ssim
from clfnet.metrics.vif import vif
from clfnet.metrics.viff import viff

__all__ = [
    "DEFAULT",
    "DIALECTS",
    "GreyImage",
    "Metric",
    "ag",
    "cc",
    "ce",
    "en",
    "fmi",
    "metrics_of",
    "mi",
    "ms_ssim",
    "mse",
    "nabf",
    "psnr",
    "qabf",
    "scd",
    "score",
    "sd",
    "sf",
    "ssim",
    "to_grey",
    "uniform_ssim",
    "vif",
    "viff",
]
