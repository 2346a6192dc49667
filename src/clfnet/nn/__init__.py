"""The network of Fig. 1 and the projection head of Eq. (6)."""

from clfnet.nn.block import ResBlock
from clfnet.nn.network import CLFNet, Decoder, Encoder
from clfnet.nn.projection import ProjectionHead

__all__ = ["CLFNet", "Decoder", "Encoder", "ProjectionHead", "ResBlock"]
