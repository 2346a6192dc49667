"""The nine networks that the CLF-Net paper compares with (Tables II to V, VII), one file each.

All take what `CLFNet` takes, an infrared and a visible batch in [-1, 1], and give a fused batch of
the same shape; what range a network works in is its own affair. Layers are registered in the order
in which the papers describe them, so that tensors of a release fit by shape and order.
"""

from collections.abc import Mapping
from types import MappingProxyType

from clfnet.nn.rivals.densefuse import DenseFuse
from clfnet.nn.rivals.fusiongan import FusionGAN
from clfnet.nn.rivals.ganmcc import GANMcC
from clfnet.nn.rivals.ifcnn import IFCNN
from clfnet.nn.rivals.ifsepr import IFSepR
from clfnet.nn.rivals.pmgi import PMGI
from clfnet.nn.rivals.rfn_nest import RFNNest
from clfnet.nn.rivals.rival import Rival
from clfnet.nn.rivals.stdfusionnet import STDFusionNet
from clfnet.nn.rivals.u2fusion import U2Fusion

__all__ = [
    "IFCNN",
    "PMGI",
    "RIVALS",
    "DenseFuse",
    "FusionGAN",
    "GANMcC",
    "IFSepR",
    "RFNNest",
    "Rival",
    "STDFusionNet",
    "U2Fusion",
]

RIVALS: Mapping[str, type[Rival]] = MappingProxyType(
    {
        each.kind: each
        for each in (
            *(DenseFuse, RFNNest, FusionGAN, GANMcC, IFCNN, PMGI, U2Fusion, STDFusionNet, IFSepR),
        )
    }
)
"""Name: network, in the order of the paper's tables."""
