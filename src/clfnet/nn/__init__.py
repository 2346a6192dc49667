"""The network of Fig. 1, the projection head of Eq. (6), and the small student."""

from clfnet.nn.base import Network
from clfnet.nn.block import ResBlock
from clfnet.nn.fast import FastNet
from clfnet.nn.network import CLFNet, Decoder, Encoder
from clfnet.nn.projection import ProjectionHead

__all__ = ["CLFNet", "Decoder", "Encoder", "FastNet", "Network", "ProjectionHead", "ResBlock"]
